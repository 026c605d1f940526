"""Two schemas, as an application has them one after the other: the second is the first, changed.

A schema is plain data, so that hypothesis can make it smaller; :func:`models` makes tables of it.
Rows are chosen to fit both, whatever is converted on the way.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
TABLES = ("user", "order", "item", "Mixed", "two words", "tag")
COLUMNS = ("name", "age", "select", "Total", "a b", "per%cent", "state", "born", "note", "code")
LABELS = ("new", "old", "it's", "longer label", "50%")


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


KINDS: Mapping[str, Kind] = {
    "smallint": _number(sa.SmallInteger()),
    "integer": _number(sa.Integer(), lambda c: c < 1000),
    "bigint": _number(sa.BigInteger()),
    "numeric": _number(sa.Numeric(10, 2)),
    "double": _number(sa.Double()),
    "string": _digits(sa.String(20), default="8"),
    "longer": _digits(sa.String(40), default="8"),
    "text": _digits(sa.Text(), can_be_key=False),
    "boolean": Kind("truth", lambda *_: sa.Boolean(), lambda n: True, "1", None, False),
    "bit": Kind("truth", lambda *_: sa.SmallInteger(), lambda n: 1, "1", lambda c: c < 2, False),
    "date": Kind("moment", lambda *_: sa.Date(), _day, "2020-02-02"),
    "datetime": Kind("moment", lambda *_: sa.DateTime(), _moment, "2020-02-02 00:00:00"),
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
    comment: str | None = None

    @property
    def names(self) -> set[str]:
        return {each.name for each in (*self.fields, *self.links)} | {"id"}


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


def models(schema: Schema) -> Callable[[Any], None]:
    """A function that gives a database object the tables."""

    def declare(db: Any) -> None:
        if schema.convention:
            db.metadata.naming_convention = CONVENTION
        for table in schema.tables:
            made = db.Table(
                table.name,
                *_key(table),
                *(_column(schema, table, each) for each in table.fields),
                *(_link(schema, each) for each in table.links),
                comment=table.comment,
            )
            _beside(schema, table, made)

    return declare


def _key(table: TableOf) -> Iterator[Any]:
    kinds = {"integer": sa.Integer(), "bigint": sa.BigInteger(), "string": sa.String(30)}
    yield sa.Column("id", kinds[table.key], primary_key=True)


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
    key = sa.ForeignKey(f"{to.name}.id", ondelete=each.ondelete)
    return sa.Column(each.name, key, nullable=each.nullable, index=each.index)


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


# What is drawn


@st.composite
def pairs(draw: Any) -> Pair:
    """A schema and one that came out of it."""
    before = draw(_schemas())
    return draw(_changed(before))


@st.composite
def _schemas(draw: Any) -> Schema:
    names = draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=3, unique=True))
    keys = [draw(_KEYS) for _ in names]
    tables = tuple(draw(_tables(number, name, keys)) for number, name in enumerate(names))
    return Schema(tables, draw(_LABELS), draw(st.booleans()))


_KEYS = st.sampled_from(["integer", "integer", "bigint", "string"])
_LABELS = st.lists(st.sampled_from(LABELS[1:]), min_size=1, max_size=3, unique=True).flatmap(
    lambda others: st.permutations(["new", *others]).map(tuple)
)
_COMMENTS = st.sampled_from([None, None, None, "it's 50%: 'so'", "b"])
_ONDELETE = st.sampled_from([None, None, "CASCADE", "SET NULL", "RESTRICT", "NO ACTION"])


@st.composite
def _tables(draw: Any, number: int, name: str, keys: list[str]) -> TableOf:
    names = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=5, unique=True))
    links = draw(st.integers(0, min(2, len(names) - 1)))
    table = TableOf(
        number,
        name,
        keys[number],
        tuple(draw(_fields(each)) for each in names[links:]),
        tuple(draw(_links(each, number)) for each in names[:links]),
        comment=draw(_COMMENTS),
    )
    return draw(_with_pairs(table))


@st.composite
def _fields(draw: Any, name: str, was: str | None = None) -> Field:
    kind = draw(st.sampled_from(sorted(KINDS)))
    flags = {flag: draw(_RARELY) for flag in ("default", "unique", "index", "check")}
    return _able(Field(name, kind, draw(st.booleans()), comment=draw(_COMMENTS), was=was, **flags))


_RARELY = st.sampled_from([False, False, True])


def _able(each: Field) -> Field:
    """A field without what its type can't have."""
    able = each.of.can_be_key
    return replace(
        each,
        default=each.default and each.of.default is not None,
        unique=each.unique and able,
        index=each.index and able,
        check=each.check and each.of.check is not None,
    )


@st.composite
def _links(draw: Any, name: str, highest: int) -> Link:
    link = Link(
        name, draw(st.integers(0, highest)), draw(st.booleans()), draw(_ONDELETE), draw(_RARELY)
    )
    return _possible(link)


def _possible(link: Link) -> Link:
    return link if link.nullable or link.ondelete != "SET NULL" else replace(link, ondelete=None)


@st.composite
def _with_pairs(draw: Any, table: TableOf) -> TableOf:
    able = [each.name for each in table.fields if each.of.can_be_key]
    able += [link.name for link in table.links]
    kept = tuple(pair for pair in table.pairs if pair[0] in able and pair[1] in able)
    if len(able) > 1 and draw(_RARELY):
        first, second = draw(st.permutations(able))[:2]
        new = (first, second, draw(st.booleans()))
        kept = (*(pair for pair in kept if set(pair[:2]) != {first, second}), new)
    return replace(table, pairs=kept)


