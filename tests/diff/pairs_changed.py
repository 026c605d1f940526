"""Pairs of schemas, drawn by hypothesis: one, and what an application may make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from .pairs import COLUMNS, TABLES, Field, Link, Pair, Schema, TableOf
from .pairs_drawn import (
    COMMENTS,
    ENUMS,
    LABEL_LISTS,
    ONDELETE,
    ONUPDATE,
    RARELY,
    able,
    fields,
    links_to,
    possible,
    schemas,
    tables_of,
    with_more,
)
from .pairs_kinds import KINDS

_KEY_NAMES = ("uid", "Key no")


@st.composite
def pairs(draw: Any) -> Pair:
    """A schema and one that came out of it."""
    before = draw(schemas())
    return draw(_changed(before))


@st.composite
def _changed(draw: Any, before: Schema) -> Pair:
    answers: list[str] = []
    fates = draw(_fates(before))
    kept = [table for table in before.tables if fates[table.number] != "drop"]
    names = draw(_names(before, fates))
    targets = {table.number: table for table in kept}
    stay = []
    for table in kept:
        now = replace(table, name=names[table.number], key=draw(_keys_like(table.key)))
        if fates[table.number] != "keep" and draw(RARELY):
            now = replace(now, is_apart=not table.is_apart)
        if now.place != table.place:
            answers += ["--rename-table", f"{table.place}:{now.place}"]
        if now.is_key_pair != table.is_key_pair and _is_referred_to(table, before):
            now = replace(now, key=table.key)
        if now.is_key_pair and not table.is_key_pair:
            answers += ["--fill", f"{now.place}.part=1"]
        targets[table.number] = now
        stay.append(now)
    changed = [
        _TableChange(draw, table, targets, answers).made()
        if fates[table.number] != "keep"
        else _following(table)
        for table in stay
    ]
    free = [name for name in TABLES if name not in {t.name for t in (*before.tables, *stay)}]
    if free and (draw(RARELY) or not changed):
        changed.append(draw(tables_of(9, free.pop(), "integer", {*targets, 9})))
    labels = draw(st.just(before.labels) | LABEL_LISTS)
    convention = draw(st.sampled_from([*[before.convention] * 5, not before.convention]))
    after = Schema(tuple(changed), labels, convention, draw(ENUMS))
    return Pair(before, after, tuple(answers))


@st.composite
def _fates(draw: Any, before: Schema) -> dict[int, str]:
    """What becomes of each table."""
    verbs = ["keep", "keep", "change", "change", "rename", "drop"]
    fates = {table.number: draw(st.sampled_from(verbs)) for table in before.tables}
    for link in (link for table in before.tables for link in table.links):
        if fates[link.to] == "drop":
            # Without NULL rows would refer to nothing on the way back. Others lose the column.
            stays = not link.nullable
            fates[link.to] = "keep" if stays else "drop"
    for table in before.tables:
        if any(fates[link.to] == "drop" for link in table.links) and fates[table.number] == "keep":
            fates[table.number] = "change"
    return fates


@st.composite
def _names(draw: Any, before: Schema, fates: dict[int, str]) -> dict[int, str]:
    """The new names of tables; two of them may change places."""
    names = {table.number: table.name for table in before.tables}
    free = [name for name in TABLES if name not in names.values()]
    stay = [number for number, fate in fates.items() if fate == "change"]
    moves = {number: free.pop() for number, fate in fates.items() if fate == "rename"}
    if len(stay) > 1 and draw(RARELY):
        moves |= {stay[0]: names[stay[1]], stay[1]: names[stay[0]]}
    return names | moves


def _is_referred_to(table: TableOf, schema: Schema) -> bool:
    return any(link.to == table.number for other in schema.tables for link in other.links)


def _keys_like(key: str) -> st.SearchStrategy[str]:
    likely = [key, key, key, "integer", "bigint", "pair", "counting", "identity"]
    return st.just(key) if key == "string" else st.sampled_from(likely)


def _following(table: TableOf) -> TableOf:
    """The same table, whose columns know what they were."""
    return replace(
        table,
        fields=tuple(replace(each, was=each.name) for each in table.fields),
        links=tuple(replace(each, was=each.name) for each in table.links),
    )


class _TableChange:
    """What an application makes of one table."""

    def __init__(
        self, draw: Any, table: TableOf, targets: dict[int, TableOf], answers: list[str]
    ) -> None:
        self.draw = draw
        self.table = table
        self.targets = targets
        self.answers = answers
        self.used = set(table.names)
        self.renamed: dict[str, str] = {}

    def made(self) -> TableOf:
        table, renamed = self.table, self.renamed
        changed = self._exchanged([f for each in table.fields for f in self._field(each)])
        links = [link for each in table.links for link in self._link(each)]
        self._fill(changed)
        changed += self._new_fields()
        links += self._new_links()
        there = {each.name for each in (*changed, *links)}

        def now(names: Sequence[str]) -> tuple[str, ...]:
            return tuple(renamed.get(name, name) for name in names)

        pairs = tuple((*now(pair[:2]), pair[2]) for pair in table.pairs)
        kept = tuple(p for p in pairs if {*p[:2]} <= there and not self.draw(RARELY))
        made = replace(
            table,
            key_name=self._key_name(),
            fields=tuple(changed),
            links=tuple(links),
            pairs=kept,  # type: ignore[arg-type]
            indexes=tuple((sort, renamed.get(name, name)) for sort, name in table.indexes),
            worked_out=renamed.get(table.worked_out or "", table.worked_out),
            is_stored=table.is_stored,
            balance=now(table.balance),
            seen=now(table.seen),
            watched=renamed.get(table.watched or "", table.watched),
            comment=self.draw(COMMENTS),
        )
        return self.draw(with_more(made))  # type: ignore[no-any-return]

    def _key_name(self) -> str:
        table = self.table
        if self.draw(st.integers(0, 5)) == 0:
            new = self.draw(st.sampled_from(_KEY_NAMES))
            self._rename(table.key_name, new)
            self.targets[table.number] = replace(self.targets[table.number], key_name=new)
            return str(new)
        return table.key_name

    def _rename(self, old: str, new: str) -> None:
        self.renamed[old] = new
        self.answers.extend(["--rename", f"{self.table.place}.{old}:{self.table.place}.{new}"])

    def _new_name(self, old: str) -> str:
        found = self.draw(st.sampled_from([n for n in COLUMNS if n not in self.used]))
        self.used.add(found)
        self._rename(old, found)
        return str(found)

    def _field(self, each: Field) -> list[Field]:
        verb = self.draw(st.sampled_from(["keep", "keep", "change", "rename", "both", "drop"]))
        if verb == "drop" and not _must_stay(self.table, each):
            return []
        now = replace(each, was=each.name)
        if verb in ("change", "both"):
            now = self.draw(_changed_field(now))
        if verb in ("rename", "both"):
            now = replace(now, name=self._new_name(each.name))
        return [now]

    def _exchanged(self, found: list[Field]) -> list[Field]:
        """Two of the columns that keep their names may change places."""
        stay = [each.name for each in found if each.name == each.was]
        if len(stay) < 2 or not self.draw(RARELY):
            return found
        one, other = self.draw(st.permutations(stay))[:2]
        self._rename(one, other)
        self._rename(other, one)
        moved = {one: other, other: one}
        return [replace(each, name=moved.get(str(each.was), each.name)) for each in found]

    def _fill(self, found: list[Field]) -> None:
        nullable = {each.name for each in self.table.fields if each.nullable}
        for each in found:
            if each.was in nullable and not each.nullable:
                self._answer(each)

    def _answer(self, each: Field) -> None:
        self.answers.extend(["--fill", f"{self.table.place}.{each.name}={_fill(each)}"])

    def _link(self, link: Link) -> list[Link]:
        draw = self.draw
        verb = draw(st.sampled_from(["keep", "keep", "change", "rename", "drop"]))
        if (verb == "drop" and link.nullable) or link.to not in self.targets:
            return []
        now = replace(link, was=link.name)
        if verb == "rename":
            now = replace(now, name=self._new_name(link.name))
            if self.targets[link.to].is_key_pair:
                self._rename(link.part, now.part)
        if verb == "change":
            to = draw(st.sampled_from(sorted(self.targets)))
            if not link.nullable and self._is_pair(to) != self._is_pair(link.to):
                to = link.to
            if self._is_pair(link.to) and f"{self.targets[to].place}.part=1" in self.answers:
                to = link.to  # the other parts that rows refer to are not there
            now = replace(now, to=to, index=draw(st.booleans()), onupdate=draw(ONUPDATE))
            now = possible(replace(now, ondelete=draw(ONDELETE), late=draw(RARELY)))
        return [now]

    def _is_pair(self, number: int) -> bool:
        return self.targets[number].is_key_pair

    def _new_fields(self) -> list[Field]:
        if not self.draw(RARELY):
            return []
        new = self.draw(fields(self._free_name()))
        is_default = new.default and not new.unique
        new = replace(new, nullable=new.nullable or new.unique, default=is_default)
        if not new.nullable and not new.default:
            self._answer(new)
        return [new]

    def _new_links(self) -> list[Link]:
        if not self.draw(RARELY):
            return []
        link = self.draw(links_to(self._free_name(), self.targets))
        return [replace(link, nullable=True)]

    def _free_name(self) -> str:
        found = self.draw(st.sampled_from([n for n in COLUMNS if n not in self.used]))
        self.used.add(found)
        return str(found)


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
        flag: getattr(each, flag) != draw(RARELY)
        for flag in ("nullable", "default", "unique", "index", "check")
    }
    changed = replace(each, kind=draw(st.sampled_from(kinds)), comment=draw(COMMENTS), **flags)
    return able(changed)


def _fill(each: Field) -> str:
    value = each.of.value(0)
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, dict):
        return '{"a": 0}'
    if isinstance(value, list):
        return "[0, 50]"
    return value.decode() if isinstance(value, bytes) else str(value)
