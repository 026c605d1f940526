"""``ON CONFLICT`` of SQLite's unique constraints, of which neither SQLAlchemy nor Alembic reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alembic.operations import ops
from sqlalchemy import Table, UniqueConstraint

from ...dialects.facts import TableFacts

_OPTION = "sqlite_on_conflict"


def compare_conflicts(
    modify: ops.ModifyTableOps,
    found: Table,
    table: Table,
    facts: TableFacts,
) -> Iterator[ops.MigrateOperation]:
    """The operations that make constraints anew which deal with conflicts in another way."""
    if facts.conflicts is None:
        return
    wanted = _wanted(table)
    changed = list(_complete(modify.ops, wanted, facts.conflicts))
    actual = {_columns(each): each for each in _uniques(found)}
    for each in sorted(_uniques(table), key=_columns):
        columns = _columns(each)
        same = wanted.get(columns) == facts.conflicts.get(columns)
        if same or columns in changed or columns not in actual:
            continue
        again = [
            ops.DropConstraintOp.from_constraint(actual[columns]),
            ops.CreateUniqueConstraintOp.from_constraint(each),
        ]
        list(_complete(again, wanted, facts.conflicts))
        yield from again


def complete_conflicts(found: Table, facts: TableFacts) -> None:
    """Let a table that was read know how its constraints deal with conflicts."""
    for constraint in _uniques(found):
        said = (facts.conflicts or {}).get(_columns(constraint))
        if said:
            constraint.kwargs[_OPTION] = said


def _complete(
    operations: list[ops.MigrateOperation],
    wanted: Mapping[tuple[str, ...], str],
    actual: Mapping[tuple[str, ...], str],
) -> Iterator[tuple[str, ...]]:
    """Say it in what makes a constraint, now or on the way back; yields the columns of each."""
    for operation in operations:
        is_drop = isinstance(operation, ops.DropConstraintOp)
        made = operation._reverse if is_drop else operation  # type: ignore[attr-defined]
        if isinstance(made, ops.CreateUniqueConstraintOp):
            columns = tuple(str(getattr(column, "name", column)) for column in made.columns)
            said = (actual if is_drop else wanted).get(columns)
            made.kw.update({_OPTION: said} if said else {})
            yield columns


def _wanted(table: Table) -> dict[tuple[str, ...], str]:
    return {_columns(each): said for each in _uniques(table) if (said := _said(each))}


def _said(constraint: UniqueConstraint) -> str:
    """As SQLAlchemy finds it when it makes a table: one on a single column may leave it to that."""
    said = constraint.dialect_options["sqlite"]["on_conflict"]
    if said is None and len(constraint.columns) == 1:
        said = next(iter(constraint.columns)).dialect_options["sqlite"]["on_conflict_unique"]
    return str(said or "").upper()


def _uniques(table: Table) -> Iterator[UniqueConstraint]:
    return (each for each in table.constraints if isinstance(each, UniqueConstraint))


def _columns(constraint: Any) -> tuple[str, ...]:
    return tuple(column.name for column in constraint.columns)
