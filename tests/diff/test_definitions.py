"""What a column carries that ``op.alter_column()`` has no words for: CHECKs, expressions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql

from .conftest import Evolution

PROVED = "Proved: upgrade, downgrade, no further changes"


def proved(evolution: Evolution, models: Callable[[SQLAlchemy], None]) -> None:
    """Followed, where names are the server's own and not those that the models create."""
    answer = evolution.migrate(models)
    assert PROVED in answer.output, answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("check")


def table(*columns: Callable[[], Any]) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        made = (column() for column in columns)
        db.Table("item", sa.Column("id", sa.Integer, primary_key=True), *made)

    return models


def checked(name: str, least: int, kind: Any = sa.Integer, **options: Any) -> Callable[[], Any]:
    """A column with a CHECK inside of it."""
    return lambda: sa.Column(name, kind, sa.CheckConstraint(f"{name} > {least}"), **options)


def column(name: str, *items: Any, **options: Any) -> Callable[[], Any]:
    return lambda: sa.Column(name, *items, **options)


@pytest.mark.requires("alter_column")
def test_checks_of_columns(evolution: Evolution) -> None:
    """A CHECK that stands in a column is made, changed, kept beside other changes, and dropped."""
    before = table(
        checked("kept", 0),
        checked("changed", 0),
        checked("gone", 0),
        column("new", sa.Integer),
        column("data", sa.JSON, nullable=False),
    )
    after = table(
        checked("kept", 0, sa.BigInteger, nullable=False, server_default="7"),
        checked("changed", 1),
        column("gone", sa.Integer),
        checked("new", 0),
        checked("added", 2),
        column("data", sa.JSON, nullable=True),
    )
    names = "id, kept, changed, gone, new, data"
    evolution.begin(before, f"INSERT INTO item ({names}) VALUES (1, 5, 5, 5, 5, '{{}}')")
    proved(evolution, after)
    for name in ("kept", "changed", "new", "added"):
        with pytest.raises(sa.exc.DBAPIError):
            evolution.now.execute(f"INSERT INTO item (id, {name}) VALUES (2, 0)")
    evolution.now.execute("INSERT INTO item (id, gone) VALUES (2, 0)")
    evolution.now.execute("DELETE FROM item WHERE id = 2")
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT kept, changed, gone, new FROM item") == [(5, 5, 5, 5)]


def test_violated(evolution: Evolution) -> None:
    """Rows in the way of a CHECK that comes into a column stop the command."""
    evolution.begin(table(column("n", sa.Integer)), "INSERT INTO item (id, n) VALUES (1, 0)")
    answer = evolution.migrate(table(checked("n", 0)))
    assert answer.exit_code != 0
    assert "1 row of item violates" in answer.output


@pytest.mark.requires("auto_increment")
def test_checks_of_types(evolution: Evolution) -> None:
    """The CHECK that a type brings along is made once: in a new column, and in a changed one."""

    def flag(name: str) -> Callable[[], Any]:
        return column(name, sa.Boolean(create_constraint=True, name=f"{name}_is_bool"))

    def kind(*values: str) -> Callable[[], Any]:
        return column(
            "kind", sa.Enum(*values, native_enum=False, create_constraint=True, name="kinds")
        )

    before = table(kind("a", "b"), column("old", sa.Boolean()))
    evolution.begin(before, "INSERT INTO item (id, kind) VALUES (1, 'b')")
    after = table(kind("a", "b", "longer"), flag("old"), flag("new"))
    assert PROVED in evolution.follow(after).output
    evolution.back(before)
    assert evolution.rows("SELECT kind FROM item") == [("b",)]


def computed(name: str, text: str, kind: Any = sa.Integer, **options: Any) -> Callable[[], Any]:
    stored = options.pop("persisted", True)
    return lambda: sa.Column(name, kind, sa.Computed(text, persisted=stored), **options)


@pytest.mark.requires("auto_increment")
def test_computed(evolution: Evolution) -> None:
    """Expressions change, columns become computed and plain again; values and indexes stay."""
    before = table(
        column("n", sa.Integer),
        computed("other", "n + 1"),
        computed("wider", "n + 1", comment="c"),
        computed("kept", "n + 1", persisted=False, index=True),
        computed("unkept", "n + 1", index=True),
        computed("plain", "n + 1"),
        computed("plain_too", "n + 1", persisted=False, index=True),
        column("comes", sa.Integer),
    )
    after = table(
        column("n", sa.Integer),
        computed("other", "n + 2"),
        computed("wider", "n + 1", sa.BigInteger, comment="d"),
        computed("kept", "n + 1", index=True),
        computed("unkept", "n + 1", persisted=False, index=True),
        column("plain", sa.Integer, server_default="3"),
        column("plain_too", sa.Integer, index=True),
        computed("comes", "n + 3"),
    )
    evolution.begin(before, "INSERT INTO item (id, n, comes) VALUES (1, 5, 9)")
    answer = evolution.follow(after)
    assert PROVED in answer.output
    assert "its values are lost: 1 value here" in answer.output
    query = "SELECT other, wider, kept, unkept, plain, plain_too, comes FROM item"
    assert evolution.rows(query) == [(7, 6, 6, 6, 6, 6, 8)]
    evolution.back(before)


