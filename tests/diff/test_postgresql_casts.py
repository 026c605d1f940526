"""Conversions that PostgreSQL has to be told of, there and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql as pg

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

Kind = Callable[[], Any]


def _models(kind: Kind, **options: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", kind(), **options))

    return models


def _enums(name: str, *labels: str) -> Kind:
    return lambda: pg.ARRAY(sa.Enum(*labels, name=name))


def _texts() -> Any:
    return pg.ARRAY(sa.String(9))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_enums("one", "a", "b"), _enums("two", "a", "b", "c")),
        (_enums("one", "a", "b"), _enums("Two", "b", "a")),
        (_texts, _enums("Two", "b", "a")),
        (_enums("one", "a", "b"), _texts),
    ],
    ids=["other", "capital", "from texts", "to texts"],
)
@pytest.mark.parametrize("options", [{}, {"server_default": "{}"}], ids=["", "default"])
def test_array_of_enumeration(
    evolution: Evolution, old: Kind, new: Kind, options: dict[str, Any]
) -> None:
    """An array gets elements of another enumeration, by way of texts."""
    evolution.begin(_models(old, **options), "INSERT INTO t (id, a) VALUES (1, '{a,b}')")
    evolution.follow(_models(new, **options))
    assert evolution.rows("SELECT CAST(a AS TEXT) FROM t") == [("{a,b}",)]
    evolution.back(_models(old, **options))
    assert evolution.rows("SELECT CAST(a AS TEXT) FROM t") == [("{a,b}",)]


@pytest.mark.parametrize("options", [{}, {"nullable": False}], ids=["", "not null"])
def test_bytes_and_texts(evolution: Evolution, options: dict[str, Any]) -> None:
    """Bytes become the text that they are in UTF-8, and bytes again."""
    one, other = _models(sa.LargeBinary, **options), _models(sa.Text, **options)
    value = "aé\\c"
    evolution.begin(one, f"INSERT INTO t (id, a) VALUES (1, convert_to('{value}', 'UTF8'))")
    evolution.follow(other)
    assert evolution.rows("SELECT a FROM t") == [(value,)]
    evolution.back(one)
    assert evolution.rows("SELECT convert_from(a, 'UTF8') FROM t") == [(value,)]


def test_bytes_that_are_no_text(evolution: Evolution) -> None:
    """Bytes that are no UTF-8 stop the command."""
    one = _models(sa.LargeBinary)
    evolution.begin(one, r"INSERT INTO t (id, a) VALUES (1, '\xfffe')")
    answer = evolution.migrate(_models(sa.Text))
    assert answer.exit_code == 1
    assert "Not every value of t.a can become" in answer.output


def test_texts_and_bytes(evolution: Evolution) -> None:
    """Texts become bytes, and the same texts again."""
    one = _models(lambda: sa.String(9))
    evolution.begin(one, r"INSERT INTO t (id, a) VALUES (1, 'a\c')")
    evolution.follow(_models(sa.LargeBinary))
    evolution.back(one)
    assert evolution.rows("SELECT a FROM t") == [("a\\c",)]


@pytest.mark.parametrize("name", ["o", "u"])
def test_under_a_new_name(evolution: Evolution, name: str) -> None:
    """Rows are looked at by the old name, though the new one is a letter of what converts them."""

    def other(db: SQLAlchemy) -> None:
        kind = sa.Text if name == "o" else sa.Uuid
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column(name, kind))

    old = sa.LargeBinary if name == "o" else sa.Text
    value = "x" if name == "o" else "7b1c9a3e-0d5f-4c55-8a6e-2f4f7a3b9c11"
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, '{value}')")
    evolution.follow(other, "--rename", f"t.a:t.{name}")
    assert [str(row[0]) for row in evolution.rows(f"SELECT {name} FROM t")] == [value]


class YesNo(sa.types.TypeDecorator[bool]):
    """A type of the application's own."""

    impl = sa.CHAR(5)
    cache_ok = True


