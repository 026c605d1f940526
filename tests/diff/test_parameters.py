"""Types are compared with all their parameters, as the server says them; and no alarm is false."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql, postgresql

from .conftest import Evolution

GENERIC = (
    sa.BigInteger(), sa.Boolean(), sa.Date(), sa.DateTime(), sa.DateTime(timezone=True),
    sa.Double(), sa.Float(), sa.Float(10), sa.Integer(), sa.Interval(), sa.JSON(),
    sa.LargeBinary(), sa.LargeBinary(200), sa.Numeric(), sa.Numeric(10), sa.Numeric(10, 2),
    sa.SmallInteger(), sa.String(50), sa.Text(), sa.Time(), sa.TIMESTAMP(), sa.Unicode(20),
    sa.UnicodeText(), sa.Uuid(), sa.CHAR(3), sa.NCHAR(3), sa.REAL(), sa.DECIMAL(8, 3),
    sa.Uuid(native_uuid=False), sa.PickleType(),
)  # fmt: skip
POSTGRESQL = (
    sa.ARRAY(sa.Integer), sa.ARRAY(sa.String(20)), sa.ARRAY(sa.Text, dimensions=2), sa.String(),
    postgresql.BIT(3), postgresql.BIT(3, varying=True), postgresql.CIDR(), postgresql.INET(),
    postgresql.INTERVAL(precision=3), postgresql.INTERVAL(fields="DAY TO SECOND"),
    postgresql.JSONB(), postgresql.MACADDR(), postgresql.MONEY(), postgresql.OID(),
    postgresql.TIME(precision=3), postgresql.TIMESTAMP(precision=3, timezone=True),
    postgresql.TSVECTOR(), postgresql.DATERANGE(), postgresql.NUMMULTIRANGE(),
    postgresql.REGCLASS(), postgresql.BYTEA(), postgresql.DOUBLE_PRECISION(),
)  # fmt: skip
MYSQL = (
    mysql.BIT(3), mysql.BIGINT(unsigned=True), mysql.DATETIME(fsp=3), mysql.TIME(fsp=6),
    mysql.TIMESTAMP(fsp=3), mysql.DECIMAL(8, 2, unsigned=True), mysql.DOUBLE(8, 3),
    mysql.ENUM("a", "b"), mysql.SET("a", "b"), mysql.INTEGER(display_width=5, zerofill=True),
    mysql.LONGBLOB(), mysql.LONGTEXT(), mysql.MEDIUMINT(), mysql.MEDIUMTEXT(), mysql.TINYBLOB(),
    mysql.TINYINT(1), mysql.TINYINT(unsigned=True), mysql.TINYTEXT(), mysql.VARCHAR(9),
    mysql.YEAR(),
)  # fmt: skip


def columns(*types: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        named = (sa.Column(f"c{place}", type_) for place, type_ in enumerate(types))
        db.Table("item", sa.Column("id", sa.Integer, primary_key=True), *named)

    return models


def quiet(evolution: Evolution, types: tuple[Any, ...]) -> None:
    evolution.begin(columns(*types))
    evolution.now.ok("check")
    answer = evolution.migrate(columns(*types))
    assert "No changes" in answer.output


def test_quiet(evolution: Evolution) -> None:
    """Every type that any database takes."""
    quiet(evolution, GENERIC)


def test_quiet_on_sqlite(local: Evolution) -> None:
    """SQLite takes any name, and SQLAlchemy reflects only some."""
    quiet(local, (sa.BINARY(4), sa.VARBINARY(4), sa.NVARCHAR(9)))


@pytest.mark.requires("sequences", "schemas")
def test_quiet_on_postgresql(evolution: Evolution) -> None:
    """Those of PostgreSQL's own."""
    quiet(evolution, POSTGRESQL)


@pytest.mark.requires("enum_types")
def test_frozen_default(evolution: Evolution) -> None:
    """``'now'`` is read once, when the table is made: nobody means to have that again and again."""

    def models(db: SQLAlchemy) -> None:
        moment = sa.Column("moment", sa.DateTime, server_default="now")
        db.Table("item", sa.Column("id", sa.Integer, primary_key=True), moment)

    evolution.begin(models)
    evolution.now.ok("check")


ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "ARRAY": (sa.Integer,), "BIT": (3,), "ENUM": ("a", "b"), "NVARCHAR": (20,), "SET": ("a", "b"),
    "VARBINARY": (20,), "VARCHAR": (20,),
}  # fmt: skip
NEEDS_MORE = {"CITEXT", "DOMAIN", "HSTORE", "INET4", "INET6"}
"""An extension, an object that is made beside the table, or the other server of the dialect."""


def _all_types(dialect: str) -> tuple[Any, ...]:
    """One of every type that SQLAlchemy has for a database."""
    module = importlib.import_module(f"sqlalchemy.dialects.{dialect}")
    classes = {name: getattr(module, name) for name in module.__all__ if name.isupper()}
    named = {"name": "letters"} if dialect == "postgresql" else {}
    return tuple(
        class_(*ARGUMENTS.get(name, ()), **(named if name == "ENUM" else {}))
        for name, class_ in sorted(classes.items())
        if isinstance(class_, type) and name not in NEEDS_MORE
    )


@pytest.mark.filterwarnings("ignore:Did not recognize type")  # SQLAlchemy reflects no JSONPATH
def test_quiet_with_all(evolution: Evolution) -> None:
    """No alarm for any of the types that SQLAlchemy has for the database."""
    types = _all_types(sa.make_url(evolution.database.url).get_backend_name())
    assert len(types) > 10
    quiet(evolution, types)


CHANGES = [
    (sa.String(50), sa.String(60)),
    (sa.String(50), sa.Text()),
    (sa.Numeric(10, 2), sa.Numeric(12, 2)),
    (sa.Integer(), sa.BigInteger()),
    (sa.CHAR(3), sa.CHAR(4)),
]


@pytest.mark.parametrize(("before", "after"), CHANGES, ids=str)
def test_changed(evolution: Evolution, before: Any, after: Any) -> None:
    """A parameter that differs is a change, there and back."""
    evolution.begin(columns(before))
    evolution.follow(columns(after))
    evolution.back(columns(before))


OWN = {
    "postgresql": [
        (sa.String(50), sa.String()),
        (sa.Text(), sa.ARRAY(sa.Text)),
        (postgresql.TIMESTAMP(precision=3), postgresql.TIMESTAMP()),
        (postgresql.BIT(3), postgresql.BIT(4)),
    ],
    "mysql": [
        (mysql.DATETIME(), mysql.DATETIME(fsp=6)),
        (mysql.SET("a", "b"), mysql.SET("a", "b", "c")),
        (mysql.INTEGER(), mysql.INTEGER(unsigned=True)),
        (mysql.ENUM("a", "b"), mysql.ENUM("a", "b", "c")),
    ],
}


@pytest.mark.requires("native_enum")
class TestServers:
    @pytest.fixture
    def kind(self, evolution: Evolution) -> str:
        return sa.make_url(evolution.database.url).get_backend_name()

    def test_quiet_on_mysql(self, evolution: Evolution, kind: str) -> None:
        """Those of MySQL's and MariaDB's own."""
        if kind == "postgresql":
            pytest.skip("tested by itself")
        quiet(evolution, MYSQL)

    def test_changed(self, evolution: Evolution, kind: str) -> None:
        """Parameters that Alembic does not look at."""
        before, after = zip(*OWN[kind], strict=True)
        evolution.begin(columns(*before))
        evolution.follow(columns(*after))
        evolution.back(columns(*before))
