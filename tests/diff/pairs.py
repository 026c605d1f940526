"""Two schemas, as an application has them one after the other: the second is the first, changed.

A schema is plain data, so that hypothesis can make it smaller; :func:`models` makes tables of it.
Rows are chosen to fit both, whatever is converted on the way.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
TABLES = ("user", "order", "item", "Mixed", "two words", "tag")
COLUMNS = (
    *("name", "age", "select", "Total", "a b", "per%cent", "state", "born", "note", "code"),
    *("rank", "City", "it's", "via"),
)
LABELS = ("new", "old", "it's", "longer label", "50%")
SORTS = ("descending", "lower", "partial")


@dataclass(frozen=True)
class Kind:
    """A type, what a row holds in it, and what a column of it can have."""

    group: str
    make: Callable[[tuple[str, ...], str], Any]
    """Of the labels of the schema, and a name for a CHECK."""
    value: Callable[[int], object]
    default: str | None = None
    check: Callable[[Any], Any] | None = None
    can_be_key: bool = True
    """Whether it can be indexed, and hold another value in each row."""


def _day(number: int) -> datetime.date:
    return datetime.date(2020, 1, number + 1)


def _moment(number: int) -> datetime.datetime:
    return datetime.datetime(2020, 1, number + 1)


def _uuid(number: int) -> uuid.UUID:
    return uuid.UUID(int=number << 64 | 0xABCDEF)


def _number(type_: Any, check: Callable[[Any], Any] = lambda c: c >= 0) -> Kind:
    return Kind("number", lambda *_: type_, int, "7", check)


def _digits(type_: Any, **more: Any) -> Kind:
    return Kind("number", lambda *_: type_, str, check=lambda c: c != "it's", **more)


def _label(make: Callable[[tuple[str, ...], str], Any]) -> Kind:
    return Kind("label", make, lambda _: "new", "new", can_be_key=False)


def _flag(_labels: tuple[str, ...], name: str) -> Any:
    return sa.Boolean(create_constraint=True, name=name)


KINDS: Mapping[str, Kind] = {
    "smallint": _number(sa.SmallInteger()),
    "integer": _number(sa.Integer(), lambda c: c < 1000),
    "bigint": _number(sa.BigInteger()),
    "numeric": _number(sa.Numeric(10, 2)),
    "wide": _number(sa.Numeric(14, 4)),
    "double": _number(sa.Double()),
    "string": _digits(sa.String(20), default="8"),
    "longer": _digits(sa.String(40), default="8"),
    "char": _digits(sa.CHAR(20), default="8"),
    "text": _digits(sa.Text(), can_be_key=False),
    "boolean": Kind("truth", lambda *_: sa.Boolean(), lambda n: True, "1", None, False),
    "bit": Kind("truth", lambda *_: sa.SmallInteger(), lambda n: 1, "1", lambda c: c < 2, False),
    "flag": Kind("truth", _flag, lambda n: True, "1", None, False),
    "date": Kind("moment", lambda *_: sa.Date(), _day, "2020-02-02"),
    "datetime": Kind("moment", lambda *_: sa.DateTime(), _moment, "2020-02-02 00:00:00"),
    "aware": Kind("moment", lambda *_: sa.DateTime(timezone=True), _moment),
    "interval": Kind("span", lambda *_: sa.Interval(), lambda n: datetime.timedelta(n, 5)),
    "enum": _label(lambda labels, _: sa.Enum(*labels, name="label")),
    "checked": _label(
        lambda labels, name: sa.Enum(
            *labels, name=name, native_enum=False, create_constraint=True, length=20
        )
    ),
    "word": _label(lambda *_: sa.String(20)),
    "uuid": Kind("uuid", lambda *_: sa.Uuid(), _uuid),
    "uuid text": Kind("uuid", lambda *_: sa.String(36), lambda n: str(_uuid(n))),
    "json": Kind("json", lambda *_: sa.JSON(), lambda n: {"a": [n, "it's 50%"]}, can_be_key=False),
    "bytes": Kind("bytes", lambda *_: sa.LargeBinary(), lambda n: b"\0'%d" % n, can_be_key=False),
    "time": Kind("time", lambda *_: sa.Time(), lambda n: datetime.time(n, 5), "01:02:03"),
}


@dataclass(frozen=True)
class Field:
    """A column. ``was``: what it was called in the first schema, where that had it."""

    name: str
    kind: str
    nullable: bool = True
    default: bool = False
    unique: bool = False
    index: bool = False
    check: bool = False
    comment: str | None = None
    was: str | None = None

    @property
    def of(self) -> Kind:
        return KINDS[self.kind]


@dataclass(frozen=True)
class Link:
    """A column that refers to a table, by its number."""

    name: str
    to: int
    nullable: bool = True
    ondelete: str | None = None
    onupdate: str | None = None
    index: bool = False
    was: str | None = None


@dataclass(frozen=True)
class TableOf:
    """A table. ``number`` is the same in both schemas."""

    number: int
    name: str
    key: str = "integer"
    fields: tuple[Field, ...] = ()
    links: tuple[Link, ...] = ()
    pairs: tuple[tuple[str, str, bool], ...] = ()
    """Indexes on two columns, and whether they are unique constraints."""
    indexes: tuple[tuple[str, str], ...] = ()
    """Indexes that are more than a column: how, of :data:`SORTS`, and on which one."""
    worked_out: str | None = None
    """The column of which another one is computed."""
    comment: str | None = None

    @property
    def names(self) -> set[str]:
        return {each.name for each in (*self.fields, *self.links)} | {"id"}

    @property
    def is_key_pair(self) -> bool:
        """Whether the primary key has two columns; nothing refers to such a table."""
        return self.key == "pair"


@dataclass(frozen=True)
class Schema:
    """What an application has."""

    tables: tuple[TableOf, ...]
    labels: tuple[str, ...] = ("new", "old")
    convention: bool = True


@dataclass(frozen=True)
class Pair:
    """One schema after the other."""

    before: Schema
    after: Schema
    answers: tuple[str, ...] = field(default=())


# Tables


def models(schema: Schema, features: Set[str] = frozenset()) -> Callable[[Any], None]:
    """A function that gives a database object the tables, of what the database has."""

    def declare(db: Any) -> None:
        if schema.convention:
            db.metadata.naming_convention = CONVENTION
        for table in schema.tables:
            made = db.Table(
                table.name,
                *_key(table),
                *(_column(schema, table, each) for each in table.fields),
                *(_link(schema, each) for each in table.links),
                *_computed(table),
                comment=table.comment,
            )
            _beside(schema, table, made)
            _more_indexes(table, made, features)

    return declare


def _key(table: TableOf) -> Iterator[Any]:
    kinds = {"bigint": sa.BigInteger(), "string": sa.String(30)}
    yield sa.Column("id", kinds.get(table.key, sa.Integer()), primary_key=True)
    if table.is_key_pair:
        yield sa.Column("part", sa.Integer(), primary_key=True)


def _column(schema: Schema, table: TableOf, each: Field) -> Any:
    name = each.name if schema.convention else f"{table.name}_{each.name}"
    return sa.Column(
        each.name,
        each.of.make(schema.labels, name),
        nullable=each.nullable,
        server_default=each.of.default if each.default else None,
        unique=each.unique,
        index=each.index,
        comment=each.comment,
    )


def _link(schema: Schema, each: Link) -> Any:
    to = next(table for table in schema.tables if table.number == each.to)
    key = sa.ForeignKey(f"{to.name}.id", ondelete=each.ondelete, onupdate=each.onupdate)
    return sa.Column(each.name, key, nullable=each.nullable, index=each.index)


def _computed(table: TableOf) -> Iterator[Any]:
    for each in table.fields:
        if each.name == table.worked_out:
            of = sa.column(each.name, each.of.make((), ""))
            is_text = isinstance(of.type, sa.String)
            value: Any = sa.func.lower(of) if is_text else of + 1
            yield sa.Column(
                "worked out",
                sa.String(90) if is_text else sa.BigInteger(),
                sa.Computed(value, True),
            )


def _more_indexes(table: TableOf, made: Any, features: Set[str]) -> None:
    for sort, name in table.indexes:
        column, called = made.c[name], f"ix_{table.name}_{name}_{sort}"
        some = column.is_not(None)
        if sort == "partial" and "partial_indexes" in features:
            sa.Index(called, column, sqlite_where=some, postgresql_where=some)
        if sort == "descending":
            sa.Index(called, column.desc())
        if sort == "lower" and "expression_indexes" in features:
            sa.Index(called, sa.func.lower(column))


def _beside(schema: Schema, table: TableOf, made: Any) -> None:
    for each in table.fields:
        if each.check and each.of.check:
            name = "sane_" + each.name if schema.convention else None
            sa.CheckConstraint(each.of.check(made.c[each.name]), name=name)  # attaches itself
    for first, second, unique in table.pairs:
        if unique:
            sa.UniqueConstraint(made.c[first], made.c[second])
        else:
            name = None if schema.convention else f"ix_{table.name}_{first}_{second}"
            sa.Index(name, made.c[first], made.c[second])


# Rows


def rows_of(schema: Schema, table: TableOf) -> Iterator[dict[str, Any]]:
    """Three rows; what may be NULL is it in the second."""
    keys = {each.number: str if each.key == "string" else int for each in schema.tables}
    for number in (1, 2, 3):
        row: dict[str, Any] = {"id": keys[table.number](number)}
        if table.is_key_pair:
            row["part"] = number
        for each in table.fields:
            row[each.name] = None if each.nullable and number == 2 else each.of.value(number)
        for link in table.links:
            row[link.name] = None if link.nullable and number == 2 else keys[link.to](number)
        yield row


def plain(value: object) -> object:
    """What a value says, whatever type it has on the way."""
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, int | float | Decimal | str):
        try:
            return Decimal(str(value)).normalize()
        except ArithmeticError:
            return str(value)
    return str(value) if isinstance(value, uuid.UUID) else value
