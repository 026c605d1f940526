"""Our comparators, as a plugin of Alembic that only our own comparisons load."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import Column, DefaultClause, Index, Integer, MetaData, Table

from ..glance import plugin as glance
from .checks import compare_checks
from .columns import compare_columns
from .defaults import compare_default
from .deferrals import compare_deferrals
from .enums import compare_enums
from .exchanges import keep_indexes
from .exclusions import compare_exclusions
from .indexes import compare_indexes
from .keys import compare_primary_key
from .kinds import beside_batches, compare_kind
from .nameless import compare_nameless
from .options import compare_options
from .renamed import compare_foreign_key_names, rename_instead
from .sequences import compare_sequences
from .sides import sides_of
from .text import undoubled
from .type_checks import without_checks

NAME = "flask_godwit.compare"
_USUAL = ["alembic.autogenerate.*"]


def load(context: MigrationContext) -> None:
    """Have the comparisons of a context make use of the plugin."""
    given = context.opts.get("autogenerate_plugins") or _USUAL
    if NAME not in given:
        context.opts["autogenerate_plugins"] = [*given, NAME]
    impl: Any = context.impl
    if not isinstance(impl.render_ddl_sql_expr, partial):
        # Alembic writes `%` twice where the driver would have it so; a script must not.
        impl.render_ddl_sql_expr = partial(_written_once, context, impl.render_ddl_sql_expr)
        # Alembic leaves out expression indexes of SQLite, even those of new tables.
        impl._skip_functional_indexes = _all_stay


def _written_once(
    context: MigrationContext, render: Callable[..., str], expression: Any, **options: Any
) -> str:
    said = render(expression, **options)
    if options.get("is_server_default"):
        said = _parenthesised(context, expression, said)
    return undoubled(said, context.dialect)


def _parenthesised(context: MigrationContext, expression: Any, said: str) -> str:
    """A default with the parentheses that a table's DDL has: MySQL tells both apart."""
    compiler: Any = context.dialect.ddl_compiler(context.dialect, None)  # type: ignore[arg-type]
    column = Column("x", Integer, server_default=DefaultClause(expression))
    Table("t", MetaData(), column)
    created = str(compiler.get_column_specification(column))
    return f"({said})" if f"DEFAULT ({said})" in created else said


def _all_stay(_wanted: set[Index], _found: set[Index]) -> None:
    """Leave expression indexes in the comparison: what is no change is taken back later."""


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
        compare_options(context, modify, schema, wanted, facts)
        compare_columns(context, modify, schema, found, wanted, facts)
        checks = list(compare_checks(context, modify, schema, wanted, facts))
        # A CHECK speaks of the types on its own side.
        gone = [op for op in checks if isinstance(op, ops.DropConstraintOp)]
        new = [op for op in checks if op not in gone]
        indexes = list(compare_indexes(context, modify, schema, found, wanted, facts))
        late = list(compare_deferrals(context, modify, schema, wanted, facts))
        modify.ops[:] = [*gone, *modify.ops, *new, *indexes, *late]
        without_checks(modify.ops)
        keep_indexes(context, modify, schema, wanted, facts)
    compare_primary_key(context, modify, schema, found, wanted)
    compare_nameless(context, modify, found, wanted)
    names = facts.key_names if facts is not None else {}
    modify.ops += compare_foreign_key_names(context, modify, found, wanted, names)
    rename_instead(context, modify)
    if facts is not None:
        compare_kind(context, modify, schema, wanted, facts)
        compare_exclusions(context, modify, schema, wanted, facts)
    return PriorityDispatchResult.CONTINUE


def _compare_types(context: AutogenContext, upgrade: ops.UpgradeOps) -> PriorityDispatchResult:
    beside_batches(upgrade)
    compare_enums(context, upgrade)
    compare_sequences(context, upgrade)
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
glance.register(_plugin)
# After all tables, and before the renames, which begin the comparison again.
_plugin.add_autogenerate_comparator(_compare_types, "autogenerate", "godwit types")
