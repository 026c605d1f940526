"""How a comparison has Alembic read what is there, and write what is to be, where it loses some."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, DefaultClause, Inspector, Integer, MetaData, Table, TextClause

from ...dialects import dialect_for
from .own_indexes import leave_out_own
from .text import escaped, literally, stands_alone, undoubled

_GUESS = "_guess_if_default_is_unparenthesized_sql_expr"


def mend(context: MigrationContext) -> None:
    """Have the ``impl`` of a context, and the dialect of its connection, leave nothing out."""
    impl: Any = context.impl
    if isinstance(impl.render_ddl_sql_expr, partial):
        return
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
    if database.indexes_foreign_keys:
        impl.correct_for_autogen_constraints = leave_out_own


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
    """Alembic takes ``'a' || 'b'`` for a text, ``(a) + (b)`` for something in parentheses, and a
    text of two lines for neither.
    """
    if default is None or stands_alone(default):
        return False
    return guess(default) or default[:1] in ("'", "(")


def _all_stay(_one: set[Any], _other: set[Any]) -> None:
    """Leave all in the comparison, as it is: what is no change is taken back later."""
