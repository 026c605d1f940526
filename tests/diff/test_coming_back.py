"""What was dropped or changed is what it was, when it comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects.postgresql import JSON, JSONB, TSRANGE, ExcludeConstraint

from tests.databases import MARIADB, Database

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]
_PROVED = "Proved: upgrade, downgrade, no further changes"


@pytest.fixture
def on_mariadb(
    make_database: Callable[..., Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Evolution]:
    monkeypatch.chdir(tmp_path)
    made = Evolution(tmp_path, *(make_database(MARIADB, name) for name in ("app", "reference")))
    yield made
    made.close()


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _kept(db: SQLAlchemy) -> None:
    db.Table("kept", _id())


def test_table_with_lists(evolution: Evolution) -> None:
    """PostgreSQL says ``IN`` as something that it reads as another thing; and what is sorted."""

    def models(db: SQLAlchemy) -> None:
        _kept(db)
        table = db.Table(
            "post",
            _id(),
            sa.Column("state", sa.String(9)),
            sa.Column("more", sa.JSON),
            sa.CheckConstraint("state NOT IN ('it''s', 'odd')", name="not_odd"),
        )
        sa.Index("sorted", table.c.state.desc(), table.c.id)
        some = sa.text("state IN ('new', 'old')")
        sa.Index("some", table.c.id, postgresql_where=some, sqlite_where=some)

    evolution.begin(models)
    assert _PROVED in evolution.migrate(_kept).stdout


@pytest.mark.requires("schemas", "partial_indexes")
def test_exclusion_over_renamed(evolution: Evolution) -> None:
    """What excludes rows follows the columns that it reads, and back; so it does its table."""

    def models(column: str, least: int) -> Models:
        def declare(db: SQLAlchemy) -> None:
            where = sa.text(f"{column} > {least}")
            apart = ExcludeConstraint(("during", "&&"), where=where, name="apart")
            late = sa.UniqueConstraint(column, name="late", initially="DEFERRED")
            during = sa.Column("during", TSRANGE)
            db.Table("t", _id(), sa.Column(column, sa.Integer), during, apart, late)

        return declare

    evolution.begin(models("room", 0))
    answer = evolution.migrate(models("hall", 1), "--rename", "t.room:t.hall")
    assert _PROVED in answer.stdout, answer.output
    evolution.now.ok("upgrade")
    answer = evolution.migrate(_kept, "--allow-drop")
    assert _PROVED in answer.stdout, answer.output


@pytest.mark.requires("schemas")
def test_default_of_its_type(evolution: Evolution) -> None:
    """A default that names its type has the old one again."""

    def models(kind: type[JSON]) -> Models:
        def declare(db: SQLAlchemy) -> None:
            default = sa.text(f"'{{}}'::{kind.__name__.lower()}")
            db.Table("kept", _id(), sa.Column("more", kind, server_default=default))

        return declare

    evolution.begin(models(JSON), """INSERT INTO kept VALUES (1, '{"a": 1}')""")
    assert _PROVED in evolution.follow(models(JSONB)).stdout
    evolution.back(models(JSON))


def test_colons_in_defaults(evolution: Evolution) -> None:
    """They begin no parameter; also where a table is read again, since something was renamed."""

    def models(name: str, *others: str) -> Models:
        def declare(db: SQLAlchemy) -> None:
            moment = sa.Column("moment", sa.DateTime, server_default="2020-01-02 03:04:05")
            more = [sa.Column(o, sa.String(30), server_default='{"a":1} :b') for o in others]
            db.Table("t", _id(), moment, sa.Column(name, sa.String(9)), *more)

        return declare

    evolution.begin(models("a", "c"), "INSERT INTO t (id) VALUES (1)")
    assert _PROVED in evolution.follow(models("b"), "--rename", "t.a:t.b").stdout
    evolution.back(models("a", "c"))
    assert evolution.rows("SELECT c FROM t") == [('{"a":1} :b',)]


def test_bytes_for_rows(evolution: Evolution) -> None:
    """A column of bytes gets what was typed, or the model's default, whatever bytes those are."""
    default = b"\0'\\\xff%"

    def models(db: SQLAlchemy) -> None:
        typed = sa.Column("typed", sa.LargeBinary(9), nullable=False)
        given = sa.Column("given", sa.LargeBinary, nullable=False, default=default)
        db.Table("kept", _id(), typed, given)

    evolution.begin(_kept, "INSERT INTO kept VALUES (1)")
    evolution.follow(models, "--fill", "kept.typed=it's é")
    [(typed, given)] = evolution.rows("SELECT typed, given FROM kept")
    assert bytes(typed) == "it's é".encode()  # type: ignore[call-overload]
    assert bytes(given) == default  # type: ignore[call-overload]


