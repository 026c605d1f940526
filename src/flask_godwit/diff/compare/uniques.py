"""What Alembic doesn't compare of unique constraints: when they are checked, what they include."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql.elements import conv

from ...dialects.facts import TableFacts, UniqueFacts
from ..names import quoted, said
from ..steps import Sql
from .names import final_name
from .sides import sides_of
from .unique_lengths import compare_lengths

_LATE, _DEFERRED = "DEFERRABLE", "INITIALLY DEFERRED"
_INCLUDE = "postgresql_include"


def compare_uniques(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    table: Table,
    facts: TableFacts,
) -> Iterator[ops.MigrateOperation]:
    """The operations that make such constraints anew."""
    if facts.uniques is None:
        yield from compare_lengths(context, modify, schema, table, facts)
        return
    _complete_drops(modify, facts.uniques)
    seen = {getattr(op, "constraint_name", None) for op in modify.ops}
    declared = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    for constraint in sorted(declared, key=lambda each: str(each.name)):
        name = _name(context, table, constraint)
        actual = facts.uniques.get(name or "")
        if name is None or name in seen or actual is None or actual == _wanted(constraint):
            continue
        create: Any = ops.CreateUniqueConstraintOp.from_constraint(constraint)
        create.constraint_name = conv(name)
        reverse = ops.CreateUniqueConstraintOp(
            conv(name), table.name, create.columns, schema=schema, **options_of(actual)
        )
        yield ops.DropConstraintOp(
            conv(name), table.name, type_="unique", schema=schema, _reverse=reverse
        )
        yield create


def leave_out_merged(context: AutogenContext, modify: ops.ModifyTableOps, table: Table) -> None:
    """Take out what the server does not make of a new table: PostgreSQL makes one constraint of two
    that say the same, as a key that is called unique does.
    """
    made = [op for op in modify.ops if isinstance(op, ops.CreateUniqueConstraintOp)]
    alike = [op for op in made if _says_the_same(op, table)]
    twin = sides_of(context).twin(table) if alike else None
    if twin is None or twin.uniques is None:
        return
    usual = sides_of(context).database.default_name
    for op in alike:
        name = op.constraint_name or usual("uq", table.name, list(op.columns))
        if str(name) not in twin.uniques:
            modify.ops.remove(op)


def _says_the_same(operation: ops.CreateUniqueConstraintOp, table: Table) -> bool:
    """Whether the primary key or another constraint is about the same columns."""
    columns = [str(getattr(column, "name", column)) for column in operation.columns]
    keys = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    others = [[column.name for column in key.columns] for key in (table.primary_key, *keys)]
    return others.count(columns) > 1


def _complete_drops(modify: ops.ModifyTableOps, known: Mapping[str, UniqueFacts]) -> None:
    """Give those that go a way back with all that they were."""
    for operation in modify.ops:
        reverse = operation._reverse if isinstance(operation, ops.DropConstraintOp) else None
        if isinstance(reverse, ops.CreateUniqueConstraintOp):
            more = known.get(str(reverse.constraint_name))
            reverse.kw.update(options_of(more) if more else {})


def as_statements(context: AutogenContext, operations: list[ops.MigrateOperation]) -> None:
    """Have statements for those that include columns: of these Alembic's operation knows nothing,
    and fails.
    """
    for place, operation in enumerate(operations):
        is_drop = isinstance(operation, ops.DropConstraintOp)
        made: Any = operation._reverse if is_drop else operation  # type: ignore[attr-defined]
        if isinstance(made, ops.CreateUniqueConstraintOp) and made.kw.get(_INCLUDE):
            statement = _statement(context, made)
            operations[place] = statement.reverse() if is_drop else statement


def _statement(context: AutogenContext, made: ops.CreateUniqueConstraintOp) -> Sql:
    dialect, options = context.dialect, made.kw
    assert dialect is not None
    columns, include = (
        ", ".join(quoted(dialect, str(getattr(column, "name", column))) for column in names)
        for names in (made.columns, options[_INCLUDE])
    )
    apart = "NULLS NOT DISTINCT " if options.get("postgresql_nulls_not_distinct") else ""
    late = _when(options.get("deferrable"), options.get("initially"))
    table, name = quoted(dialect, made.schema, made.table_name), str(made.constraint_name)
    what = f"unique constraint {name} on {said((made.schema, made.table_name))} ({columns})"
    return Sql(
        f"ALTER TABLE {table} ADD CONSTRAINT {quoted(dialect, name)}"
        f" UNIQUE {apart}({columns}) INCLUDE ({include}) {late}".rstrip(),
        f"ALTER TABLE {table} DROP CONSTRAINT {quoted(dialect, name)}",
        words=f"add {what}",
        back=f"drop {what}",
    )


def complete_uniques(found: Table, facts: TableFacts) -> None:
    """Let a table that was read know all of its constraints."""
    for constraint in found.constraints:
        more = (facts.uniques or {}).get(str(constraint.name))
        if isinstance(constraint, UniqueConstraint) and more:
            options = options_of(more)
            constraint.deferrable = options.pop("deferrable", None)
            constraint.initially = options.pop("initially", None)
            with suppress(ArgumentError):  # SQLAlchemy 2.0.40 has no word for it
                constraint.kwargs.update(options)


def _name(context: AutogenContext, table: Table, constraint: UniqueConstraint) -> str | None:
    assert context.dialect is not None
    columns = [column.name for column in constraint.columns]
    usual = sides_of(context).database.default_name("uq", table.name, columns)
    return final_name(context.dialect, constraint) or usual


def _wanted(constraint: UniqueConstraint) -> UniqueFacts:
    include = constraint.kwargs.get(_INCLUDE) or ()
    names = tuple(str(getattr(column, "name", column)) for column in include)
    return UniqueFacts(_when(constraint.deferrable, constraint.initially), names)


def _when(deferrable: bool | None, initially: str | None) -> str:
    if (initially or "").upper() == "DEFERRED":
        return f"{_LATE} {_DEFERRED}"
    return _LATE if deferrable else ""


def options_of(facts: UniqueFacts) -> dict[str, Any]:
    """What an operation is given beside the columns."""
    options: dict[str, Any] = {_INCLUDE: list(facts.include)} if facts.include else {}
    if facts.late:
        options["deferrable"] = True
    if _DEFERRED in facts.late:
        options["initially"] = "DEFERRED"
    return options
