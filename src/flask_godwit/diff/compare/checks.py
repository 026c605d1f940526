"""CHECK constraints: added, dropped, changed, with a name or without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import CheckConstraint, Table
from sqlalchemy.sql.elements import conv

from ...dialects.facts import TableFacts
from ..column_checks import checks_of, without_checks
from .names import final_name
from .rewording import reworded_in, rewords
from .sides import sides_of
from .text import alike, in_same_words, literally, names_in, written

Check = tuple[str | None, str]


def compare_checks(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    table: Table,
    facts: TableFacts,
) -> Iterator[ops.MigrateOperation]:
    """The operations that give a table the CHECKs of its model."""
    declared = [c for c in table.constraints if isinstance(c, CheckConstraint)]
    if not sides_of(context).database.checks_in_columns:
        declared += [check for column in table.columns for check in checks_of(column)]
    found = [
        check
        for check in _found_in(context, facts, declared)
        if _is_looked_at(context, schema, table, check[0])
    ]
    if not found and not declared:
        return
    is_reworded, retyped = rewords(context, modify), reworded_in(context, modify)
    again = [check for check in found if is_reworded(check[1])]
    reads = any(names_in(sql) & retyped for _, sql in found)
    if _obviously_same(context, found, declared) and not again and not reads:
        return
    twin = sides_of(context).twin(table)
    if twin is None:
        return
    named = {name: c for c in declared if (name := _name(context, c))}
    wanted = _found_in(context, twin, declared)
    gone, new = _differences(found, wanted, named)
    pairs = {check: check for check in again}
    pairs |= dict(_in_other_words(found, wanted, retyped))
    pairs = {check: after for check, after in pairs.items() if check not in gone}
    gone, new = [*gone, *pairs], [*new, *pairs.values()]
    if not sides_of(context).database.checks_in_columns:
        new = _not_in_columns(context, modify, new)
    for name, sql in gone:
        if _include(context, _constraint(name, sql), name, reflected=True):
            yield dropped_check(schema, table, name, sql)
    # Where new words alone make one anew, it keeps its name; MySQL numbers those without any.
    taken = {name for name, _ in found} - {name for name, _ in (gone if retyped else pairs)}
    for name, sql in new:
        if _include(context, named.get(name or "") or _constraint(name, sql), name, False):
            yield _create(context, schema, table, named.get(name or ""), (name, sql), taken)


def _found_in(
    context: AutogenContext, facts: TableFacts, declared: Sequence[CheckConstraint]
) -> list[Check]:
    """The CHECKs of a table, but for those of others that its model need not say and does not."""
    said = {_name(context, constraint) for constraint in declared} if facts.inherited_checks else ()
    return [(n, sql) for n, sql in facts.checks if n not in facts.inherited_checks or n in said]


def _obviously_same(
    context: AutogenContext, found: Sequence[Check], declared: Sequence[CheckConstraint]
) -> bool:
    left = list(found)
    for constraint in declared:
        name, sql = _name(context, constraint), _sql(context, constraint)
        match = next((c for c in left if (name is None or c[0] == name) and alike(c[1], sql)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _differences(
    found: Sequence[Check], wanted: Sequence[Check], named: dict[str, CheckConstraint]
) -> tuple[list[Check], list[Check]]:
    """What is there too much, and what is missing. Unnamed ones are known by their text."""
    left, missing = list(found), []
    for name, sql in sorted(wanted, key=lambda check: check[0] not in named):
        fits = [c for c in left if alike(c[1], sql) and (name not in named or c[0] == name)]
        if fits:
            left.remove(fits[0])
        else:
            missing.append((name, sql))
    return left, missing


def _in_other_words(
    found: Sequence[Check], wanted: Sequence[Check], retyped: set[str]
) -> Iterator[tuple[Check, Check]]:
    """What says the same of another type: as it is, it would not come back in its own words."""
    for name, sql in found:
        if names_in(sql) & retyped:
            after = next((c for c in wanted if c[0] == name and alike(c[1], sql)), None)
            if after is not None and not in_same_words(after[1], sql):
                yield (name, sql), after


def _not_in_columns(
    context: AutogenContext, modify: ops.ModifyTableOps, new: Sequence[Check]
) -> list[Check]:
    """What new columns don't bring along. What can't be recognised is taken out of them."""
    left = list(new)
    for operation in modify.ops:
        checks = checks_of(operation.column) if isinstance(operation, ops.AddColumnOp) else []
        found = [_found(left, _sql(context, check)) for check in checks]
        if None in found:
            operation.column = without_checks(operation.column)  # type: ignore[attr-defined]
            continue
        left = [check for check in left if check not in found]
    return left


def _found(checks: Sequence[Check], sql: str) -> Check | None:
    return next((check for check in checks if alike(check[1], sql)), None)


def _name(context: AutogenContext, constraint: CheckConstraint) -> str | None:
    """The name that a model gives, as the database has it."""
    if constraint.name is None:
        return None
    assert context.dialect is not None
    return final_name(context.dialect, constraint)


def _sql(context: AutogenContext, constraint: CheckConstraint) -> str:
    assert context.dialect is not None
    return written(constraint.sqltext, context.dialect)


def _constraint(name: str | None, sql: str) -> CheckConstraint:
    return CheckConstraint(literally(sql), name=conv(name) if name else None)


def _is_looked_at(
    context: AutogenContext, schema: str | None, table: Table, name: str | None
) -> bool:
    parents: Any = {"table_name": table.name, "schema_name": schema}
    return context.run_name_filters(name, "check_constraint", parents)


def _include(
    context: AutogenContext, constraint: CheckConstraint, name: str | None, reflected: bool
) -> bool:
    kind: Any = "check_constraint"
    return context.run_object_filters(constraint, name, kind, reflected, None)


def dropped_check(
    schema: str | None, table: Table, name: str | None, sql: str
) -> ops.DropConstraintOp:
    """What drops a CHECK, and can make it again of the server's words."""
    final: Any = conv(name) if name else None
    reverse = ops.CreateCheckConstraintOp(final, table.name, literally(sql), schema=schema)
    return ops.DropConstraintOp(final, table.name, type_="check", schema=schema, _reverse=reverse)


def _create(
    context: AutogenContext,
    schema: str | None,
    table: Table,
    declared: CheckConstraint | None,
    twin: Check,
    taken: set[str | None],
) -> ops.MigrateOperation:
    name, sql = twin
    if declared is not None:
        sql = _sql(context, declared)
    elif name is None or name in taken:
        numbers = (f"ck_{table.name}_{number}" for number in range(1, 1000))
        name = next(free for free in numbers if free not in taken)
    taken.add(name)
    return ops.CreateCheckConstraintOp(conv(str(name)), table.name, literally(sql), schema=schema)