def test_no_action_of_mariadb(on_mariadb: Evolution) -> None:
    """It keeps NO ACTION apart from nothing said and RESTRICT, which are one to it."""

    def models(ondelete: str | None) -> Models:
        def declare(db: SQLAlchemy) -> None:
            _kept(db)
            key = sa.ForeignKey("kept.id", ondelete=ondelete, name="fk_kept")
            db.Table("post", _id(), sa.Column("kept_id", key))

        return declare

    def said() -> bool:
        return "ON DELETE NO ACTION" in str(on_mariadb.rows("SHOW CREATE TABLE post"))

    on_mariadb.begin(models("NO ACTION"))
    on_mariadb.follow(models(None))
    assert not said()
    on_mariadb.back(models("NO ACTION"))
    assert said()
    on_mariadb.now.ok("upgrade")
    assert "No changes" in on_mariadb.migrate(models("RESTRICT")).output
    assert _PROVED in on_mariadb.migrate(models("NO ACTION")).stdout


def test_not_null_and_unique(evolution: Evolution) -> None:
    """Rows get values that tell them apart; where no value can do for all, the script says so."""

    def models(db: SQLAlchemy) -> None:
        _kept(db)
        name = sa.Column("name", sa.String(30), nullable=False, unique=True)
        up = sa.Column("up", sa.ForeignKey("kept.id", name="fk_up"), nullable=False)
        db.Table("post", _id(), name, sa.Column("nr", sa.Integer, nullable=False), up)
        db.Table("note", _id(), sa.Column("nr", sa.Integer, unique=True, nullable=False))

    def without(db: SQLAlchemy) -> None:
        _kept(db)
        db.Table("post", _id(), sa.Column("nr", sa.Integer, nullable=False))
        db.Table("note", _id())

    evolution.begin(models, "INSERT INTO kept VALUES (1)", "INSERT INTO note VALUES (1, 7), (2, 8)")
    evolution.follow(without)
    assert "rows get (SELECT id FROM kept ORDER BY id LIMIT 1)." in evolution.script
    evolution.back(models)
    assert evolution.rows("SELECT id, nr FROM note ORDER BY id") == [(1, 1), (2, 2)]


def test_no_action_with_a_renamed_table(on_mariadb: Evolution) -> None:
    """A key that is made anew for its name, and for NO ACTION, is dropped once."""

    def models(name: str, ondelete: str | None) -> Models:
        def declare(db: SQLAlchemy) -> None:
            _kept(db)
            key = sa.ForeignKey("kept.id", ondelete=ondelete, name=f"fk_{name}")
            db.Table(name, _id(), sa.Column("kept_id", key))

        return declare

    on_mariadb.begin(models("post", None))
    answer = on_mariadb.follow(models("note", "NO ACTION"), "--rename-table", "post:note")
    assert _PROVED in answer.stdout
    on_mariadb.back(models("post", None))


def test_columns_of_mariadb(on_mariadb: Evolution) -> None:
    """JSON is JSON again, with valid JSON in its rows, and a CHECK in a column is there. Names with
    capitals and spaces are no hindrance.
    """

    def models(db: SQLAlchemy) -> None:
        small = sa.Column("n", sa.Integer, sa.CheckConstraint("n < 9"))
        data = (sa.Column(name, sa.JSON, nullable=False) for name in ("data", "My data"))
        db.Table("kept", _id(), small, *data)

    on_mariadb.begin(models, """INSERT INTO kept VALUES (1, 2, '{"a": 1}', '[]')""")
    on_mariadb.follow(_kept)
    on_mariadb.back(models)
    valid = "SELECT json_valid(data), json_valid(`My data`) FROM kept"
    assert on_mariadb.rows(valid) == [(1, 1)]
    assert "CHECK (`n` < 9)" in str(on_mariadb.rows("SHOW CREATE TABLE kept"))


def test_uuid_where_there_is_no_type_for_it(local: Evolution) -> None:
    """It comes back as one that the application can read."""

    def models(db: SQLAlchemy) -> None:
        db.Table("kept", _id(), sa.Column("token", sa.Uuid, nullable=False))

    local.begin(models, f"INSERT INTO kept VALUES (1, '{'a' * 32}')")
    local.follow(_kept)
    local.back(models)
    assert local.rows("SELECT token FROM kept") == [("0" * 32,)]


def test_a_unique_index_is_written_with_true(local: Evolution) -> None:
    """As a person writes it; SQLAlchemy reads 1 from SQLite."""

    def models(*indexes: sa.Index) -> Models:
        def declare(db: SQLAlchemy) -> None:
            db.Table("tag", _id(), sa.Column("nr", sa.Integer), *indexes)

        return declare

    local.begin(models(sa.Index("ix_nr", "nr", unique=True)))
    local.follow(models())
    assert '"ix_nr"), ["nr"], unique=True' in local.script
