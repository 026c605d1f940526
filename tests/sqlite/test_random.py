"""Random tables, random changes: what the change is not about is there afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_godwit.errors import RebuildRefused
from flask_godwit.sqlite.table_text import parse_table
from tests.sqlite.place import Place, place

SPACE = st.sampled_from([" ", "  ", "\n  ", "\t", " /* ), ' */ ", " -- so, (\n"])
QUOTES = st.sampled_from(["{}", '"{}"', "[{}]", "`{}`"])
TYPES = st.sampled_from(["INT", "VARCHAR(10)", "TEXT", "DECIMAL (10, 2)", "DOUBLE PRECISION", ""])
CLAUSES = st.lists(
    st.sampled_from(
        [
            "DEFAULT 5",
            "DEFAULT -1.5",
            "DEFAULT ('a' || ',)')",
            "DEFAULT NULL",
            "COLLATE NOCASE",
            "CHECK ({0} <> ',' AND length({0}) < 9)",
            "CONSTRAINT named_{1} CHECK ({0} IS NOT 'it''s')",
            "REFERENCES p ON DELETE SET NULL NOT DEFERRABLE",
            "REFERENCES p (id) ON UPDATE SET DEFAULT",
            "UNIQUE",
            "NOT NULL ON CONFLICT FAIL DEFAULT 'x'",
        ]
    ),
    unique_by=lambda clause: clause.split()[0] if "DEFAULT" not in clause[:60] else "DEFAULT",
    max_size=3,
)


@dataclass(frozen=True)
class Made:
    """A table as it was made, and the names of its columns."""

    sql: str
    names: tuple[str, ...]
    beside: tuple[str, ...]


@st.composite
def tables(draw: Any) -> Made:
    """A CREATE TABLE with columns c0, c1, … and constraints, and things beside the table."""
    names = [f"c{n}" for n in range(draw(st.integers(3, 6)))]
    if draw(st.booleans()):
        names[1] = "order by, (x)"
    parts = ["id INTEGER PRIMARY KEY" + draw(st.sampled_from(["", " AUTOINCREMENT", " DESC"]))]
    parts += [_column(draw, name, number) for number, name in enumerate(names)]
    parts += draw(st.lists(_constraints(names), max_size=3, unique=True))
    separators = [draw(SPACE) for _ in parts]
    body = ",".join(space + part for space, part in zip(separators, parts, strict=True))
    beside = draw(st.lists(_beside(names), max_size=3, unique=True))
    return Made(f"CREATE TABLE t ({body}{draw(SPACE)})", tuple(names), tuple(beside))


def _column(draw: Any, name: str, number: int) -> str:
    quotes = '"{}"' if " " in name else draw(QUOTES)
    written = quotes.format(name)
    clauses = [clause.format(f'"{name}"', number) for clause in draw(CLAUSES)]
    pieces = [written, draw(TYPES), *clauses]
    return draw(SPACE).join(piece for piece in pieces if piece)


def _constraints(names: list[str]) -> st.SearchStrategy[str]:
    one, two, *_ = (f'"{name}"' for name in names)
    return st.sampled_from(
        [
            f"UNIQUE ({one}, {two})",
            f"CONSTRAINT uq UNIQUE ({two})",
            f"CHECK ({one} IS NOT {two} OR {one} IS NULL OR 1)",
            f"CONSTRAINT ck CHECK ({two} <> ')')",
            f"FOREIGN KEY ({one}) REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED",
            f"CONSTRAINT fk FOREIGN KEY ({two}, {one}) REFERENCES q (a, b) ON DELETE CASCADE",
        ]
    )


def _beside(names: list[str]) -> st.SearchStrategy[str]:
    one, two, *_ = (f'"{name}"' for name in names)
    return st.sampled_from(
        [
            f"CREATE INDEX i1 ON t ({one} DESC, {two} COLLATE NOCASE)",
            f"CREATE INDEX i2 ON t (length({two})) WHERE {one} IS NOT NULL",
            f"CREATE TRIGGER g1 AFTER UPDATE OF {one} ON t BEGIN SELECT new.{two}; END",
            f"CREATE VIEW v1 AS SELECT id, {one} FROM t",
        ]
    )


NO_LONGER = "After this change of table 't' something would no longer work"
CHANGES = {
    "type": lambda t, name: t.alter_column(name, type_=sa.Text()),
    "nullable": lambda t, name: t.alter_column(name, nullable=True),
    "default": lambda t, name: t.alter_column(name, server_default="9"),
    "rename": lambda t, name: t.alter_column(name, new_column_name="renamed", nullable=True),
    "drop": lambda t, name: t.drop_column(name),
    "add": lambda t, name: t.add_column(sa.Column("new", sa.Integer, sa.ForeignKey("p.id"))),
    "check": lambda t, name: t.create_check_constraint("ck_new", "id >= 0"),
    "always": lambda t, name: None,
}


@settings(max_examples=250, deadline=None)
@given(made=tables(), change=st.sampled_from(sorted(CHANGES)), data=st.data())
def test_the_rest_stays(made: Made, change: str, data: Any) -> None:
    """Texts, facts and rows of the other columns, whatever the table looks like."""
    assert str(parse_table(made.sql)) == made.sql
    name = data.draw(st.sampled_from(made.names))
    others = [other for other in made.names if other != name]
    parents = ("CREATE TABLE p (id INTEGER PRIMARY KEY)", "CREATE TABLE q (a, b, UNIQUE (a, b))")
    listed = ", ".join(f'"{n}"' for n in made.names)
    with place(*parents, made.sql, *made.beside) as db:
        for number in range(3):
            values = ", ".join(f"'{number}{n}'" for n in range(len(made.names)))
            db.run(f"INSERT INTO t (id, {listed}) VALUES ({number * 10}, {values})")
        before, facts = db.everything(), _facts(db, others)
        try:
            with db.batch(recreate="always" if change == "always" else "auto") as t:
                CHANGES[change](t, name)
        except RebuildRefused as refused:
            # A view or trigger needs the column: then nothing was changed.
            assert (change, refused.message.partition(":")[0]) == ("drop", NO_LONGER)  # noqa: PT017
            assert db.everything() == before
            return
        assert _facts(db, others) == facts
        assert db.rows("PRAGMA integrity_check") == [("ok",)]


def _facts(db: Place, names: list[str]) -> list[Any]:
    """What the table's other columns are, as SQLite itself says."""
    listed = ", ".join(f'"{name}"' for name in names)
    columns = [row[1:] for row in db.rows("PRAGMA table_xinfo('t')") if row[1] in names]
    checks = [c for c in parse_table(db.sql("t")).constraints if c.kind == "check"]
    kept = [c.name for c in checks if c.own and c.own[0] in names]
    return [columns, kept, db.rows(f"SELECT id, {listed} FROM t ORDER BY id")]