@pytest.mark.parametrize(
    ("old", "new", "value", "after"),
    [
        (sa.Boolean, YesNo, "true", "True"),
        (sa.DateTime, sa.Time, "2024-02-03 04:05:06", "1970-01-01 04:05:06"),
    ],
    ids=["own type", "time"],
)
def test_comes_back(evolution: Evolution, old: Any, new: Any, value: str, after: str) -> None:
    """A downgrade converts the values back, as well as they can be."""
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, '{value}')")
    evolution.follow(_models(new))
    evolution.back(_models(old))
    assert str(evolution.rows("SELECT a FROM t")[0][0]) == after


@pytest.mark.parametrize(
    ("old", "new", "value", "using"),
    [
        (sa.JSON, _texts, '["x]{,","y"]', ""),
        (lambda: pg.JSONB(), lambda: pg.ARRAY(sa.Integer), "[1, 2]", ""),
        (lambda: pg.JSONB(), sa.Integer, "7", ""),
        (lambda: pg.ARRAY(sa.Integer), sa.Integer, "{7}", "a[1]"),
        (lambda: pg.ARRAY(sa.Text), sa.Text, "{x,y}", "array_to_string(a, ',')"),
        (sa.Integer, lambda: pg.ARRAY(sa.BigInteger), "7", ""),
        (sa.Integer, sa.Interval, "90", "make_interval(secs => a)"),
        (sa.Integer, sa.Interval, "90", "make_interval(days => a)"),
        (sa.Integer, sa.Date, "90", "date '1970-01-01' + a"),
        (sa.Integer, lambda: sa.DateTime(timezone=True), "90", "to_timestamp(a)"),
        (pg.INT4RANGE, pg.INT8RANGE, "[1,3)", ""),
        (pg.INT4RANGE, pg.INT4MULTIRANGE, "[1,3)", ""),
        (lambda: pg.BIT(4), lambda: pg.BIT(8), "1010", ""),
        (lambda: pg.BIT(8), lambda: pg.BIT(4), "10100000", ""),
        (lambda: sa.Enum("a", "b", name="k"), _enums("k", "a", "b"), "a", ""),
        (_enums("k", "a", "b"), lambda: sa.Enum("a", "b", name="k"), "{a}", "a[1]"),
    ],
)
def test_there_and_back(evolution: Evolution, old: Kind, new: Kind, value: str, using: str) -> None:
    """What is converted, by itself or as somebody says, comes back as it was."""
    begun = [(1, value), (2, None)]
    quoted = value.replace("'", "''")
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, '{quoted}'), (2, NULL)")
    assert evolution.rows("SELECT id, CAST(a AS TEXT) FROM t ORDER BY id") == begun
    evolution.follow(_models(new), *(["--using", f"t.a={using}"] if using else []))
    evolution.back(_models(old))
    assert evolution.rows("SELECT id, CAST(a AS TEXT) FROM t ORDER BY id") == begun


@pytest.mark.parametrize("options", [{}, {"nullable": False}], ids=["", "not null"])
def test_no_way_back(evolution: Evolution, options: dict[str, Any]) -> None:
    """Where values can't come back, the script says so, and the column does."""
    one, other = _models(sa.Integer, **options), _models(sa.Uuid, **options)
    evolution.begin(one, "INSERT INTO t (id, a) VALUES (1, 7)")
    evolution.follow(other, "--using", "t.a=gen_random_uuid()")
    nothing = "0" if options else "NULL"
    assert f"can't convert t.a back: each row gets {nothing}." in evolution.script
    evolution.back(one)
    assert evolution.rows("SELECT a FROM t") == [(0 if options else None,)]


def test_fits_as_somebody_says(evolution: Evolution) -> None:
    """What would not fit may be made to."""
    evolution.begin(_models(lambda: sa.String(9)), "INSERT INTO t (id, a) VALUES (1, 'long one')")
    evolution.follow(_models(lambda: sa.String(4)), "--using", "t.a=left(a, 4)")
    assert evolution.rows("SELECT a FROM t") == [("long",)]


