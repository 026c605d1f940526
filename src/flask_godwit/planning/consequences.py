"""What an action means for the code that is running, and for the data: a table of sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..plans import Facts
from ..sql.action import Action

_BREAKS: Mapping[str, str] = {
    "drop_table": "Code that still uses {table} fails.",
    "drop_column": "Code whose model still has {table}.{name} fails: it names every column.",
    "rename_table": "Code that knows it as {table} fails.",
    "rename_column": "Code that knows it as {table}.{name} fails.",
    "set_not_null": "Code that writes NULL into {table}.{name} fails.",
    "add_unique": "Code that writes what is there already into {table} fails.",
    "add_check": "Code that writes into {table} what the CHECK refuses fails.",
    "add_foreign_key": "Code that writes rows of {table} before those they refer to fails.",
    "drop_not_null": "Code that reads {table}.{name} may meet NULL.",
    "rename_enum_value": "Code that knows the old value fails.",
    "add_enum_value": "Code that does not know the value fails when it reads it.",
    "rename_schema": "Code that looks for tables in {name} fails.",
    "set_schema": "Code that looks for {table} where it was fails.",
}
_LOSES: Mapping[str, str] = {
    "drop_table": "The rows of {table}.",
    "drop_column": "The values of {table}.{name}.",
    "truncate": "The rows of {table}.",
    "drop_partition": "The rows of partition {name} of {table}.",
    "delete": "The rows of {table} that are deleted.",
    "drop_schema": "Everything in schema {name}.",
}


def breaks(action: Action, facts: Facts) -> str:
    """What goes wrong for code that does not know of the change yet."""
    if action.table in facts.new:
        return ""
    special = _SPECIAL.get(action.kind)
    if special is not None:
        return special(action, facts)
    return _filled(_BREAKS, action)


def loses(action: Action, facts: Facts) -> str:
    """The data that is lost."""
    return "" if action.table in facts.new else _filled(_LOSES, action)


def _filled(sentences: Mapping[str, str], action: Action) -> str:
    return sentences.get(action.kind, "").format(table=action.table, name=action.name)


def _add_column(action: Action, facts: Facts) -> str:
    filled = action.traits & {"default", "identity", "serial", "generated", "auto increment"}
    if action.has("not null") and not filled:
        return f"Code that does not know {action.table}.{action.name} can't insert rows."
    return ""


def _create_index(action: Action, facts: Facts) -> str:
    if action.has("unique"):
        return f"Code that writes what is there already into {action.table} fails."
    return ""


def _add_not_null(action: Action, facts: Facts) -> str:
    return _filled(_BREAKS, Action("set_not_null", action.table, action.columns[0]))


def _modify(action: Action, facts: Facts) -> str:
    table = facts.table(action.table)
    column = table.columns.get(action.name) if table else None
    if column is not None and column.nullable and action.has("not null"):
        return _filled(_BREAKS, Action("set_not_null", action.table, action.name))
    return ""


_SPECIAL: Mapping[str, Callable[[Action, Facts], str]] = {
    "add_column": _add_column,
    "add_not_null": _add_not_null,
    "create_index": _create_index,
    "modify_column": _modify,
}
