"""What differs is seen, on every database; what is only spelled otherwise is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit.diff.compare.text import alike

from .conftest import Evolution

Items = tuple[Any, ...]


def _models(*items: Callable[[], Any]) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        db.Table(
            "product",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("price", sa.Integer),
            *(item() for item in items),
        )

    return models


def _default(value: Any) -> Callable[[], Any]:
    return lambda: sa.Column("state", sa.String(20), server_default=value)


def _computed(expression: str) -> Callable[[], Any]:
    return lambda: sa.Column("twice", sa.Integer, sa.Computed(expression, persisted=True))


SEEN = {
    "check": (
        [lambda: sa.CheckConstraint("price > 0", name="positive")],
        [lambda: sa.CheckConstraint("price > 1", name="positive")],
        ["check positive on product"],
    ),
    "unnamed check": ([], [lambda: sa.CheckConstraint("price > 0")], ["check"]),
    "default": (
        [_default("new")],
        [_default("open")],
        ["product.state: server default open"],
    ),
    "direction": (
        [lambda: sa.Index("ix_price", "price")],
        [lambda: sa.Index("ix_price", sa.desc("price"))],
        ["index ix_price"],
    ),
    "computed": ([_computed("price * 2")], [_computed("price * 3")], ["product.twice"]),
}


@pytest.mark.parametrize("change", SEEN.values(), ids=SEEN)
def test_seen(
    evolution: Evolution,
    change: tuple[list[Callable[[], Any]], list[Callable[[], Any]], list[str]],
) -> None:
    """Seen and said; after the upgrade nothing more; and the way back."""
    before, after, words = change
    evolution.begin(_models(*before), "INSERT INTO product (id, price) VALUES (1, 5)")
    answer = evolution.migrate(_models(*after))
    assert answer.exit_code == 0, answer.output
    assert all(word in answer.output for word in words)
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    evolution.back(_models(*before))
    assert evolution.rows("SELECT id, price FROM product") == [(1, 5)]


def test_quiet(evolution: Evolution) -> None:
    """No alarm where the server has written down what the models say in other words."""
    models = _models(
        _default(sa.text("'new'")),
        lambda: sa.Column("flag", sa.Boolean, server_default=sa.true()),
        lambda: sa.Column("at", sa.DateTime, server_default=sa.func.now()),
        lambda: sa.Column("sum", sa.Numeric(10, 2), server_default="1.50"),
        lambda: sa.CheckConstraint("price IN (1,2,  5) OR price BETWEEN 7 AND 9", name="odd"),
        lambda: sa.CheckConstraint("state <> 'it''s: 50%'"),
        lambda: sa.Index("ix_both", "price", sa.desc("sum")),
        _computed("price*2"),
    )
    evolution.begin(models)
    evolution.now.ok("check")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("((price > 0))", "price > 0", True),
        ("'new'::character varying", "'new'", True),
        ("(a) + (b)", "a + b", False),
        ("'A'", "'a'", False),
        ("now()", "NOW()", True),
        ("'1.50'", "1.50", True),
    ],
)
def test_texts(one: str, other: str, same: bool) -> None:
    """Only what can't change the meaning is overlooked."""
    assert alike(one, other) is same


@pytest.mark.requires("enum_types")
class TestEnumTypes:
    """PostgreSQL's enumerations come and go with their users, and change with their rows."""

    def test_values(self, evolution: Evolution) -> None:
        """Added in the middle, removed and reordered; with a default and an array."""

        def models(*values: str, default: str) -> Callable[[SQLAlchemy], None]:
            kind = sa.Enum(*values, name="state")
            return _models(
                lambda: sa.Column("state", kind, server_default=default),
                lambda: sa.Column("past", sa.ARRAY(sa.Enum(*values, name="state"))),
            )

        before = models("new", "it's", "done", default="new")
        evolution.begin(before, "INSERT INTO product (id, state) VALUES (1, 'done')")
        evolution.follow(models("open", "done", "50 %: it", "it's", default="open"))
        assert evolution.rows("SELECT state FROM product") == [("done",)]
        evolution.back(before)
        evolution.now.ok("upgrade")

    def test_comes_and_goes(self, evolution: Evolution) -> None:
        """A type is made for its first column and dropped with its last."""
        types = "SELECT typname FROM pg_type WHERE typtype = 'e'"
        kind = sa.Enum("a", "b", name="letter")
        evolution.begin(_models(), "INSERT INTO product (id) VALUES (1)")
        evolution.follow(_models(lambda: sa.Column("letter", kind, server_default="a")))
        assert evolution.rows(types) == [("letter",)]
        evolution.follow(_models())
        assert evolution.rows(types) == []
        evolution.now.ok("downgrade")
        assert evolution.rows(types) == [("letter",)]
