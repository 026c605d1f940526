"""``@frozen`` classes behave as the frozen dataclasses that they stand for."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace

import pytest

from flask_godwit.frozen import frozen


@frozen
class Ours:
    name: str
    size: int = 1
    tags: tuple[str, ...] = field(default=(), repr=False)
    seen: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Theirs:
    name: str
    size: int = 1
    tags: tuple[str, ...] = field(default=(), repr=False)
    seen: float = field(default=0.0, compare=False)


@frozen
class Wider(Ours):
    more: str = ""


@frozen
class Empty:
    """Has no field."""


@pytest.mark.parametrize("arguments", [("a",), ("a", 2), ("a", 2, ("x",), 3.0)])
def test_it_shows_and_holds_what_a_dataclass_does(arguments: tuple[object, ...]) -> None:
    """Text, fields and values are those of a dataclass."""
    ours, theirs = Ours(*arguments), Theirs(*arguments)  # type: ignore[arg-type]
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert asdict(ours) == asdict(theirs)
    assert [each.name for each in fields(ours)] == [each.name for each in fields(theirs)]


def test_equal_values_are_equal_and_have_one_hash() -> None:
    """What is not compared makes no difference; another class does."""
    assert Ours("a", seen=1.0) == Ours("a", seen=2.0)
    assert len({Ours("a", seen=1.0), Ours("a", seen=2.0)}) == 1
    assert Ours("a") != Ours("b")
    assert Ours("a") != Wider("a")
    assert Ours("a") != Theirs("a")  # type: ignore[comparison-overlap]
    assert Wider("a", more="x") != Wider("a", more="y")
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())


def test_nothing_can_be_changed() -> None:
    """Neither a field nor a name that is none can be set, and none be taken away."""
    ours = Ours("a")
    for name in ("name", "seen", "other"):
        with pytest.raises(FrozenInstanceError):
            setattr(ours, name, "b")
    with pytest.raises(FrozenInstanceError):
        del ours.name
    assert ours == Ours("a")


def test_it_can_be_replaced_copied_and_sent() -> None:
    """What makes a new one out of an old one works."""
    ours = Wider("a", 2, ("x",), more="y")
    assert replace(ours, name="b") == Wider("b", 2, ("x",), more="y")
    assert copy.deepcopy(ours) == ours
    assert pickle.loads(pickle.dumps(ours)) == ours
