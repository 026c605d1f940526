"""What is made anew and takes the old one's name: a table of SQLite, a column of PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from alembic.operations import ops

from ..sql.action import Action


def rebuilt(statements: Sequence[Sequence[Action]]) -> Mapping[str, str]:
    """The tables that are rebuilt in one step, by the name of the copy."""
    every = [action for actions in statements for action in actions]
    dropped = {action.table for action in every if action.kind == "drop_table"}
    return {
        action.table: _new_name(action)
        for action in every
        if action.kind == "rename_table" and _new_name(action) in dropped
    }


def _new_name(action: Action) -> str:
    """With the schema of the old one, where a statement need not repeat that."""
    schema, dot, _ = action.table.rpartition(".")
    new = action.expression
    return new if "." in new else f"{schema}{dot}{new}"


def as_rebuild(actions: Sequence[Action], copies: Mapping[str, str]) -> tuple[Action, ...]:
    """The actions of a statement, where those of a rebuild are about the table itself."""
    return tuple(_as_rebuild(action, copies) for action in actions)


def _as_rebuild(action: Action, copies: Mapping[str, str]) -> Action:
    if action.table in copies and action.kind == "insert":
        return Action("rebuild_table", copies[action.table])
    if action.table in copies:
        return Action("part_of_rebuild", copies[action.table])
    if action.kind == "drop_table" and action.table in copies.values():
        return replace(action, kind="part_of_rebuild")
    return action


def changes_places(action: Action, operations: Sequence[Any]) -> bool:
    """Whether a new column takes the old one's place: nothing is lost, and nobody reads another.

    Only where the script asked for another type, and we make of it what that is done by. A new
    column that counts goes on with the number that was reached.
    """
    (operation,) = operations if len(operations) == 1 else (None,)
    if isinstance(operation, ops.AddColumnOp) and operation.column.identity is not None:
        return action.kind == "opaque"
    if not isinstance(operation, ops.AlterColumnOp) or operation.modify_type is None:
        return False
    if operation.modify_name is not None:
        return False
    if action.kind == "rename_column":
        return action.expression == operation.column_name
    dropped = action.kind == "drop_column" and action.name == operation.column_name
    return dropped or action.kind in ("create_trigger", "drop_trigger")
