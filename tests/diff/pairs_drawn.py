"""A schema, drawn by hypothesis."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from .pairs import COLUMNS, LABELS, SORTS, TABLES, Field, Link, Schema, TableOf
from .pairs_kinds import KINDS

RARELY = st.sampled_from([False, False, True])
ENUMS = st.sampled_from(["label", "label", "label", "a label"])
LABEL_LISTS = st.lists(st.sampled_from(LABELS[1:]), min_size=1, max_size=3, unique=True).flatmap(
    lambda others: st.permutations(["new", *others]).map(tuple)
)
COMMENTS = st.sampled_from([None, None, None, "it's 50%: 'so'", "b"])
ONDELETE = st.sampled_from([None, None, "CASCADE", "SET NULL", "RESTRICT", "NO ACTION"])
ONUPDATE = st.sampled_from([None, None, None, "CASCADE", "RESTRICT"])
_KEYS = st.sampled_from(
    ["integer", "integer", "bigint", "string", "pair", "pair", "counting", "identity"]
)
_UNSORTED = ("char", "sorted")
"""What lower() makes of them depends."""


@st.composite
def schemas(draw: Any) -> Schema:
    """One to three tables, which refer to those before them."""
    names = draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=3, unique=True))
    tables: list[TableOf] = []
    for number, name in enumerate(names):
        table = draw(tables_of(number, name, draw(_KEYS), range(number + 1)))
        tables.append(replace(table, is_apart=draw(RARELY)))
    return Schema(tuple(tables), draw(LABEL_LISTS), draw(st.booleans()), draw(ENUMS))


@st.composite
def tables_of(draw: Any, number: int, name: str, key: str, targets: Any) -> TableOf:
    """A table that may refer to those of these numbers."""
    names = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=5, unique=True))
    links = draw(st.integers(0, min(2, len(names) - 1)))
    table = TableOf(
        number,
        name,
        key,
        fields=tuple(draw(fields(each)) for each in names[links:]),
        links=tuple(draw(links_to(each, targets)) for each in names[:links]),
        comment=draw(COMMENTS),
    )
    return draw(with_more(table))


@st.composite
def fields(draw: Any, name: str, was: str | None = None) -> Field:
    """A column."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    flags = {flag: draw(RARELY) for flag in ("default", "unique", "index", "check")}
    return able(Field(name, kind, draw(st.booleans()), comment=draw(COMMENTS), was=was, **flags))


def able(each: Field) -> Field:
    """A field without what its type can't have."""
    can = each.of.can_be_key
    return replace(
        each,
        default=each.default and each.of.default is not None,
        unique=each.unique and can,
        index=each.index and can,
        check=each.check and each.of.check is not None,
    )


@st.composite
def links_to(draw: Any, name: str, targets: Any) -> Link:
    """A column that refers to one of these tables."""
    to, nullable = draw(st.sampled_from(sorted(targets))), draw(st.booleans())
    link = Link(name, to, nullable, draw(ONDELETE), draw(ONUPDATE), draw(RARELY), draw(RARELY))
    return possible(link)


def possible(link: Link) -> Link:
    """Without SET NULL where NULL can't be."""
    return link if link.nullable or link.ondelete != "SET NULL" else replace(link, ondelete=None)


@st.composite
def with_more(draw: Any, table: TableOf) -> TableOf:
    """What a table has beyond its columns, where they still can have it, and some more of it."""
    table = draw(_with_pairs(table))
    table = draw(_with_indexes(table))
    table = draw(_with_computed(table))
    table = draw(_with_balance(table))
    shown = tuple(name for name in table.seen if name in table.names)
    if draw(RARELY):
        names = sorted(table.names)
        shown = tuple(draw(st.lists(st.sampled_from(names), max_size=3, unique=True)))
    watched = table.watched if table.watched in table.names else None
    if draw(RARELY):
        watched = draw(st.sampled_from([None, *sorted(table.names - {table.key_name})]))
    return replace(table, seen=shown, watched=watched)


@st.composite
def _with_pairs(draw: Any, table: TableOf) -> TableOf:
    names = [each.name for each in table.fields if each.of.can_be_key]
    names += [link.name for link in table.links]
    kept = tuple(pair for pair in table.pairs if pair[0] in names and pair[1] in names)
    if len(names) > 1 and draw(RARELY):
        first, second = draw(st.permutations(names))[:2]
        new = (first, second, draw(st.booleans()))
        kept = (*(pair for pair in kept if set(pair[:2]) != {first, second}), new)
    return replace(table, pairs=kept)


@st.composite
def _with_indexes(draw: Any, table: TableOf) -> TableOf:
    names = [each.name for each in table.fields if each.of.can_be_key]
    texts = [each.name for each in table.fields if each.kind in ("string", "longer")]
    kept = {(sort, name) for sort, name in table.indexes if name in names}
    if names and draw(RARELY):
        kept ^= {(draw(st.sampled_from(SORTS)), draw(st.sampled_from(names)))}
    of_texts = ("lower", "prefix")
    indexes = tuple(sorted(each for each in kept if each[0] not in of_texts or each[1] in texts))
    return replace(table, indexes=indexes)


@st.composite
def _with_computed(draw: Any, table: TableOf) -> TableOf:
    numbers = [each for each in table.fields if each.of.group == "number"]
    names = [each.name for each in numbers if each.kind not in _UNSORTED]
    of = table.worked_out if table.worked_out in names else None
    is_stored = table.is_stored
    if names and draw(RARELY):
        of, is_stored = draw(st.sampled_from([None, *names])), draw(st.booleans())
    return replace(table, worked_out=of, is_stored=is_stored)


@st.composite
def _with_balance(draw: Any, table: TableOf) -> TableOf:
    names = [each.name for each in table.fields if each.of.is_numeric]
    balance = table.balance if {*table.balance} <= {*names} else ()
    if len(names) > 1 and draw(RARELY):
        balance = draw(st.just(()) | st.just(tuple(draw(st.permutations(names))[:2])))
    return replace(table, balance=balance)
