"""What a table of PostgreSQL inherits from: it is said where that is not what the model says."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

_BY_HAND = "Write in a revision of your own: "


def _models(*parents: str, more: bool = False) -> Models:
    def declare(db: SQLAlchemy) -> None:
        for name in ("p", "The q"):
            db.Table(name, sa.Column("id", sa.Integer))
        columns = [sa.Column("id", sa.Integer), *([sa.Column("n", sa.Integer)] if more else [])]
        said = {"postgresql_inherits": parents} if parents else {}
        db.Table("t", *columns, **said)

    return declare


@pytest.mark.parametrize(
    ("before", "after", "words", "statements"),
    [
        ((), ("p",), "from nothing in the database, and from p", ("t INHERIT p",)),
        (("p",), (), "from p in the database, and from nothing", ("t NO INHERIT p",)),
        (
            ("p",),
            ("The q",),
            "from p in the database, and from The q",
            ("t NO INHERIT p", 't INHERIT "The q"'),
        ),
    ],
    ids=["added", "removed", "changed"],
)
def test_changed(
    evolution: Evolution,
    before: tuple[str, ...],
    after: tuple[str, ...],
    words: str,
    statements: tuple[str, ...],
) -> None:
    """It is said, with statements that change it; what else changes is written."""
    evolution.begin(_models(*before), "INSERT INTO t (id) VALUES (1)")
    assert _BY_HAND not in evolution.now.ok("check").output
    answer = evolution.migrate(_models(*after))
    assert answer.exit_code == 1, answer.output
    assert f"t inherits {words} in the models" in answer.stderr
    typed = [f"ALTER TABLE {statement}" for statement in statements]
    assert f"{_BY_HAND}{'; '.join(typed)}" in " ".join(answer.stderr.split())
    answer = evolution.migrate(_models(*after, more=True))
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    assert _BY_HAND in answer.stderr
    evolution.now.ok("upgrade")
    assert _BY_HAND in evolution.now.run("check").stderr
    for statement in typed:
        evolution.now.execute(statement)
    assert _BY_HAND not in evolution.now.ok("check").output


def test_in_another_order(evolution: Evolution) -> None:
    """Nothing is said where they are the same."""
    evolution.begin(_models("p", "The q"))
    assert _BY_HAND not in evolution.migrate(_models("The q", "p", more=True)).output
    evolution.now.ok("upgrade")
    assert _BY_HAND not in evolution.now.ok("check").output
