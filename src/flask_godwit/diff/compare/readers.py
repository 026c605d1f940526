"""What reads what changes meanwhile: away before that, and there again after it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Computed, Table

from ...dialects.facts import TableFacts
from ..computed_order import is_about
from ..names import Key
from ..steps import Sql
from .checks import dropped_check
from .computed_readers import computed_readers, exchanged, gone_for_good
from .default_readers import Column, defaults_aside
from .exclusions import dropped_exclusions
from .indexes import dropped_index, has_columns_only
from .keys_on_columns import dropped_keys
from .names import final_name
from .sides import sides_of
from .spoken import Spoken
from .text import names_in

_Steps = list[ops.MigrateOperation]


class Aside(NamedTuple):
    """What comes before something changes, right after it, and at the end of all."""

    before: _Steps
    after: _Steps
    last: _Steps


def set_aside(
    context: AutogenContext,
    upgrade: ops.UpgradeOps,
    spoken_of: Callable[[Key], Spoken],
    seen_to: Collection[Column] = (),
) -> Aside:
    """Set aside what reads; what goes for good is taken over.

    :param seen_to: columns whose defaults are somebody else's affair.
    """
    found = Aside([], [], [])
    for table in context.sorted_tables:
        schema = None if table.schema == context.dialect.default_schema_name else table.schema
        key = schema, table.name
        facts, spoken = sides_of(context).actual(context, *key), spoken_of(key)
        if facts is None:
            continue
        for exclusion in dropped_exclusions(context, schema, table, _speaking(facts, spoken)):
            found.before.append(exclusion)
            if not _takes(upgrade, exclusion):
                found.after.append(exclusion.reverse())
        _blocks(context, upgrade, table, (facts, spoken), found)
        first, last = defaults_aside(context, upgrade, table, (facts, spoken), seen_to)
        found.before.extend(first)
        found.last.extend(last)
    found.before[:0] = _dropped_before(context, upgrade, spoken_of)
    return found


def _dropped_before(
    context: AutogenContext, upgrade: ops.UpgradeOps, spoken_of: Callable[[Key], Spoken]
) -> _Steps:
    """Tables that go do so first if one of them speaks, and come back when that is there again."""
    gone = {(o.schema, o.table_name) for o in upgrade.ops if isinstance(o, ops.DropTableOp)}
    for key in gone:
        facts = sides_of(context).actual(context, *key)
        if facts is not None and any(map(spoken_of(key).is_used_in, _expressions(facts))):
            kinds = (ops.DropTableOp, ops.ModifyTableOps)
            first: _Steps = [
                op
                for op in upgrade.ops
                if isinstance(op, kinds) and (op.schema, op.table_name) in gone
            ]
            upgrade.ops = [op for op in upgrade.ops if op not in first]
            return first
    return []


def _expressions(facts: TableFacts) -> Iterator[str]:
    for column in facts.columns.values():
        yield from filter(None, (column.default, column.computed))
    yield from (text for _, text in facts.checks)
    yield from facts.indexes.values()
    yield from facts.exclusions.values()


def _blocks(
    context: AutogenContext,
    upgrade: ops.UpgradeOps,
    table: Table,
    read: tuple[TableFacts, Spoken],
    found: Aside,
) -> None:
    """CHECKs, indexes and generated columns, which stand in blocks of their table."""
    assert context.dialect is not None
    schema = None if table.schema == context.dialect.default_schema_name else table.schema
    key, readers = (schema, table.name), computed_readers(*read)
    computed = {name for name in readers if _is_computed(table, name)}
    first = gone_for_good(context, upgrade, key, readers - computed)
    drops = list(_drops(context, table, *read, computed))
    columns = [ops.DropColumnOp(table.name, name, schema=schema) for name in sorted(computed)]
    going = {_name(op): op for op in _taken(upgrade, key, [*drops, *columns])}
    again = [op for op in reversed(drops) if _name(op) not in going]
    first += [going.get(_name(op), op) for op in drops]
    # A column that comes back in other words does so in the comparison, and its indexes later.
    other = {op.column_name for op in columns if _name(op) in going}
    first += [op for op in going.values() if isinstance(op, ops.DropColumnOp)]
    late = [_again(context, table, op) for op in again if is_about(op, other)]
    anew = list(exchanged(upgrade, key, table, read[0], computed - other))
    first += [drop for drop, _ in anew]
    soon: _Steps = [add for _, add in anew]
    soon += [_again(context, table, op) for op in again if not is_about(op, other)]
    for steps, place in ((first, found.before), (soon, found.after), (late, found.last)):
        if steps:
            place.append(ops.ModifyTableOps(table.name, steps, schema=schema))


def _is_computed(table: Table, name: str) -> bool:
    return name in table.columns and isinstance(table.columns[name].server_default, Computed)


def _speaking(facts: TableFacts, spoken: Spoken) -> TableFacts:
    """The exclusion constraints of a table that speak of something."""
    exclusions = {name: text for name, text in facts.exclusions.items() if spoken.is_named_in(text)}
    return replace(facts, exclusions=exclusions)


def _takes(upgrade: ops.UpgradeOps, drop: Any) -> bool:
    """Take out what the comparison drops too, if it does."""
    known = [op for op in upgrade.ops if isinstance(op, Sql) and op.statement == drop.statement]
    upgrade.ops = [op for op in upgrade.ops if op not in known]
    return bool(known)


def _drops(
    context: AutogenContext, table: Table, facts: TableFacts, spoken: Spoken, computed: set[str]
) -> Iterator[ops.MigrateOperation]:
    assert context.dialect is not None
    schema = None if table.schema == context.dialect.default_schema_name else table.schema
    for name, sql in facts.checks:
        if name in facts.inherited_checks:
            continue  # it goes and comes with that of another table
        if spoken.is_named_in(sql) or names_in(sql) & computed:
            yield dropped_check(schema, table, name, sql)
    for name, definition in facts.indexes.items():
        more = frozenset[str]() if has_columns_only(definition) else spoken.columns
        if names_in(definition) & (more | computed) or spoken.is_used_in(definition):
            yield dropped_index(schema, table.name, name, definition)
    yield from dropped_keys(context, schema, table, facts, computed)


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