def test_a_check_of_a_computed_column(evolution: Evolution) -> None:
    """It stays where the column is dropped and added again, which is all that there is for it."""

    def items(how: str) -> Any:
        checks = {"ck_d": "d > 0", "ck_both": "d > 0 AND n < 50"}
        made = [partial(sa.CheckConstraint, text, name=name) for name, text in checks.items()]
        return table(column("n", sa.Integer), computed("d", f"n {how}"), *made)

    before = items("+ 1")
    evolution.begin(before, "INSERT INTO item (id, n) VALUES (1, 5)")
    assert PROVED in evolution.follow(items("+ 2")).output
    evolution.back(before)
    with pytest.raises(sa.exc.DBAPIError):
        evolution.now.execute("INSERT INTO item (id, n) VALUES (2, -5)")


@pytest.mark.requires("identity")
def test_virtual_columns_of_postgresql(evolution: Evolution) -> None:
    """They become plain and keep their values, with all that stands on them."""
    with evolution.database.engine() as engine, engine.connect() as connection:
        if not getattr(connection.dialect, "supports_virtual_generated_columns", False):
            pytest.skip("PostgreSQL has them since 18, and SQLAlchemy with one of its versions 2.0")
    both = partial(sa.CheckConstraint, "twice > 0 AND plain > 0", name="both")
    before = table(
        column("n", sa.Integer),
        both,
        computed("plain", "n + 1", persisted=False),
        computed("much", "n + 1", persisted=False, nullable=False, comment="c"),
        computed("found", "n + 1", persisted=False),
        computed("twice", "n + 1", persisted=False),
        computed("less", "n + 1"),
    )
    after = table(
        column("n", sa.Integer),
        both,
        column("plain", sa.Integer),
        column("much", sa.BigInteger, nullable=False, server_default="7", comment="d"),
        column("found", sa.Integer, index=True),
        computed("twice", "n + 1"),
        computed("less", "n + 1", persisted=False),
    )
    evolution.begin(before, "INSERT INTO item (id, n) VALUES (1, 5)")
    answer = evolution.follow(after)
    assert PROVED in answer.output
    assert "lost" not in answer.output.replace("and its values are lost", "")
    query = "SELECT plain, much, found, twice, less FROM item"
    assert evolution.rows(query) == [(6, 6, 6, 6, 6)]
    evolution.back(before)
    assert evolution.rows(query) == [(6, 6, 6, 6, 6)]


@pytest.mark.requires("auto_increment")
def test_on_update(evolution: Evolution) -> None:
    """``ON UPDATE`` comes, goes and stays with everything else that can change."""
    now, both = "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"

    def at(name: str, default: str | None, **options: Any) -> Callable[[], Any]:
        said = sa.text(default) if default else None
        return column(name, sa.DateTime, server_default=said, **options)

    null = "NULL ON UPDATE CURRENT_TIMESTAMP"
    before = table(
        at("comes", now), at("goes", both), at("all", both), at("kept", both), at("bare", null)
    )
    after = table(
        at("comes", both),
        at("goes", now),
        at("all", None),
        at("kept", both, nullable=False, comment="x"),
        at("bare", null, comment="x"),
    )
    evolution.begin(before, "INSERT INTO item (id) VALUES (1)")
    assert PROVED in evolution.follow(after).output
    evolution.back(before)


@pytest.mark.requires("auto_increment")
def test_json_and_its_long_text(evolution: Evolution) -> None:
    """MariaDB's JSON is more than the text that it is stored as, there and back."""
    as_text = mysql.LONGTEXT(collation="utf8mb4_bin")
    before = table(column("a", as_text), column("b", sa.JSON, comment="it's"))
    after = table(column("a", sa.JSON), column("b", as_text, comment="100 %"))
    evolution.begin(before, "INSERT INTO item (id, a, b) VALUES (1, '{}', '[]')")
    proved(evolution, after)
    with pytest.raises(sa.exc.DBAPIError):
        evolution.now.execute("UPDATE item SET a = 'no'")
    evolution.now.execute("UPDATE item SET b = 'no'")
    answer = evolution.now.run("downgrade")
    assert answer.exit_code == 1, answer.output
    evolution.now.execute("UPDATE item SET b = '1'")
    evolution.now.ok("downgrade")
    evolution.now.execute("UPDATE item SET a = 'no'")
    with pytest.raises(sa.exc.DBAPIError):
        evolution.now.execute("UPDATE item SET b = 'no'")
