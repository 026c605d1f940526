"""Schemas that new tables stand in, and that nobody has made yet."""

from __future__ import annotations

from collections.abc import Iterator

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from ..names import quoted
from ..steps import Sql
from .sides import sides_of


def compare_schemas(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Make them before everything else. PostgreSQL drops none in which something stands."""
    if not sides_of(context).database.makes_schemas:
        return
    used = {op.schema for op in upgrade.ops if isinstance(op, ops.CreateTableOp) and op.schema}
    if used:
        upgrade.ops[:0] = _made(context, used)


def _made(context: AutogenContext, used: set[str]) -> Iterator[Sql]:
    assert context.dialect is not None
    for schema in sorted(used - set(context.inspector.get_schema_names())):
        name = quoted(context.dialect, schema)
        up, down = f"CREATE SCHEMA IF NOT EXISTS {name}", f"DROP SCHEMA {name}"
        yield Sql(up, down, words=f"create schema {schema}", back=f"drop schema {schema}")
