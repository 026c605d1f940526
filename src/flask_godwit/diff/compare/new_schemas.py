"""Schemas that tables come to, and that nobody has made yet."""

from __future__ import annotations

from collections.abc import Iterator

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import PriorityDispatchResult

from ..names import quoted
from ..renames.view import RenamedInspector
from ..steps import Sql
from .sides import sides_of


def compare_schemas(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Make them before everything else. PostgreSQL drops none in which something stands."""
    used = {op.schema for op in upgrade.ops if isinstance(op, ops.CreateTableOp) and op.schema}
    upgrade.ops[:0] = missing_schemas(context, used)


def expect_schemas(
    context: AutogenContext, _upgrade: ops.UpgradeOps, schemas: set[str | None]
) -> PriorityDispatchResult:
    """Have Alembic look into those that a renamed table comes to, though they are not there."""
    inspector: object = context.inspector
    if isinstance(inspector, RenamedInspector) and context.opts.get("include_schemas"):
        schemas |= inspector.renames.schemas()
    return PriorityDispatchResult.CONTINUE


def missing_schemas(context: AutogenContext, used: set[str]) -> Iterator[Sql]:
    """The steps that make those of some schemas that are not there."""
    assert context.dialect is not None
    if not used or not sides_of(context).database.makes_schemas:
        return
    for schema in sorted(used - set(context.inspector.get_schema_names())):
        name = quoted(context.dialect, schema)
        up, down = f"CREATE SCHEMA IF NOT EXISTS {name}", f"DROP SCHEMA {name}"
        yield Sql(up, down, words=f"create schema {schema}", back=f"drop schema {schema}")
