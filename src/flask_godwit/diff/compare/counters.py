"""Where numbers come from: SERIAL, identity columns, AUTO_INCREMENT."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column

from ...dialects.counters import IDENTITY, SERIAL, CountedColumn, Counter
from ...dialects.facts import ColumnFacts
from ..names import quoted, said
from ..steps import Sql, Together
from .definitions import altered_in, new_in
from .sides import has_own_sequence, sides_of
from .text import written
from .type_users import literal

_OPTIONS = ("always", "start", "increment", "minvalue", "maxvalue", "cycle", "cache")


def compare_counter(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Column[Any],
    column: Column[Any],
    actual: ColumnFacts,
) -> None:
    """Add the statements that give a column the counter of its model."""
    sides = sides_of(context)
    if not sides.database.has_counters:
        return
    if context.migration_context._user_compare_server_default is False:
        return
    _follow_type(context, modify, schema, column, actual)
    if _is_obviously_same(context, column, actual.counter):
        return
    twin = sides.twin(column.table)
    wanted = twin.columns.get(column.name) if twin else None
    is_made_later = wanted is None and column.server_default is not None
    if is_made_later:
        # What its default asks, such as a sequence, may be made by the same script.
        wanted = replace(actual, counter=None, default=_default_after(context, column, actual))
    if wanted is None or wanted.counter == actual.counter:
        return
    retyped = altered_in(modify, column.name)
    if retyped is not None:
        retyped.kw.pop("autoincrement", None)  # it is the same on both ways, and this is not
    before = _counted(context, schema, column, actual)
    after = _counted(context, schema, column, wanted)
    if wanted.counter is None and actual.counter and actual.counter.kind == IDENTITY:
        _null_again(modify, schema, found, column)
    # A type that can't count, and NULL, are possible only without what counts.
    altered = altered_in(modify, column.name) if wanted.counter is None else None
    if altered is not None:
        after = _beside(altered, column, actual.counter, after)
        after = replace(after, definition=_definition_beside(altered, before, after))
    there, back = (
        [Sql(statement) for statement in sides.database.counter_changes(*ends)]
        for ends in ((before, after), (after, before))
    )
    if wanted.counter and wanted.counter.kind == IDENTITY and found.nullable:
        _not_null(modify, schema, found, column)
    there += _taken_over(context, schema, column) if is_made_later else []
    there[0].retyped = back[0].retyped = (column.name,)
    where = said((schema, column.table.name), column.name)
    there[0].words = f"{where}: {wanted.counter or _nothing(actual.counter)}"
    back[0].words = f"{where}: {actual.counter or _nothing(wanted.counter)}"
    place = len(modify.ops) if altered is None else modify.ops.index(altered)
    modify.ops.insert(place, Together(there, back))


def _default_after(context: AutogenContext, column: Column[Any], actual: ColumnFacts) -> str | None:
    """The default that a column has after an identity; Alembic sees it where there was another."""
    argument = getattr(column.server_default, "arg", None)
    if argument is None or actual.counter is None or actual.counter.kind != IDENTITY:
        return None
    assert context.dialect is not None
    return literal(argument) if isinstance(argument, str) else written(argument, context.dialect)


def _beside(
    altered: ops.AlterColumnOp, column: Column[Any], counter: Counter | None, after: CountedColumn
) -> CountedColumn:
    """What is left to say of the default, where the column is altered besides."""
    if counter is None:
        return after
    if counter.kind == SERIAL:
        return replace(after, default=None)  # Alembic has seen it
    altered.existing_server_default = False  # it comes back by a statement
    if column.server_default is None:
        return after
    altered.existing_server_default = None
    altered.modify_server_default = cast(Any, column.server_default)
    return replace(after, default=None)  # it comes with the type, which it is of


def _definition_beside(
    altered: ops.AlterColumnOp, before: CountedColumn, after: CountedColumn
) -> str | None:
    """NULL is allowed when the key has gone, no part of which may be NULL: not before."""
    return before.definition if altered.modify_nullable else after.definition


def _taken_over(context: AutogenContext, schema: str | None, column: Column[Any]) -> list[Sql]:
    """What has a new sequence of the models go on behind the rows that are there."""
    assert context.dialect is not None
    if not has_own_sequence(context.dialect, column):
        return []
    sequence: Any = column.default
    name = quoted(context.dialect, sequence.schema, sequence.name)
    key = quoted(context.dialect, column.name)
    first = sequence.start if sequence.start is not None else 1
    sets = sides_of(context).database.set_sequence(name, f"max({key}) + 1")
    table = quoted(context.dialect, schema, column.table.name)
    return [Sql(f"SELECT {sets} FROM {table} HAVING max({key}) >= {first}")] if sets else []


def _not_null(
    modify: ops.ModifyTableOps, schema: str | None, found: Column[Any], column: Column[Any]
) -> None:
    """Alembic ignores that an identity column may not be NULL, and only such a one can be it."""
    altered = altered_in(modify, column.name) or new_in(modify, schema, found, column)
    altered.modify_nullable = False


def _null_again(
    modify: ops.ModifyTableOps, schema: str | None, found: Column[Any], column: Column[Any]
) -> None:
    """Alembic ignores, too, that a column which is no identity any more may be NULL."""
    if column.nullable and not found.nullable:
        altered = altered_in(modify, column.name) or new_in(modify, schema, found, column)
        altered.modify_nullable = True


def _follow_type(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    column: Column[Any],
    actual: ColumnFacts,
) -> None:
    """The sequence of a SERIAL column ends where the column's type does."""
    counter, altered = actual.counter, altered_in(modify, column.name)
    retyped = altered is not None and altered.modify_type is not None
    if counter is None or counter.kind != SERIAL or not retyped:
        return
    sides = sides_of(context)
    twin = sides.twin(column.table)
    wanted = twin.columns.get(column.name) if twin else None
    if wanted is None or wanted.counter is None or wanted.counter.kind != SERIAL:
        return
    assert context.dialect is not None
    alter = f"ALTER SEQUENCE {quoted(context.dialect, schema, counter.sequence)} AS"
    modify.ops.append(Sql(f"{alter} {wanted.type}", f"{alter} {actual.type}"))


def _nothing(counter: Counter | None) -> str:
    return f"no {counter.kind if counter else ''}"


def _is_obviously_same(
    context: AutogenContext, column: Column[Any], actual: Counter | None
) -> bool:
    """Whether nobody needs to ask the server what the model means."""
    assert context.dialect is not None
    identity = column.identity if context.dialect.supports_identity_columns else None
    if identity is not None:
        plain = not any(getattr(identity, option, None) for option in _OPTIONS)
        return actual == Counter(IDENTITY) and plain
    named = has_own_sequence(context.dialect, column) and column.server_default is None
    if named and (actual is None or actual.kind != IDENTITY):
        return True  # a counter that is there all the same does no harm: nothing asks it
    # Where there are no identity columns, Identity() means a column that counts.
    free = column.server_default is None or column.identity is not None
    counts = column is column.table._autoincrement_column and free
    return counts == (actual is not None) and (actual is None or actual.kind != IDENTITY)


def _counted(
    context: AutogenContext, schema: str | None, column: Column[Any], facts: ColumnFacts
) -> CountedColumn:
    dialect = context.dialect
    assert dialect is not None
    return CountedColumn(
        f"{quoted(dialect, schema)}." if schema else "",
        column.table.name,
        column.name,
        lambda name: quoted(dialect, name),
        facts.counter,
        facts.type or "",
        None if facts.counter else facts.default,
        facts.definition,
    )
