"""Rows that can't follow their column into another type: whoever writes the script is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql, postgresql

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


class Cut(sa.types.TypeDecorator[str]):
    """A type of the application's own."""

    impl = sa.Enum
    cache_ok = True

    def __init__(self) -> None:
        super().__init__("off", "on", name="cut")


def _models(kind: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", kind))

    return models


def _refused(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, {value})")
    answer = evolution.migrate(_models(new))
    assert answer.exit_code == 1
    assert "1 row of t would not fit" in answer.output, answer.output


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (sa.Boolean(), sa.Enum("off", "on", name="switch"), "false"),
        (sa.Integer(), sa.Enum("off", "on", name="switch"), "1"),
        (sa.String(9), Cut(), "'neither'"),
    ],
    ids=["boolean", "integer", "own type"],
)
def test_no_label(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """A value that an enumeration has not, whatever type it had."""
    _refused(evolution, old, new, value)


@pytest.mark.requires("strict_values")
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (sa.Numeric(10, 4), sa.Numeric(4, 2), "99.9999"),
        (sa.Numeric(10, 1), sa.SmallInteger(), "32767.6"),
        (sa.Float(53), sa.Numeric(4, 2), "-99.9999"),
    ],
    ids=["scale", "integer", "float"],
)
def test_rounds_over(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """A number that is too large only when it is rounded."""
    _refused(evolution, old, new, value)


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (sa.Integer(), sa.Boolean(), "300"),
        (sa.Integer(), mysql.MEDIUMINT(), "8388608"),
        (sa.Integer(), mysql.INTEGER(unsigned=True), "-1"),
        (sa.Numeric(8, 2), mysql.NUMERIC(8, 2, unsigned=True), "-0.5"),
        (sa.String(20), sa.Integer(), "'3000000000'"),
        (sa.String(20), sa.Boolean(), "'perhaps'"),
        (sa.String(20), sa.Boolean(), "'2'"),
        (sa.Integer(), sa.DateTime(), "1700000000"),
        (sa.LargeBinary(), sa.Text(), "x'fffe00'"),
        (mysql.VARCHAR(9, charset="utf8mb4"), mysql.VARCHAR(9, charset="latin1"), "'é日'"),
        (mysql.SET("a", "b", "c"), mysql.SET("c", "b"), "'a,c'"),
        (sa.String(20), mysql.SET("c", "b"), "'b,a'"),
        (sa.DateTime(), sa.TIMESTAMP(), "'1901-01-01 00:00:00'"),
        (sa.DateTime(), sa.TIMESTAMP(), "'2050-01-01 00:00:00'"),
        (sa.String(20), sa.BigInteger(), "'1.5'"),
        (sa.String(20), sa.Boolean(), "'1.5'"),
        (sa.String(20), sa.Time(), "'noon'"),
        (sa.String(20), sa.Time(), "'12'"),
        (sa.String(40), sa.DateTime(), "'2024-01-02 03:04:05+02:00'"),
        (sa.String(20), sa.Date(), "'25:00:00'"),
        (sa.Integer(), sa.Date(), "120"),
        (sa.Integer(), sa.Time(), "40000"),
        (sa.Date(), sa.SmallInteger(), "'2024-01-02'"),
        (sa.DateTime(), sa.Float(), "'2024-01-02 03:04:05'"),
        (sa.Date(), sa.JSON(), "'2024-01-02'"),
        (sa.Date(), sa.Time(), "'2024-01-02'"),
        (sa.Time(), sa.DateTime(), "'03:04:05'"),
        (sa.LargeBinary(), sa.Integer(), "'one'"),
        (sa.LargeBinary(), sa.JSON(), "'one'"),
        (sa.LargeBinary(), sa.Uuid(native_uuid=False), "'one'"),
        (sa.LargeBinary(), sa.Date(), "'one'"),
        (sa.JSON(), sa.Integer(), "'[1]'"),
        (sa.String(9), sa.Enum("new", name="k", native_enum=False), "'New'"),
    ],
)
def test_mysql(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """What MySQL and MariaDB can't store in the new type."""
    _refused(evolution, old, new, value)


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("new", [sa.JSON(), sa.LargeBinary()], ids=str)
@pytest.mark.parametrize(
    ("old", "value"),
    [(sa.Integer(), "1"), (sa.Numeric(8, 2), "1.50"), (sa.Double(), "1.5"), (sa.Boolean(), "1")],
    ids=["whole", "exact", "double", "truth"],
)
def test_mysql_numbers_come_back(evolution: Evolution, old: Any, value: str, new: Any) -> None:
    """What was written down as bytes or JSON is read as that number again."""
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, {value})")
    start = evolution.rows("SELECT a FROM t")
    evolution.follow(_models(new))
    evolution.back(_models(old))
    assert evolution.rows("SELECT a FROM t") == start


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("old", [sa.Date(), sa.DateTime(), sa.Time()], ids=str)
def test_mysql_bytes_are_times_again(evolution: Evolution, old: Any) -> None:
    """A time that was written down as bytes is one again; a day has none."""
    value = "03:04:05" if isinstance(old, sa.Time) else "2024-01-02"
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, '{value}')")
    start = evolution.rows("SELECT a FROM t")
    evolution.follow(_models(sa.LargeBinary()))
    evolution.back(_models(old))
    assert evolution.rows("SELECT a FROM t") == start


