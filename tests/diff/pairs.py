"""Two schemas, as an application has them one after the other: the second is the first, changed.

A schema is plain data, so that hypothesis can make it smaller; :func:`models` makes tables of it.
Rows are chosen to fit both, whatever is converted on the way.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from .pairs_kinds import KINDS, Kind
from .pairs_objects import declare_trigger, declare_view

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
APART = "apart"
LABELS = ("new", "old", "it's", "longer label", "50%")
SORTS = ("descending", "lower", "partial", "include", "hash", "prefix")


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
    late: bool = False
    """Whether it is looked at when the transaction ends, where the database can do so."""
    was: str | None = None

    @property
    def part(self) -> str:
        """The column beside it, where the other table's key has two."""
        return f"{self.name} part"


@dataclass(frozen=True)
class TableOf:
    """A table. ``number`` is the same in both schemas."""

    number: int
    name: str
    is_apart: bool = False
    """Whether it is in :data:`APART`, where the database has schemas."""
    key: str = "integer"
    key_name: str = "id"
    fields: tuple[Field, ...] = ()
    links: tuple[Link, ...] = ()
    pairs: tuple[tuple[str, str, bool], ...] = ()
    """Indexes on two columns, and whether they are unique constraints."""
    indexes: tuple[tuple[str, str], ...] = ()
    """Indexes that are more than a column: how, of :data:`SORTS`, and on which one."""
    worked_out: str | None = None
    """The column of which another one is computed."""
    is_stored: bool = True
    """Whether that is kept in the row."""
    balance: tuple[str, ...] = ()
    """Two columns that a CHECK is about."""
    seen: tuple[str, ...] = ()
    """The columns that a view shows."""
    watched: str | None = None
    """The column that a trigger is about."""
    comment: str | None = None

    @property
    def place(self) -> str:
        """Its name, as answers say it."""
        return f"{APART}.{self.name}" if self.is_apart else self.name

    @property
    def names(self) -> set[str]:
        return {each.name for each in (*self.fields, *self.links)} | {self.key_name}

    @property
    def is_key_pair(self) -> bool:
        """Whether the primary key has two columns."""
        return self.key == "pair"


@dataclass(frozen=True)
class Schema:
    """What an application has."""

    tables: tuple[TableOf, ...]
    labels: tuple[str, ...] = ("new", "old")
    convention: bool = True
    enum: str = "label"
    """What the enumeration is called."""

    def table(self, number: int) -> TableOf:
        """A table by its number."""
        return next(table for table in self.tables if table.number == number)


@dataclass(frozen=True)
class Pair:
    """One schema after the other."""

    before: Schema
    after: Schema
    answers: tuple[str, ...] = field(default=())

    def answers_on(self, features: Set[str]) -> Iterator[str]:
        """Those that make sense where there are such features."""
        for option, value in zip(self.answers[::2], self.answers[1::2], strict=True):
            said = value if "schemas" in features else value.replace(f"{APART}.", "")
            before, _, after = said.partition(":")
            if before != after:
                yield from (option, said)


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
                *(part for each in table.links for part in _link(schema, each, features)),
                *_computed(table),
                comment=table.comment,
                schema=APART if table.is_apart and "schemas" in features else None,
                sqlite_autoincrement=table.key == "counting",
            )
            _beside(schema, table, made)
            _more_indexes(table, made, features)
            declare_view(db, f"seen_{table.number}", made, table.seen)
            declare_trigger(db, f"watch_{table.number}", made, table.watched)

    return declare


def _key(table: TableOf) -> Iterator[Any]:
    kinds = {"bigint": sa.BigInteger(), "string": sa.String(30)}
    identity = [sa.Identity()] if table.key == "identity" else []
    type_ = kinds.get(table.key, sa.Integer())
    yield sa.Column(table.key_name, type_, *identity, primary_key=True)
    if table.is_key_pair:
        yield sa.Column("part", sa.Integer(), primary_key=True)


def _column(schema: Schema, table: TableOf, each: Field) -> Any:
    name = each.name if schema.convention else f"{table.name}_{each.name}"
    type_ = each.of.make(schema.labels, name)
    if each.kind == "enum":
        type_.name = schema.enum
    return sa.Column(
        each.name,
        type_,
        nullable=each.nullable,
        server_default=each.of.default if each.default else None,
        unique=each.unique,
        index=each.index,
        comment=each.comment,
    )


def _link(schema: Schema, each: Link, features: Set[str]) -> Iterator[Any]:
    to = schema.table(each.to)
    late = each.late and not features & {"auto_increment"}
    options: dict[str, Any] = {"ondelete": each.ondelete, "onupdate": each.onupdate}
    options |= {"deferrable": True, "initially": "DEFERRED"} if late else {}
    target = to.place if "schemas" in features else to.name
    if not to.is_key_pair:
        key = sa.ForeignKey(f"{target}.{to.key_name}", **options)
        yield sa.Column(each.name, key, nullable=each.nullable, index=each.index)
        return
    yield sa.Column(each.name, sa.Integer(), nullable=each.nullable, index=each.index)
    yield sa.Column(each.part, sa.Integer(), nullable=each.nullable)
    columns = [f"{target}.{to.key_name}", f"{target}.part"]
    yield sa.ForeignKeyConstraint([each.name, each.part], columns, **options)


def _computed(table: TableOf) -> Iterator[Any]:
    for each in table.fields:
        if each.name == table.worked_out:
            of = sa.column(each.name, each.of.make((), ""))
            is_text = isinstance(of.type, sa.String)
            value: Any = sa.func.lower(of) if is_text else of + 1
            yield sa.Column(
                "worked out",
                sa.String(90) if is_text else sa.BigInteger(),
                sa.Computed(value, table.is_stored),
            )


def _more_indexes(table: TableOf, made: Any, features: Set[str]) -> None:
    for sort, name in table.indexes:
        column, called = made.c[name], f"ix_{table.name}_{name}_{sort}"
        some = column.is_not(None)
        if sort == "partial" and "partial_indexes" in features:
            sa.Index(called, column, sqlite_where=some, postgresql_where=some)
        if sort == "descending":
            sa.Index(called, column.desc())
        if sort == "include":
            sa.Index(called, column, postgresql_include=[table.key_name])
        if sort == "hash":
            sa.Index(called, column, postgresql_using="hash")
        if sort == "prefix":
            sa.Index(called, column, mysql_length=5, mariadb_length=5)
        if sort == "lower" and "expression_indexes" in features:
            sa.Index(called, sa.func.lower(column))


def _beside(schema: Schema, table: TableOf, made: Any) -> None:
    for each in table.fields:
        if each.check and each.of.check:
            name = "sane_" + each.name if schema.convention else None
            sa.CheckConstraint(each.of.check(made.c[each.name]), name=name)  # attaches itself
    if table.balance:
        first, second = (made.c[name] for name in table.balance)
        sa.CheckConstraint(first + second >= 0, name="balance" if schema.convention else None)
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
        row: dict[str, Any] = {table.key_name: keys[table.number](number)}
        if table.is_key_pair:
            row["part"] = number
        for each in table.fields:
            row[each.name] = None if each.nullable and number == 2 else each.of.value(number)
        for link in table.links:
            row[link.name] = None if link.nullable and number == 2 else keys[link.to](number)
            if schema.table(link.to).is_key_pair:
                row[link.part] = None if link.nullable and number == 2 else number
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
