"""What is known of a database after a statement: later ones are judged by that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..plans import ColumnFact, Facts, TableFact
from ..sql.action import Action


def followed(facts: Facts, action: Action) -> Facts:
    """The facts once an action is done."""
    if action.kind == "create_table":
        return _created(facts, action)
    if action.kind == "rename_table":
        return _renamed(facts, action)
    if action.kind == "set" and "foreign_key_checks" in action.expression:
        off = re.search(r"=\s*(0|off)\b", action.expression)
        return replace(facts, checks_foreign_keys=not off)
    table = facts.table(action.table)
    change = _CHANGES.get(action.kind)
    if table is None or change is None:
        return facts
    return replace(facts, tables={**facts.tables, action.table: change(table, action)})


def _created(facts: Facts, action: Action) -> Facts:
    table = TableFact()
    for part in action.parts:
        change = _CHANGES.get(part.kind)
        table = change(table, part) if change else table
    tables = {**facts.tables, action.table: table}
    return replace(facts, tables=tables, new=facts.new | {action.table})


def _renamed(facts: Facts, action: Action) -> Facts:
    tables = dict(facts.tables)
    if action.table in tables:
        tables[action.expression] = tables.pop(action.table)
    new = facts.new
    if action.table in new:
        new = (new - {action.table}) | {action.expression}
    return replace(facts, tables=tables, new=new)


def _without(named: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in named.items() if key != name}


def _add_column(table: TableFact, action: Action) -> TableFact:
    column = ColumnFact(action.type, not action.has("not null"), action.expression or None)
    return replace(table, columns={**table.columns, action.name: column})


def _drop_column(table: TableFact, action: Action) -> TableFact:
    kept = {name: keys for name, keys in table.indexes.items() if action.name not in keys}
    return replace(table, columns=_without(table.columns, action.name), indexes=kept)


def _rename_column(table: TableFact, action: Action) -> TableFact:
    old, new = action.name, action.expression
    columns = {(new if name == old else name): column for name, column in table.columns.items()}
    indexes = {
        name: tuple(new if key == old else key for key in keys)
        for name, keys in table.indexes.items()
    }
    return replace(table, columns=columns, indexes=indexes)


def _alter(**given: Any) -> Callable[[TableFact, Action], TableFact]:
    def change(table: TableFact, action: Action) -> TableFact:
        column = table.columns.get(action.name)
        if column is None:
            return table
        changed = replace(column, **given)
        return replace(table, columns={**table.columns, action.name: changed})

    return change


def _alter_type(table: TableFact, action: Action) -> TableFact:
    return _alter(type=action.type)(table, action)


def _modify(table: TableFact, action: Action) -> TableFact:
    return _add_column(table, action)


def _add_index(table: TableFact, action: Action) -> TableFact:
    return replace(table, indexes={**table.indexes, action.name: action.columns})


def _drop_index(table: TableFact, action: Action) -> TableFact:
    return replace(table, indexes=_without(table.indexes, action.name))


def _add_check(table: TableFact, action: Action) -> TableFact:
    if action.has("not valid"):
        return replace(table, unproved={**table.unproved, action.name: action.expression})
    return replace(table, checks={**table.checks, action.name: action.expression})


def _add_not_null(table: TableFact, action: Action) -> TableFact:
    column = action.columns[0]
    if action.has("not valid"):
        return replace(table, unproved={**table.unproved, action.name: f"{column} IS NOT NULL"})
    return _alter(nullable=False)(table, replace(action, name=column))


def _validate(table: TableFact, action: Action) -> TableFact:
    if action.name not in table.unproved:
        return table
    proved = {**table.checks, action.name: table.unproved[action.name]}
    return replace(table, checks=proved, unproved=_without(table.unproved, action.name))


def _drop_constraint(table: TableFact, action: Action) -> TableFact:
    return replace(
        table,
        checks=_without(table.checks, action.name),
        foreign_keys=_without(table.foreign_keys, action.name),
        indexes=_without(table.indexes, action.name),
    )


def _add_foreign_key(table: TableFact, action: Action) -> TableFact:
    return replace(table, foreign_keys={**table.foreign_keys, action.name: action.referred[0]})


_CHANGES: Mapping[str, Callable[[TableFact, Action], TableFact]] = {
    "add_column": _add_column,
    "drop_column": _drop_column,
    "rename_column": _rename_column,
    "alter_type": _alter_type,
    "modify_column": _modify,
    "set_not_null": _alter(nullable=False),
    "drop_not_null": _alter(nullable=True),
    "create_index": _add_index,
    "add_unique": _add_index,
    "drop_index": _drop_index,
    "add_check": _add_check,
    "add_not_null": _add_not_null,
    "validate_constraint": _validate,
    "drop_constraint": _drop_constraint,
    "drop_check": _drop_constraint,
    "drop_foreign_key": _drop_constraint,
    "add_foreign_key": _add_foreign_key,
}
