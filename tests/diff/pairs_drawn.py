"""Pairs of schemas, drawn by hypothesis: one, and what an application may make of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from .pairs import COLUMNS, KINDS, LABELS, SORTS, TABLES, Field, Link, Pair, Schema, TableOf


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
    return Schema(_referable(tables), draw(_LABELS), draw(st.booleans()))


def _referable(tables: tuple[TableOf, ...]) -> tuple[TableOf, ...]:
    """What others refer to has a key of one column."""
    used = {link.to for table in tables for link in table.links}
    return tuple(
        replace(table, key="integer") if table.is_key_pair and table.number in used else table
        for table in tables
    )


_KEYS = st.sampled_from(["integer", "integer", "bigint", "string", "pair"])
_LABELS = st.lists(st.sampled_from(LABELS[1:]), min_size=1, max_size=3, unique=True).flatmap(
    lambda others: st.permutations(["new", *others]).map(tuple)
)
_COMMENTS = st.sampled_from([None, None, None, "it's 50%: 'so'", "b"])
_ONDELETE = st.sampled_from([None, None, "CASCADE", "SET NULL", "RESTRICT", "NO ACTION"])
_ONUPDATE = st.sampled_from([None, None, None, "CASCADE", "RESTRICT"])


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
    return draw(_with_more(draw(_with_pairs(table))))


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
    to, nullable = draw(st.integers(0, highest)), draw(st.booleans())
    link = Link(name, to, nullable, draw(_ONDELETE), draw(_ONUPDATE), draw(_RARELY))
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
def _with_more(draw: Any, table: TableOf) -> TableOf:
    """Indexes beyond a column's name, and a column that is computed."""
    able = [each for each in table.fields if each.of.can_be_key]
    texts = [each.name for each in able if each.kind in ("string", "longer")]
    kept = {(sort, name) for sort, name in table.indexes if name in {each.name for each in able}}
    if able and draw(_RARELY):
        kept ^= {(draw(st.sampled_from(SORTS)), draw(st.sampled_from(able)).name)}
    indexes = tuple(sorted(each for each in kept if each[0] != "lower" or each[1] in texts))
    countable = [
        each.name
        for each in table.fields
        if each.of.group == "number" and each.kind != "char"  # lower() of it depends, for MariaDB
    ]
    of = table.worked_out if table.worked_out in countable else None
    if countable and draw(_RARELY):
        of = draw(st.sampled_from([None, *countable]))
    return replace(table, indexes=indexes, worked_out=of)


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
    tables = _referable(tuple(after))
    keys = {table.number: table.key for table in before.tables}
    for table in tables:
        if table.is_key_pair and keys.get(table.number, "pair") != "pair":
            answers += ["--fill", f"{table.name}.part=1"]
    return Pair(before, Schema(tables, labels, before.convention), tuple(answers))


def _keys_like(key: str) -> st.SearchStrategy[str]:
    likely = [key, key, key, "integer", "bigint", "pair"]
    return st.just(key) if key == "string" else st.sampled_from(likely)


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
    stay = [each.name for each in fields if each.name == each.was]
    if changes and len(stay) > 1 and draw(_RARELY):
        one, other = draw(st.permutations(stay))[:2]
        renamed |= {one: other, other: one}
        for old in (one, other):
            answers.extend(["--rename", f"{name}.{old}:{name}.{renamed[old]}"])
        fields = [replace(each, name=renamed.get(str(each.was), each.name)) for each in fields]
    nullable = {each.name for each in table.fields if each.nullable}
    for each in fields:
        if each.was in nullable and not each.nullable:
            answers.extend(["--fill", f"{name}.{each.name}={_fill(each)}"])
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
            now_link = replace(now_link, to=to, index=index, onupdate=draw(_ONUPDATE))
            now_link = _possible(replace(now_link, ondelete=draw(_ONDELETE)))
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
    changed = replace(
        table,
        fields=tuple(fields),
        links=tuple(links),
        pairs=pairs,
        indexes=tuple((sort, renamed.get(name, name)) for sort, name in table.indexes),
        worked_out=renamed.get(table.worked_out or "", table.worked_out),
        comment=comment,
    )
    return draw(_with_more(draw(_with_pairs(changed)))) if changes else changed


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