@pytest.mark.requires("auto_increment")
def test_mysql_charset(evolution: Evolution) -> None:
    """Characters that the new character set has are not in the way."""
    wide, narrow = (mysql.VARCHAR(9, charset=charset) for charset in ("utf8mb4", "latin1"))
    evolution.begin(_models(wide), "INSERT INTO t (id, a) VALUES (1, 'é?')")
    evolution.follow(_models(narrow))
    assert evolution.rows("SELECT a FROM t") == [("é?",)]


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (sa.String(9), sa.String(2), "'{a,abc}'"),
        (sa.Integer(), sa.SmallInteger(), "'{1,40000}'"),
        (sa.Enum("a", "b", name="two"), sa.Enum("a", name="one"), "'{a,b}'"),
    ],
    ids=["text", "number", "label"],
)
def test_array(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """An element of an array that does not fit."""
    _refused(evolution, postgresql.ARRAY(old), postgresql.ARRAY(new), value)


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (sa.Integer(), sa.DateTime(), "1700000000"),
        (sa.DateTime(), sa.BigInteger(), "'2024-01-02 03:04:05.000000'"),
        (sa.Date(), sa.Integer(), "'2024-01-02'"),
        (sa.String(9), sa.Integer(), "'1.5'"),
        (sa.String(9), sa.Boolean(), "'perhaps'"),
        (sa.String(9), sa.Boolean(), "'2'"),
        (sa.LargeBinary(), sa.Integer(), "x'31'"),
        (sa.String(9), sa.Time(), "'25:00:00'"),
        (sa.String(20), sa.Time(), "'2024-01-02 03:04:05'"),
        (sa.String(9), sa.DateTime(), "'12:30'"),
        (sa.String(9), sa.Date(), "'now'"),
        (sa.String(20), sa.Date(), "'12'"),
        (sa.String(20), sa.Date(), "'2024-02-30'"),
        (sa.String(20), sa.DateTime(), "'2024-01-02 25:00'"),
        (sa.String(20), sa.DateTime(), "'2024-01-02x'"),
        (sa.String(20), sa.Time(), "'noon'"),
        (sa.String(20), sa.Time(), "'12'"),
    ],
)
def test_sqlite(local: Evolution, old: Any, new: Any, value: str) -> None:
    """What SQLite would keep as it is, and the application not read."""
    _refused(local, old, new, value)


@pytest.mark.parametrize("value", ["NULL", "'{}'"])
def test_json(evolution: Evolution, value: str) -> None:
    """NULL is not in the way of JSON."""
    evolution.begin(_models(sa.Text()), f"INSERT INTO t (id, a) VALUES (1, {value})")
    evolution.follow(_models(sa.JSON()))


@pytest.mark.parametrize("new", [sa.Interval(native=False), sa.PickleType()], ids=str)
def test_read_by_the_application_only(evolution: Evolution, new: Any) -> None:
    """A text is neither a pickle nor as long after a day of SQLAlchemy's as an interval is."""
    _refused(evolution, sa.String(20), new, "'2024-01-02'")


@pytest.mark.requires("strict_values")
class TestUuid:
    """UUIDs that are stored as texts, without dashes."""

    def test_none(self, evolution: Evolution) -> None:
        """What is none is in the way."""
        _refused(evolution, sa.String(40), sa.Uuid(native_uuid=False), "'12'")

    def test_dashes(self, evolution: Evolution) -> None:
        """Dashes go, and nothing is cut."""
        said = "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"
        evolution.begin(_models(sa.String(40)), f"INSERT INTO t (id, a) VALUES (1, '{said}')")
        evolution.follow(_models(sa.Uuid(native_uuid=False)))
        assert evolution.rows("SELECT a FROM t") == [(said.replace("-", "").lower(),)]


