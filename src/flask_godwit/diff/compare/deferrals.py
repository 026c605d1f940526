"""Unique constraints that are checked at the end of a transaction: Alembic doesn't compare that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.sql.elements import conv

from ...dialects.facts import TableFacts
from .names import final_name
from .sides import sides_of

_LATE, _DEFERRED = "DEFERRABLE", "INITIALLY DEFERRED"


def compare_deferrals(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    table: Table,
    facts: TableFacts,
) -> Iterator[ops.MigrateOperation]:
    """The operations that make such constraints anew."""
    if facts.deferrals is None:
        return
    seen = {getattr(op, "constraint_name", None) for op in modify.ops}
    declared = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    for constraint in sorted(declared, key=lambda each: str(each.name)):
        name = _name(context, table, constraint)
        actual = facts.deferrals.get(name or "")
        if name is None or name in seen or actual is None or actual == _wanted(constraint):
            continue
        create: Any = ops.CreateUniqueConstraintOp.from_constraint(constraint)
        create.constraint_name = conv(name)
        reverse = ops.CreateUniqueConstraintOp(
            conv(name), table.name, create.columns, schema=schema, **_options(actual)
        )
        yield ops.DropConstraintOp(
            conv(name), table.name, type_="unique", schema=schema, _reverse=reverse
        )
        yield create


def complete_deferrals(found: Table, facts: TableFacts) -> None:
    """Let a table that was read know when its constraints are checked."""
    for constraint in found.constraints:
        said = (facts.deferrals or {}).get(str(constraint.name))
        if isinstance(constraint, UniqueConstraint) and said:
            options = _options(said)
            constraint.deferrable = options["deferrable"]
            constraint.initially = options.get("initially")


def _name(context: AutogenContext, table: Table, constraint: UniqueConstraint) -> str | None:
    assert context.dialect is not None
    columns = [column.name for column in constraint.columns]
    usual = sides_of(context).database.default_name("uq", table.name, columns)
    return final_name(context.dialect, constraint) or usual


def _wanted(constraint: UniqueConstraint) -> str:
    late = (constraint.initially or "").upper() == "DEFERRED"
    if not constraint.deferrable and not late:
        return ""
    return f"{_LATE} {_DEFERRED}" if late else _LATE


def _options(said: str) -> dict[str, Any]:
    deferrable = {"deferrable": True} if said else {}
    return {**deferrable, "initially": "DEFERRED"} if _DEFERRED in said else deferrable