@st.composite
def _changed(draw: Any, before: Schema) -> Pair:
    answers: list[str] = []
    verbs = ["keep", "keep", "change", "change", "rename", "drop"]
    fates = {table.number: draw(st.sampled_from(verbs)) for table in before.tables}
    for link in (link for table in before.tables for link in table.links):
        if not link.nullable and fates[link.to] == "drop":
            fates[link.to] = "keep"  # on the way back rows would refer to nothing
    kept = [table for table in before.tables if fates[table.number] != "drop"]
    numbers = {table.number for table in kept}
    free = [name for name in TABLES if name not in {table.name for table in before.tables}]
    after = []
    for table in kept:
        now = replace(table, key=draw(_keys_like(table.key)))
        if fates[table.number] == "rename":
            now = replace(now, name=free.pop())
            answers += ["--rename-table", f"{table.name}:{now.name}"]
        changes = fates[table.number] != "keep"
        after.append(draw(_changed_table(now, changes, numbers, answers)))
    if free and (draw(_RARELY) or not after):
        new = draw(_tables(0, free.pop(), ["integer"]))
        to = draw(st.sampled_from([*sorted(numbers), 9]))
        links = tuple(replace(link, to=to) for link in new.links)
        after.append(replace(new, number=9, links=links))
    labels = draw(st.just(before.labels) | _LABELS)
    return Pair(before, Schema(tuple(after), labels, before.convention), tuple(answers))


def _keys_like(key: str) -> st.SearchStrategy[str]:
    return st.just(key) if key == "string" else st.sampled_from([key, key, "integer", "bigint"])


@st.composite
def _changed_table(
    draw: Any, table: TableOf, changes: bool, kept: set[int], answers: list[str]
) -> TableOf:
    name = table.name
    used = set(table.names)
    renamed: dict[str, str] = {}

    def new_name(old: str) -> str:
        found = draw(st.sampled_from([n for n in COLUMNS if n not in used]))
        used.add(found)
        renamed[old] = found
        answers.extend(["--rename", f"{name}.{old}:{name}.{found}"])
        return str(found)

    fields = []
    for each in table.fields:
        verb = draw(st.sampled_from(["keep", "keep", "change", "rename", "both", "drop"]))
        verb = verb if changes else "keep"
        if verb == "drop" and not _must_stay(table, each):
            continue
        now = replace(each, was=each.name)
        if verb in ("change", "both"):
            now = draw(_changed_field(now))
        if verb in ("rename", "both"):
            now = replace(now, name=new_name(each.name))
        fields.append(now)
        if each.nullable and not now.nullable:
            answers.extend(["--fill", f"{name}.{now.name}={_fill(now)}"])
    links = []
    for link in table.links:
        verb = draw(st.sampled_from(["keep", "keep", "change", "rename", "drop"]))
        verb = verb if changes else "keep"
        if (verb == "drop" and link.nullable) or link.to not in kept:
            continue
        now_link = replace(link, was=link.name)
        if verb == "rename":
            now_link = replace(now_link, name=new_name(link.name))
        if verb == "change":
            to = draw(st.sampled_from(sorted(kept)))
            index = draw(st.booleans())
            now_link = _possible(replace(now_link, to=to, ondelete=draw(_ONDELETE), index=index))
        links.append(now_link)
    if changes and draw(_RARELY):
        free = [n for n in COLUMNS if n not in used]
        new = draw(_fields(draw(st.sampled_from(free))))
        used.add(new.name)
        new = replace(
            new, nullable=new.nullable or new.unique, default=new.default and not new.unique
        )
        fields.append(new)
        if not new.nullable and not new.default:
            answers.extend(["--fill", f"{name}.{new.name}={_fill(new)}"])
    if changes and draw(_RARELY):
        free = [n for n in COLUMNS if n not in used]
        link = draw(_links(draw(st.sampled_from(free)), 0))
        links.append(replace(link, to=draw(st.sampled_from(sorted(kept))), nullable=True))
    there = {each.name for each in (*fields, *links)}
    pairs = tuple(
        (renamed.get(a, a), renamed.get(b, b), unique)
        for a, b, unique in table.pairs
        if {renamed.get(a, a), renamed.get(b, b)} <= there and not (changes and draw(_RARELY))
    )
    comment = draw(_COMMENTS) if changes else table.comment
    changed = TableOf(table.number, name, table.key, tuple(fields), tuple(links), pairs, comment)
    return draw(_with_pairs(changed)) if changes else changed


def _must_stay(table: TableOf, each: Field) -> bool:
    """Whether no value but its own would do on the way back: nobody could tell one."""
    picky = each.unique or each.check or each.kind in ("checked", "enum")
    picky = picky or any(unique and each.name in names for *names, unique in table.pairs)
    return picky and (each.default or not each.nullable)


@st.composite
def _changed_field(draw: Any, each: Field) -> Field:
    group = each.of.group
    kinds = sorted(name for name, kind in KINDS.items() if kind.group == group)
    flags = {
        flag: getattr(each, flag) != draw(_RARELY)
        for flag in ("nullable", "default", "unique", "index", "check")
    }
    changed = replace(each, kind=draw(st.sampled_from(kinds)), comment=draw(_COMMENTS), **flags)
    return _able(changed)


def _fill(each: Field) -> str:
    value = each.of.value(0)
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, dict):
        return '{"a": 0}'
    return value.decode() if isinstance(value, bytes) else str(value)