@pytest.mark.requires("strict_values")
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (sa.String(30), sa.Date(), "'2024-01-02 03:04:05'"),
        (sa.String(30), sa.Numeric(4, 1), "'1.25'"),
        (sa.DateTime(), sa.Time(), "'2024-01-02 03:04:05'"),
    ],
    ids=["time", "digits", "day"],
)
def test_cut(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """What is cut is said in the script, and there is a way back."""
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, {value})")
    evolution.follow(_models(new))
    assert "1 value of t.a loses digits or the time" in evolution.script
    evolution.back(_models(old))


@pytest.mark.parametrize(
    ("old", "new", "value", "becomes"),
    [
        (sa.String(9), sa.Integer(), "' 12 '", 12),
        (sa.String(9), sa.Integer(), "'1e3'", 1000),
        (sa.String(9), sa.Numeric(8, 2), "'-1.5'", -1.5),
        (sa.String(9), sa.Boolean(), "'True'", 1),
        (sa.String(9), sa.Boolean(), "'off'", 0),
        (sa.Text(), sa.BigInteger(), "'9223372036854775807'", 9223372036854775807),
        (sa.Text(), sa.Date(), "'2024-01-02 03:04:05'", "2024-01-02"),
        (sa.Text(), sa.Date(), "'2024-01-02'", "2024-01-02"),
        (sa.Text(), sa.DateTime(), "'2024-01-02T03:04:05'", "2024-01-02 03:04:05.000000"),
        (sa.Text(), sa.Time(), "'03:04:05.5'", "03:04:05.500000"),
        (sa.String(30), sa.Date(), "'2024-02-29'", "2024-02-29"),
        (sa.String(30), sa.DateTime(), "'2024-02-29 03:04'", "2024-02-29 03:04:00.000000"),
        (sa.String(30), sa.DateTime(), "'2024-02-29'", "2024-02-29 00:00:00.000000"),
        (sa.String(30), sa.Time(), "'03:04'", "03:04:00.000000"),
    ],
)
def test_sqlite_reads(local: Evolution, old: Any, new: Any, value: str, becomes: Any) -> None:
    """What it converts is not in the way."""
    local.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, {value})")
    local.follow(_models(new))
    assert local.rows("SELECT a FROM t") == [(becomes,)]


@pytest.mark.parametrize(
    "old",
    [sa.String(10), sa.Enum("true", "false", "1", name="words", native_enum=False), sa.Text()],
    ids=["string", "choice", "text"],
)
def test_words_become_truths(evolution: Evolution, old: Any) -> None:
    """The words for true and false are read alike on each database."""
    rows = "INSERT INTO t (id, a) VALUES (1, 'true'), (2, 'false'), (3, '1'), (4, NULL)"
    evolution.begin(_models(old), rows)
    evolution.follow(_models(sa.Boolean()))
    found = [row[0] for row in evolution.rows("SELECT a FROM t ORDER BY id")]
    assert found == [True, False, True, None]
    evolution.back(_models(old))


@pytest.mark.requires("auto_increment")
def test_words_of_a_choice(evolution: Evolution) -> None:
    """The same where the server has positions for them."""
    words = _models(sa.Enum("yes", "no"))
    evolution.begin(words, "INSERT INTO t (id, a) VALUES (1, 'yes'), (2, 'no')")
    evolution.follow(_models(sa.Boolean()))
    assert evolution.rows("SELECT a FROM t ORDER BY id") == [(1,), (0,)]


_LATE = [
    (sa.Integer(), sa.Enum("off", "on", native_enum=False), "7"),
    (sa.Integer(), sa.Enum("1", "2", name="digits"), "7"),
]


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize(("old", "new", "value"), _LATE, ids=["text", "digits"])
def test_upgrade_looks_too(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """Rows that came after the script was written, where it can't be undone."""
    _stopped(evolution, old, new, value)


@pytest.mark.parametrize(("old", "new", "value"), _LATE, ids=["text", "digits"])
def test_upgrade_looks_too_on_sqlite(local: Evolution, old: Any, new: Any, value: str) -> None:
    """The same where nothing would fail."""
    _stopped(local, old, new, value)


def _stopped(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, {value})")
    answer = evolution.migrate(_models(new), "--no-row-check")
    assert answer.exit_code == 0, answer.output
    answer = evolution.now.run("upgrade")
    assert answer.exit_code == 1
    assert "Nothing was run" in answer.output, answer.output
