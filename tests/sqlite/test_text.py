"""The text of a table is cut where it is changed, and stays as it is everywhere else."""

from __future__ import annotations

import pytest

from flask_godwit.sqlite.columns import ColumnText
from flask_godwit.sqlite.table_text import parse_table
from flask_godwit.sqlite.tokens import NotUnderstood, normal

WRITTEN = """CREATE TABLE "a ""big"" table" (
  id INTEGER PRIMARY KEY, -- the key, of course
  [b b] VARCHAR(10, 2) DEFAULT NULL NOT NULL, /* one */ -- two
  -- about c
  c INT CONSTRAINT x CHECK (c > 0 AND ')' <> '--') REFERENCES p(id) ON DELETE SET NULL -- it
  , d GENERATED ALWAYS AS (id + 1) STORED,
  e AS (c) ,
  `f` DOUBLE PRECISION DEFAULT -1.5 COLLATE nocase,
  CONSTRAINT pk UNIQUE (id, c) CHECK (id <> 1) UNIQUE(c)
  FOREIGN KEY (id,c) REFERENCES q(x,y) -- the end
) STRICT, WITHOUT ROWID -- really"""


def test_a_text_is_its_parts() -> None:
    """Every byte of it is in one of them."""
    assert str(parse_table(WRITTEN)) == WRITTEN


def test_columns() -> None:
    """Names, types, defaults and what else a column has."""
    columns = parse_table(WRITTEN).columns
    assert [(c.name, c.type) for c in columns] == [
        ("id", "INTEGER"),
        ("b b", "VARCHAR(10, 2)"),
        ("c", "INT"),
        ("d", ""),
        ("e", ""),
        ("f", "DOUBLE PRECISION"),
    ]
    assert [c.default for c in columns] == ["", "NULL", "", "", "", "-1.5"]
    assert [c.name for c in columns if c.is_generated] == ["d", "e"]
    assert [c.name for c in columns if c.is_stored] == ["d"]
    assert [c.name for c in columns if c.not_null] == ["b b"]
    assert columns[-1].collation == "nocase"


def test_constraints() -> None:
    """Those of columns and of the table, also where no comma stands between them."""
    found = [(c.kind, c.name, c.columns) for c in parse_table(WRITTEN).constraints]
    assert [each for each in found if each[0] != "check"] == [
        ("primary", "", ("id",)),
        ("foreignkey", "", ("c",)),
        ("unique", "pk", ("id", "c")),
        ("unique", "", ("c",)),
        ("foreignkey", "", ("id", "c")),
    ]
    assert [name for kind, name, _ in found if kind == "check"] == ["x", ""]
    assert parse_table(WRITTEN).options == ("STRICT", "WITHOUT ROWID")


@pytest.mark.parametrize("name", ["id", "b b", "c", "d", "e", "f"])
def test_a_dropped_column_takes_its_comment_along(name: str) -> None:
    """The lines of the other columns stay, comments included."""
    table = parse_table(WRITTEN).without_column(name)
    assert [c.name for c in table.columns] == [
        c.name for c in parse_table(WRITTEN).columns if c.name != name
    ]
    assert ("-- two" in str(table)) == (name != "b b")
    assert ("-- the key" in str(table)) == (name != "id")
    assert str(parse_table(str(table))) == str(table)


def test_a_comment_never_swallows_what_follows() -> None:
    """A part after one that ends with a comment begins on a new line."""
    table = parse_table("CREATE TABLE t (a INT, b INT -- the last\n)")
    added = str(table.with_added("c INT").with_added("CHECK (a > 0)"))
    assert [c.name for c in parse_table(added).columns] == ["a", "b", "c"]
    assert len(parse_table(added).constraints) == 1
    assert str(table.without_column("b")) == "CREATE TABLE t (a INT\n)"


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        ("a INT", lambda c: c.with_type("TEXT"), "a TEXT"),
        ("a", lambda c: c.with_type("TEXT"), "a TEXT"),
        ("a int  NOT NULL", lambda c: c.with_type("INT"), "a int  NOT NULL"),
        ("a INT", lambda c: c.with_null(False), "a INT NOT NULL"),
        ("a INT NULL", lambda c: c.with_null(False), "a INT NOT NULL"),
        (
            "a INT CONSTRAINT n NOT NULL ON CONFLICT FAIL DEFAULT 1",
            lambda c: c.with_null(True),
            "a INT DEFAULT 1",
        ),
        (
            "a INT REFERENCES p ON DELETE SET NULL",
            lambda c: c.with_null(True),
            "a INT REFERENCES p ON DELETE SET NULL",
        ),
        ("a INT NOT NULL", lambda c: c.with_default("5"), "a INT DEFAULT 5 NOT NULL"),
        ("a INT DEFAULT (1 + 1) UNIQUE", lambda c: c.with_default("5"), "a INT DEFAULT 5 UNIQUE"),
        ("a INT DEFAULT -1 /* ! */ UNIQUE", lambda c: c.with_default(""), "a INT /* ! */ UNIQUE"),
        ("a TEXT COLLATE x", lambda c: c.with_collation(""), "a TEXT"),
        ("a TEXT UNIQUE", lambda c: c.with_collation("x"), 'a TEXT COLLATE "x" UNIQUE'),
    ],
)
def test_a_column_is_changed(before: str, change, after: str) -> None:
    """Clause by clause, with no byte changed beside it."""
    assert change(ColumnText(before)).text == after


@pytest.mark.parametrize(
    "text", ["", "CREATE VIRTUAL TABLE t USING fts5(a)", "CREATE TABLE t (a", "CREATE TABLE t (,)"]
)
def test_what_is_no_table_is_not_understood(text: str) -> None:
    """Such a table is changed by reflection."""
    with pytest.raises(NotUnderstood):
        parse_table(text)


def test_texts_that_mean_the_same() -> None:
    """Case, quotes and white space mean nothing to SQLite, but within a string they do."""
    assert normal("CHECK ( A>'B' )") == normal("check(\"a\" > 'B') -- so")
    assert normal("a > 'B'") != normal("a > 'b'")


@pytest.mark.parametrize(
    ("constraint", "mentioned"),
    [
        ("PRIMARY KEY (id)", "id"),
        ("UNIQUE (id) ON CONFLICT IGNORE", "id"),
        ("FOREIGN KEY (id) REFERENCES p (b)", "id"),
        ("CHECK (id IS NOT NULL AND b IN (1, 2))", "id b"),
        ("CHECK (CASE WHEN id THEN b ELSE 1 END)", "id b"),
        ("CHECK (end > id)", "end id"),
        ("CHECK (id COLLATE nocase > upper(b))", "id b"),
        ('CHECK ("not" > "case")', "not case"),
    ],
)
def test_words_of_sql_are_no_columns(constraint: str, mentioned: str) -> None:
    """A column may be called like one, in quotes."""
    names = (
        *("id", "b", "primary", "key", "unique", "conflict", "ignore", "foreign", "references"),
        *("check", "is", "not", "null", "and", "in", "case", "when", "then", "else", "end"),
        *("collate", "nocase", "upper"),
    )
    columns = ", ".join(f'"{name}" INT' for name in names)
    found = parse_table(f"CREATE TABLE t ({columns}, {constraint})").constraints[0]
    assert [name for name in names if found.concerns(name)] == sorted(
        mentioned.split(), key=names.index
    )
