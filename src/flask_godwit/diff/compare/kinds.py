"""What a table as a whole is, where only a copy of it can be another: STRICT, WITHOUT ROWID.

Alembic's batch takes such options as ``table_kwargs``, for a table that it makes anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table
from sqlalchemy.sql.elements import conv

from ...dialects.facts import TableFacts
from ..names import said
from ..steps import Together
from .sides import sides_of

COUNTS = "sqlite_autoincrement"


class TableKind(ops.MigrateOperation):
    """``op.batch_alter_table(…, table_kwargs=…)``."""

    def __init__(
        self, table: str, schema: str | None, before: Mapping[str, bool], after: Mapping[str, bool]
    ) -> None:
        self.table_name = table
        self.schema = schema
        self.before = before
        self.after = after
        self.lost_key: ops.CreatePrimaryKeyOp | None = None
        """The primary key, where it had a name that it can't keep."""

    @property
    def words(self) -> str:
        """Such as ``t: STRICT``."""
        changed = (
            name if is_so else f"no longer {name}"
            for name, is_so in zip(_said(self.after), self.after.values(), strict=True)
        )
        return f"{said((self.schema, self.table_name))}: {', '.join(changed)}"

    def reverse(self) -> ops.MigrateOperation:
        back = TableKind(self.table_name, self.schema, self.after, self.before)
        if self.lost_key is None:
            return back
        again = ops.ModifyTableOps(self.table_name, [self.lost_key], schema=self.schema)
        return Together([back, again], [self])


def _said(options: Mapping[str, bool]) -> list[str]:
    return [name.partition("_")[2].upper().replace("_", " ") for name in options]


def compare_kind(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    table: Table,
    facts: TableFacts,
) -> None:
    """Add what makes a table the kind of its model: before other changes what frees it."""
    sides = sides_of(context)
    names = sides.database.kinds_of_tables
    if not names:
        return
    is_plain = not any(table.kwargs.get(name) not in (None, usual) for name, usual in names.items())
    if is_plain and not any(name in facts.options for name in names):
        return
    twin = sides.twin(table)
    if twin is None:
        return
    moves = any(map(_drops_key, modify.ops))
    for name, usual in names.items():
        before = {name: usual != (name in facts.options)}
        after = {name: usual != (name in twin.options)}
        if before != after:
            change = TableKind(table.name, schema, before, after)
            if not moves:
                change.lost_key = _lost_key(context, table, schema)
            place = 0 if after[name] == usual else len(modify.ops)
            modify.ops.insert(place, change)
        elif name == COUNTS and after[name] and moves:
            # It stands in the key, and goes and comes with that.
            off, on = ({name: is_so} for is_so in (False, True))
            modify.ops.insert(0, TableKind(table.name, schema, on, off))
            modify.ops.append(TableKind(table.name, schema, off, on))


def _drops_key(operation: ops.MigrateOperation) -> bool:
    is_drop = isinstance(operation, ops.DropConstraintOp)
    return is_drop and operation.constraint_type == "primary"  # type: ignore[attr-defined]


def _lost_key(
    context: AutogenContext, table: Table, schema: str | None
) -> ops.CreatePrimaryKeyOp | None:
    found = context.inspector.get_pk_constraint(table.name, schema=schema)
    if not found.get("name") or sides_of(context).database.names_key_of(table):
        return None
    name: Any = conv(str(found["name"]))
    return ops.CreatePrimaryKeyOp(name, table.name, found["constrained_columns"], schema=schema)


def beside_batches(upgrade: ops.UpgradeOps) -> None:
    """Put beside a batch what is not one of its operations."""
    found: list[Any] = []
    for operation in upgrade.ops:
        if not isinstance(operation, ops.ModifyTableOps):
            found.append(operation)
            continue
        kinds = [op for op in operation.ops if isinstance(op, TableKind)]
        rest = [op for op in operation.ops if op not in kinds]
        first = [
            op for op in kinds if rest and operation.ops.index(op) < operation.ops.index(rest[0])
        ]
        operation.ops = rest
        found += [*first, *([operation] if rest else []), *(op for op in kinds if op not in first)]
    upgrade.ops[:] = found


@renderers.dispatch_for(TableKind)
def _render(context: AutogenContext, op: TableKind) -> str:
    prefix = context.opts["alembic_module_prefix"] or ""
    schema = f", schema={op.schema!r}" if op.schema else ""
    options = ", ".join(f"{name!r}: {value}" for name, value in op.after.items())
    return (
        f"with {prefix}batch_alter_table({op.table_name!r}{schema}, recreate='always',"
        f" table_kwargs={{{options}}}):\n    pass\n"
    )
