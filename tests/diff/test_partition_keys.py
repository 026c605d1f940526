"""How a table is partitioned, which PostgreSQL does not let anybody change."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

_LATER = "give t another name, make the table anew, copy its rows"


def _models(key: str = "", *, name: str = "Name", kind: str = "kind", more: bool = False) -> Models:
    def declare(db: SQLAlchemy) -> None:
        columns = [
            sa.Column("id", sa.Integer),
            sa.Column(name, sa.Text),
            sa.Column(kind, sa.Enum("a", "b", name="kind")),
        ]
        if more:
            columns.append(sa.Column("more", sa.Integer))
        db.Table("t", *columns, **({"postgresql_partition_by": key} if key else {}))

    return declare


@pytest.mark.parametrize(
    "key",
    [
        "range(id)",
        'LIST (LOWER("Name"))',
        "LIST ( kind )",
        'HASH (id, "Name" text_ops)',
        "RANGE (coalesce(\"Name\", 'x'), ((id + 1)))",
    ],
)
def test_said_in_other_words(evolution: Evolution, key: str) -> None:
    """The server keeps it in words of its own: nothing is found, nothing said."""
    evolution.begin(_models(key))
    answer = evolution.now.ok("check")
    assert "PARTITION BY" not in answer.output
    answer = evolution.follow(_models(key, more=True))
    assert "PARTITION BY" not in answer.output


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("RANGE (id)", "LIST (id)", ("PARTITION BY RANGE (id)", "PARTITION BY LIST (id)")),
        ("", "LIST (id)", ("not partitioned", "PARTITION BY LIST (id)")),
        ("RANGE (id)", "", ("PARTITION BY RANGE (id)", "not partitioned")),
    ],
    ids=["changed", "added", "removed"],
)
def test_changed(evolution: Evolution, before: str, after: str, words: tuple[str, str]) -> None:
    """It is said, and what else changes is written."""
    evolution.begin(_models(before))
    answer = evolution.migrate(_models(after))
    assert answer.exit_code == 1, answer.output
    assert f"t is {words[0]} in the database, and {words[1]} in the models" in answer.stderr
    assert _LATER in answer.stderr
    answer = evolution.migrate(_models(after, more=True))
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    assert _LATER in answer.stderr
    evolution.now.ok("upgrade")
    assert _LATER in evolution.now.run("check").stderr


def test_renamed_column(evolution: Evolution) -> None:
    """The key follows its column, and nothing is said."""
    evolution.begin(_models("LIST (kind)"))
    after = _models("LIST (sort)", kind="sort")
    answer = evolution.follow(after, "--rename", "t.kind:t.sort")
    assert "PARTITION BY" not in answer.output
    evolution.back(_models("LIST (kind)"))
