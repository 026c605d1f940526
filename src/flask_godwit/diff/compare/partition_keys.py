"""How PostgreSQL's tables are partitioned: no statement gives a table another way of that."""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table

from ...dialects.facts import Place, TableFacts
from ...errors import ChangeRefused
from ..names import said
from ..steps import flat
from .sides import sides_of

_BY_HAND = (
    "In a revision of your own, give {0} another name, make the table anew, copy its rows, and"
    " drop the old one."
)


def note_partition_key(
    context: AutogenContext, schema: str | None, table: Table, facts: TableFacts
) -> None:
    """Say that a table is not partitioned as its model is, since no script can bring that along."""
    sides = sides_of(context)
    option = sides.database.partitioned_by
    before, given = facts.said.get(option), table.kwargs.get(option) if option else None
    if not (before or given):
        return
    twin = sides.twin(table)
    after = twin.said.get(option) if twin else given
    # What the server refuses to make it has not put in its own words, either.
    if before == after or (twin is None and before and after):
        return
    place = said((schema, table.name))
    sides.notes.append(
        f"{place} is {_words(before)} in the database, and {_words(after)} in the models."
        f" {sides.database.name} can't change that. {_BY_HAND.format(place)}"
    )


def refuse_columns(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Have changes refused of columns in the partition key of a table that stays."""
    for operation in flat(upgrade):
        if not isinstance(operation, ops.AlterColumnOp | ops.DropColumnOp):
            continue
        if isinstance(operation, ops.AlterColumnOp) and operation.modify_type is None:
            continue
        schema, table, name = operation.schema, operation.table_name, operation.column_name
        facts = sides_of(context).actual(context, schema, table)
        column = facts.columns.get(name) if facts else None
        if column is not None and column.divides:
            change = "dropped" if isinstance(operation, ops.DropColumnOp) else "given another type"
            subject = f"Column {said((schema, table), name)} can't be {change}"
            refuse(context, Place(schema, table, name), subject, _BY_HAND)


def refuse(context: AutogenContext, user: Place, subject: str, hint: str) -> None:
    """Have a script refused that the server would refuse.

    :param user: a column in a partition key.
    :param subject: what can't be done.
    :param hint: with ``{}`` in the place of the table.
    """
    sides = sides_of(context)
    table, column = (said((user.schema, user.table), *more) for more in ((), (user.column,)))
    why = (
        f"{column} is in the partition key of {table}, of which {sides.database.name} changes none"
    )
    sides.refused.append(ChangeRefused(f"{subject}: {why}.", hint=hint.format(table)))


def _words(key: str | None) -> str:
    return f"PARTITION BY {key}" if key else "not partitioned"
