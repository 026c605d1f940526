"""What reads a column of an enumeration: away while the type is made anew.

A CHECK or an index that compares the column with a value speaks of the old type, and PostgreSQL
finds no operator between both. A generated column does not even let it change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table

from ...dialects.facts import DomainType, EnumType, TableFacts
from ..names import Key
from ..steps import Sql
from .checks import dropped_check
from .exclusions import dropped_exclusions
from .indexes import dropped_index, has_columns_only
from .keys_on_columns import dropped_keys
from .names import final_name
from .sides import sides_of
from .text import casts_in, names_in

_Steps = list[ops.MigrateOperation]


def aside(
    context: AutogenContext, upgrade: ops.UpgradeOps, changing: Iterable[EnumType | DomainType]
) -> tuple[_Steps, _Steps]:
    """What comes before the types change and after it; what goes for good is taken over."""
    columns: dict[Key, set[str]] = {}
    types: dict[Key, set[str]] = {}
    for type_ in changing:
        for user in type_.users:
            columns.setdefault((user.schema, user.table), set()).add(user.column)
            types.setdefault((user.schema, user.table), set()).add(type_.name)
    before: _Steps = []
    after: _Steps = []
    for table in context.sorted_tables:
        schema = None if table.schema == context.dialect.default_schema_name else table.schema
        read = columns.get((schema, table.name), set())
        facts = sides_of(context).actual(context, schema, table.name) if read else None
        said = types.get((schema, table.name), set())
        if facts is None:
            continue
        for exclusion in dropped_exclusions(context, schema, table, _speaking(facts, read, said)):
            before.append(exclusion)
            if not _takes(upgrade, exclusion):
                after.append(exclusion.reverse())
        drops = list(_drops(context, table, facts, read, said))
        if not drops:
            continue
        going = {_name(op): op for op in _taken(upgrade, (schema, table.name), drops)}
        stay = [op for op in drops if _name(op) not in going]
        first = [going.get(_name(op), op) for op in drops]
        before.append(ops.ModifyTableOps(table.name, first, schema=schema))
        again = [_again(context, table, op) for op in reversed(stay)]
        after += [ops.ModifyTableOps(table.name, again, schema=schema)] if again else []
    return before, after


def _speaking(facts: TableFacts, columns: set[str], types: set[str]) -> TableFacts:
    """The exclusion constraints of a table that speak of columns or types."""
    exclusions = {
        name: text
        for name, text in facts.exclusions.items()
        if names_in(text) & columns or casts_in(text) & types
    }
    return replace(facts, exclusions=exclusions)


def _takes(upgrade: ops.UpgradeOps, drop: Any) -> bool:
    """Take out what the comparison drops too, if it does."""
    known = [op for op in upgrade.ops if isinstance(op, Sql) and op.statement == drop.statement]
    upgrade.ops = [op for op in upgrade.ops if op not in known]
    return bool(known)


def _drops(
    context: AutogenContext, table: Table, facts: TableFacts, columns: set[str], types: set[str]
) -> Iterator[ops.MigrateOperation]:
    schema = None if table.schema == context.dialect.default_schema_name else table.schema
    computed = {
        name
        for name, column in facts.columns.items()
        if column.computed
        and ((names_in(column.computed) | {name}) & columns or casts_in(column.computed) & types)
        and name in table.columns
    }
    for name, sql in facts.checks:
        if names_in(sql) & (columns | computed) or casts_in(sql) & types:
            yield dropped_check(schema, table, name, sql)
    for name, definition in facts.indexes.items():
        more = set() if has_columns_only(definition) else columns
        if names_in(definition) & (more | computed) or casts_in(definition) & types:
            yield dropped_index(schema, table.name, name, definition)
    yield from dropped_keys(context, schema, table, facts, computed)
    for name in sorted(computed):
        column = table.columns[name]
        yield ops.DropColumnOp.from_column_and_tablename(schema, table.name, column)


def _taken(
    upgrade: ops.UpgradeOps, key: Key, drops: Iterable[ops.MigrateOperation]
) -> list[ops.MigrateOperation]:
    """Those that the comparison drops too, out of their blocks."""
    names = {_name(op) for op in drops}
    found: list[ops.MigrateOperation] = []
    for block in [op for op in upgrade.ops if isinstance(op, ops.ModifyTableOps)]:
        if (block.schema, block.table_name) != key:
            continue
        mine = [op for op in block.ops if _name(op) in names]
        found += mine
        block.ops = [op for op in block.ops if op not in mine]
        if not block.ops:
            upgrade.ops.remove(block)
    return found


def _name(operation: Any) -> tuple[str, str] | None:
    if isinstance(operation, ops.DropIndexOp):
        return "index", str(operation.index_name)
    if isinstance(operation, ops.DropColumnOp):
        return "column", operation.column_name
    if isinstance(operation, ops.DropConstraintOp):
        return "constraint", str(operation.constraint_name)
    return None


def _again(
    context: AutogenContext, table: Table, operation: ops.MigrateOperation
) -> ops.MigrateOperation:
    """As the model says, or else as it was."""
    assert context.dialect is not None
    if isinstance(operation, ops.DropIndexOp):
        for index in table.indexes:
            if final_name(context.dialect, index) == operation.index_name:
                return ops.CreateIndexOp.from_index(index)
    return operation.reverse()
