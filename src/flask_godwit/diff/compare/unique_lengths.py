"""Unique constraints of MySQL, which are indexes there: one may have the beginnings of texts.

No constraint of a model says that, and SQLAlchemy reads nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table, UniqueConstraint

from ...dialects.facts import TableFacts
from .indexes import dropped_index
from .names import final_name

_LENGTH = re.compile(r"`\(\d+\)")


def compare_lengths(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    table: Table,
    facts: TableFacts,
) -> Iterator[ops.MigrateOperation]:
    """Have such an index go as what it is, also where Alembic takes it for the constraint."""
    more = {name: text for name, text in facts.indexes.items() if _LENGTH.search(text)}
    seen = {getattr(op, "constraint_name", None) for op in modify.ops}
    seen |= {getattr(op, "index_name", None) for op in modify.ops}
    for place, op in enumerate(modify.ops):
        name = str(op.constraint_name) if isinstance(op, ops.DropConstraintOp) else ""
        if name in more and op.constraint_type == "unique":  # type: ignore[attr-defined]
            modify.ops[place] = dropped_index(schema, table.name, name, more[name])
    assert context.dialect is not None
    declared = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    for constraint in sorted(declared, key=lambda each: str(each.name)):
        name = final_name(context.dialect, constraint) or ""
        if name in more and name not in seen:
            yield dropped_index(schema, table.name, name, more[name])
            yield ops.CreateUniqueConstraintOp.from_constraint(constraint)
