"""Several unique constraints on the same columns, of which one has no name in the model.

Alembic takes any of them for that one. PostgreSQL makes one of two that say the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.sql.elements import conv

from ...dialects.facts import TableFacts
from .names import final_name
from .sides import sides_of
from .standing import once
from .uniques import complete_uniques


def compare_same_columns(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    found: Table,
    table: Table,
    facts: TableFacts,
) -> Iterator[ops.MigrateOperation]:
    """What drops those that are too many, and makes the one without a name where it is missing."""
    if facts.uniques is None:
        return
    assert context.dialect is not None
    complete_uniques(found, facts)
    declared = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    there = {str(each.name): each for each in once(found, UniqueConstraint)}
    for nameless in [each for each in declared if final_name(context.dialect, each) is None]:
        columns = nameless.columns.keys()
        named = {
            str(final_name(context.dialect, each))
            for each in declared
            if each is not nameless and each.columns.keys() == columns
        }
        alike = {name for name, each in there.items() if each.columns.keys() == columns}
        if named or len(alike) > 1:
            yield from _settled(context, modify, nameless, (named, alike), there)


def _settled(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    nameless: UniqueConstraint,
    names: tuple[set[str], set[str]],
    there: dict[str, UniqueConstraint],
) -> Iterator[ops.MigrateOperation]:
    """:param names: those that the model gives, and those that there are."""
    named, alike = names
    twin = sides_of(context).twin(nameless.table)
    usual = sides_of(context).database.default_name(
        "uq", nameless.table.name, nameless.columns.keys()
    )
    if twin is None or twin.uniques is None or usual is None or not alike:
        return
    seen = {getattr(op, "constraint_name", None) for op in modify.ops}
    wanted = named | ({usual} & twin.uniques.keys())
    if usual in wanted and alike <= named:
        create = ops.CreateUniqueConstraintOp.from_constraint(nameless)
        create.constraint_name = conv(usual)
        yield create
    elif usual in alike or len(alike) > 1:
        for name in sorted(alike - wanted - seen):
            if context.run_object_filters(there[name], name, "unique_constraint", True, None):
                yield ops.DropConstraintOp.from_constraint(there[name])