def test_bits_that_would_be_lost(evolution: Evolution) -> None:
    """They stop the command."""
    evolution.begin(_models(lambda: pg.BIT(8)), "INSERT INTO t (id, a) VALUES (1, B'00000001')")
    answer = evolution.migrate(_models(lambda: pg.BIT(4)))
    assert answer.exit_code == 1
    assert "1 row of t would not fit" in answer.output


def test_nulls_that_are_alike(evolution: Evolution) -> None:
    """A unique key for which all NULLs are one is refused where rows have two."""

    def models(*, alike: bool) -> Callable[[SQLAlchemy], None]:
        def made(db: SQLAlchemy) -> None:
            unique = sa.UniqueConstraint("a", name="uq", postgresql_nulls_not_distinct=alike)
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table("t", key, sa.Column("a", sa.Integer), unique)

        return made

    evolution.begin(models(alike=False), "INSERT INTO t (id) VALUES (1), (2)")
    if evolution.rows("SELECT current_setting('server_version_num')::int < 150000") == [(True,)]:
        pytest.skip("NULLS NOT DISTINCT is new in PostgreSQL 15")
    answer = evolution.migrate(models(alike=True))
    assert answer.exit_code == 1
    assert "1 row of t has the same a as another row" in answer.output


def test_a_query_that_converts(evolution: Evolution) -> None:
    """PostgreSQL allows none, which is said at once, with what works."""
    evolution.begin(_models(lambda: sa.String(9)), "INSERT INTO t (id, a) VALUES (1, 'select')")
    models = _models(sa.Integer)
    answer = evolution.migrate(models, "--using", "t.a=(SELECT min(b.id) FROM t b WHERE b.a = a)")
    assert answer.exit_code == 1
    assert "PostgreSQL allows no SELECT in what converts a column." in answer.output
    assert "-> Call a function that does the SELECT." in answer.output
    evolution.follow(models, "--using", "t.a=length(replace(a, 'select', 'no select'))")


@pytest.mark.parametrize("new", [pg.JSONB, sa.JSON])
def test_pairs_and_objects(evolution: Evolution, new: Kind) -> None:
    """What an hstore has comes back from JSON, whatever signs are in it."""
    odd = """hstore(E'a"b=>, \\\\', E'c\\n: "d')"""
    evolution.begin(_models(sa.Integer))
    try:
        evolution.now.execute("CREATE EXTENSION IF NOT EXISTS hstore")
    except sa.exc.DBAPIError as error:
        pytest.skip(f"no hstore: {error}")
    assert not evolution.migrate(_models(pg.HSTORE), "--using", "t.a=hstore('n', '')").exit_code
    evolution.now.ok("upgrade")
    evolution.now.execute(f"INSERT INTO t VALUES (1, {odd}), (2, NULL), (3, ''), (4, 'x=>NULL')")
    before = evolution.rows("SELECT id, a::text FROM t ORDER BY id")
    evolution.follow(_models(new))
    assert evolution.rows("SELECT a ->> 'x' FROM t WHERE id = 4") == [(None,)]
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT id, a::text FROM t ORDER BY id") == before


@pytest.mark.parametrize("kinds", [(sa.LargeBinary, sa.Integer), (sa.BigInteger, sa.LargeBinary)])
def test_bits_are_no_numbers(evolution: Evolution, kinds: tuple[Any, Any]) -> None:
    """PostgreSQL 18 would cast them, and older ones would not."""
    evolution.begin(_models(kinds[0]), "INSERT INTO t (id) VALUES (1)")
    answer = evolution.migrate(_models(kinds[1]))
    assert answer.exit_code == 1
    assert "PostgreSQL knows no conversion" in answer.stderr


def test_labels_and_bytes(evolution: Evolution) -> None:
    """Labels become bytes, and labels again."""
    one = _models(lambda: sa.Enum("one", "it\\s", name="kind"))
    evolution.begin(one, r"INSERT INTO t (id, a) VALUES (1, 'it\s')")
    evolution.follow(_models(sa.LargeBinary))
    assert evolution.rows("SELECT convert_from(a, 'UTF8') FROM t") == [("it\\s",)]
    evolution.back(one)
    assert evolution.rows("SELECT a FROM t") == [("it\\s",)]
