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
from sqlalchemy import Column, DefaultClause, Inspector, Integer, MetaData, Table, TextClause

from ...dialects import dialect_for
from ..glance import plugin as glance
from .domains import compare_domains
from .enums import compare_enums
from .kinds import beside_batches
from .new_schemas import compare_schemas, expect_schemas
from .sequences import compare_sequences
from .text import escaped, literally, stands_alone, undoubled

NAME = "flask_godwit.compare"
_GUESS = "_guess_if_default_is_unparenthesized_sql_expr"
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
        impl.autogen_column_reflect = partial(_literally_read, impl.autogen_column_reflect)
        # Alembic leaves out expression indexes of SQLite, even those of new tables.
        impl._skip_functional_indexes = _all_stay
        if hasattr(impl, _GUESS):
            setattr(impl, _GUESS, partial(_lacks_parentheses, getattr(impl, _GUESS)))
        connection = context.connection
        assert connection is not None
        database = dialect_for(connection.engine.url, connection.dialect)
        database.mend_reflection(connection.dialect)
        if not database.restrict_goes_unsaid:
            # Alembic takes RESTRICT for what MySQL once did without being told.
            impl.correct_for_autogen_foreignkeys = _all_stay


def _written_once(
    context: MigrationContext, render: Callable[..., str], expression: Any, **options: Any
) -> str:
    said = render(expression, **options)
    if options.get("is_server_default"):
        said = _parenthesised(context, expression, said)
    said = undoubled(said, context.dialect)
    return said if options.get("is_index") else escaped(said)


def _parenthesised(context: MigrationContext, expression: Any, said: str) -> str:
    """A default with the parentheses that a table's DDL has: MySQL tells both apart."""
    compiler: Any = context.dialect.ddl_compiler(context.dialect, None)  # type: ignore[arg-type]
    column = Column("x", Integer, server_default=DefaultClause(expression))
    Table("t", MetaData(), column)
    created = str(compiler.get_column_specification(column))
    return f"({said})" if f"DEFAULT ({said})" in created else said


def _literally_read(
    reflect: Callable[..., None], inspector: Inspector, table: Table, column: dict[str, Any]
) -> None:
    """SQLAlchemy takes ``:1`` in the default ``'{"a":1}'`` for a parameter."""
    if isinstance(column.get("default"), TextClause):
        return  # the inspector remembers what was made of it
    reflect(inspector, table, column)
    if isinstance(column.get("default"), str) and ":" in column["default"]:
        column["default"] = literally(column["default"])


def _lacks_parentheses(guess: Callable[[str | None], bool], default: str | None) -> bool:
    """Alembic takes ``'a' || 'b'`` for a text, and ``(a) + (b)`` for something in parentheses."""
    if guess(default):
        return True
    return default is not None and default[:1] in ("'", "(") and not stands_alone(default)


def _all_stay(_one: set[Any], _other: set[Any]) -> None:
    """Leave all in the comparison, as it is: what is no change is taken back later."""


def _compare_table(*arguments: Any) -> PriorityDispatchResult:
    # Loaded for the first table that is not obviously unchanged.
    from .tables import compare_table

    return compare_table(*arguments)


def _compare_types(context: AutogenContext, upgrade: ops.UpgradeOps) -> PriorityDispatchResult:
    beside_batches(upgrade)
    compare_enums(context, upgrade)
    compare_domains(context, upgrade)
    compare_sequences(context, upgrade)
    compare_schemas(context, upgrade)
    if any(isinstance(op, ops.ModifyTableOps) for op in upgrade.ops):
        from .counted_keys import with_numbers
        from .dropped import keep_inherited

        keep_inherited(context, upgrade)
        with_numbers(context, upgrade)
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
