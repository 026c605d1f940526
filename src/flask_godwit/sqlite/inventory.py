"""All that a table has, as facts that can be compared: what was there must be there afterwards.

Most of it is asked of SQLite itself; what only the text tells (names of constraints, CHECKs,
collations, expressions) is read from the text that SQLite has stored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..frozen import frozen
from .clauses import Clause
from .schema import Schema
from .table_text import TableText, parse_table
from .tokens import NotUnderstood, folded, normal


@frozen
class Fact:
    """One thing that a table has. ``columns`` are those that it is about, folded."""

    kind: str
    what: str
    value: str = ""
    columns: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return " ".join(part for part in (self.kind, self.what, self.value) if part)


Inventory = Counter[Fact]

# What SQLite does where nothing is said.
_NO_ACTION = re.compile(r"\s+ON\s+(?:DELETE|UPDATE)\s+NO\s+ACTION\b", re.IGNORECASE)


def inventory_of(schema: Schema, table: str) -> Inventory:
    """The facts of a table, and of everything in the database that is not the table's."""
    facts = [*_columns(schema, table), *_keys(schema, table), *_objects(schema, table)]
    try:
        facts += written(parse_table(schema.table_sql(table)))
    except NotUnderstood:
        facts.append(Fact("text", "is not understood"))
    facts.append(Fact("rows", "", str(schema.count(table))))
    facts.append(Fact("AUTOINCREMENT", "counter", str(schema.counter(table) or 0)))
    return Counter(facts)


def _columns(schema: Schema, table: str) -> Iterator[Fact]:
    for _, name, type_, not_null, default, key, hidden in schema.columns_of(table):
        about = frozenset([folded(name)])
        for kind, value in (
            ("type of", type_.upper()),
            ("NOT NULL of", str(not_null)),
            ("default of", default or ""),
            ("primary key of", str(key)),
            ("generation of", str(hidden)),
        ):
            yield Fact(kind, name, value, about)


def _keys(schema: Schema, table: str) -> Iterator[Fact]:
    rows: dict[int, list[Any]] = {}
    for row in schema.pragma("foreign_key_list", table):
        rows.setdefault(row[0], []).append(row)
    for key in rows.values():
        key.sort(key=lambda row: row[1])
        own, other = ([str(row[n] or "") for row in key] for n in (3, 4))
        value = f"{key[0][2]} ({', '.join(other)}) {' '.join(map(str, key[0][5:]))}"
        yield Fact("foreign key", f"({', '.join(own)})", value, frozenset(map(folded, own)))
    for _, name, unique, origin, partial in schema.pragma("index_list", table):
        if origin == "u":
            columns = [row[2] or "" for row in schema.pragma("index_info", name)]
            about = frozenset(map(folded, columns))
            listed = f"({', '.join(columns)})"
            yield Fact("unique constraint", listed, f"{unique}{partial}", about)


def _objects(schema: Schema, table: str) -> Iterator[Fact]:
    for stored in schema.stored():
        mine = folded(stored.table) == folded(table)
        if (stored.type == "table" and mine) or stored.name.startswith("sqlite_"):
            continue
        yield Fact(stored.type if mine else f"{stored.type} elsewhere:", stored.name, stored.sql)


def written(table: TableText) -> Iterator[Fact]:
    """What only the text tells."""
    for column in table.columns:
        about = frozenset([folded(column.name)])
        yield Fact("collation of", column.name, folded(column.collation), about)
        generated = column.clause("GENERATED", "AS")
        expression = normal(" ".join(t.text for t in generated.expression)) if generated else ""
        yield Fact("expression of", column.name, expression, about)
    for clause in table.constraints:
        yield _constraint(table, clause)
        if clause.kind == "foreignkey":
            yield _reference(clause)
    yield from (Fact("option", option) for option in table.options)
    if table.has_autoincrement:
        yield Fact("option", "AUTOINCREMENT")


def _constraint(table: TableText, clause: Clause) -> Fact:
    names = [column.name for column in table.columns]
    about = frozenset(folded(n) for n in names if clause.concerns(n) or n in clause.own)
    return Fact(f"{clause.kind} constraint", clause.name, constraint_text(clause), about)


def _reference(clause: Clause) -> Fact:
    """What a foreign key refers to and how, DEFERRABLE included, of which no pragma tells."""
    words = [token.keyword for token in clause.tokens]
    text = " ".join(token.text for token in clause.tokens[words.index("REFERENCES") :])
    text = _NO_ACTION.sub("", text)
    about = frozenset(map(folded, clause.columns))
    return Fact("foreign key", f"({', '.join(clause.columns)})", normal(text), about)


def constraint_text(clause: Clause) -> str:
    """A constraint, to compare it with another one."""
    if clause.kind == "check":
        return normal(" ".join(token.text for token in clause.expression))
    return f"({', '.join(map(folded, clause.columns))})"
