"""Our comparators, as a plugin of Alembic that only our own comparisons load."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult

from ..glance import plugin as glance
from ..key_order import say_key_order
from .domains import compare_domains
from .enums import compare_enums
from .kinds import beside_batches
from .mending import mend
from .new_schemas import compare_schemas, expect_schemas
from .sequences import compare_sequences
from .sides import sides_of

NAME = "flask_godwit.compare"
_USUAL = ["alembic.autogenerate.*"]


def load(context: MigrationContext) -> None:
    """Have the comparisons of a context make use of the plugin."""
    given = context.opts.get("autogenerate_plugins") or _USUAL
    if NAME not in given:
        context.opts["autogenerate_plugins"] = [*given, NAME]
    mend(context)


def _compare_table(*arguments: Any) -> PriorityDispatchResult:
    # Loaded for the first table that is not obviously unchanged.
    from .tables import compare_table

    return compare_table(*arguments)


def _compare_types(context: AutogenContext, upgrade: ops.UpgradeOps) -> PriorityDispatchResult:
    beside_batches(upgrade)
    if any(isinstance(op, ops.DropTableOp) for op in upgrade.ops):
        from .dropped import complete_dropped_tables

        complete_dropped_tables(context, upgrade)
    compare_enums(context, upgrade)
    compare_domains(context, upgrade)
    compare_sequences(context, upgrade)
    compare_schemas(context, upgrade)
    say_key_order(upgrade)
    if any(isinstance(op, ops.ModifyTableOps) for op in upgrade.ops):
        from .counted_keys import with_numbers
        from .dropped import keep_inherited
        from .persistence import order_by_references

        keep_inherited(context, upgrade)
        with_numbers(context, upgrade)
        order_by_references(context, upgrade)
        if sides_of(context).database.partitioned_by:
            from .partition_keys import refuse_columns

            refuse_columns(context, upgrade)
    return PriorityDispatchResult.CONTINUE


def _compare_default(*arguments: Any) -> PriorityDispatchResult:
    from .defaults import compare_default

    return compare_default(*arguments)


def _compare_comment(*arguments: Any) -> PriorityDispatchResult:
    from .comments import compare_comment

    return compare_comment(*arguments)


_plugin = Plugin(NAME)
_plugin.add_autogenerate_comparator(
    _compare_default, "column", "server_default", priority=DispatchPriority.FIRST
)
_plugin.add_autogenerate_comparator(
    _compare_table, "table", "godwit", priority=DispatchPriority.LAST
)
_plugin.add_autogenerate_comparator(
    _compare_comment, "table", "comments", priority=DispatchPriority.FIRST
)
_plugin.add_autogenerate_comparator(
    expect_schemas, "schema", "godwit schemas", priority=DispatchPriority.FIRST
)
glance.register(_plugin)
# After all tables, and before the renames, which begin the comparison again.
_plugin.add_autogenerate_comparator(_compare_types, "autogenerate", "godwit types")
