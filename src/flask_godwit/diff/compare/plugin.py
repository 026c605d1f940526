"""Our comparators, as a plugin of Alembic that only our own comparisons load."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import Table

from .checks import compare_checks
from .columns import compare_columns
from .defaults import compare_default
from .indexes import compare_indexes
from .keys import compare_primary_key
from .sides import sides_of

NAME = "flask_godwit.compare"
_USUAL = ["alembic.autogenerate.*"]


def load(context: MigrationContext) -> None:
    """Have the comparisons of a context make use of the plugin."""
    given = context.opts.get("autogenerate_plugins") or _USUAL
    if NAME not in given:
        context.opts["autogenerate_plugins"] = [*given, NAME]


def _compare_table(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    name: str,
    found: Table | None,
    wanted: Table | None,
) -> PriorityDispatchResult:
    if found is None or wanted is None:
        return PriorityDispatchResult.CONTINUE
    facts = sides_of(context).actual(context, schema, name)
    if facts is not None:
        compare_columns(context, modify, schema, found, wanted, facts)
        modify.ops += [
            *compare_checks(context, schema, wanted, facts),
            *compare_indexes(context, modify, schema, found, wanted, facts),
        ]
    compare_primary_key(context, modify, schema, found, wanted)
    return PriorityDispatchResult.CONTINUE


def _compare_default(*arguments: Any) -> PriorityDispatchResult:
    return compare_default(*arguments)


_plugin = Plugin(NAME)
_plugin.add_autogenerate_comparator(
    _compare_default, "column", "server_default", priority=DispatchPriority.FIRST
)
_plugin.add_autogenerate_comparator(
    _compare_table, "table", "godwit", priority=DispatchPriority.LAST
)
