"""A table that no model has any more, read in full: so that it comes back as it was.

SQLAlchemy leaves out how an index is sorted, CHECKs that stand in a column, what excludes rows,
and what is checked at the end of a transaction.
"""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import CheckConstraint, Table

from ...dialects.facts import TableFacts
from .deferrals import complete_deferrals
from .exclusions import dropped_exclusions
from .indexes import complete_drops
from .sides import sides_of
from .text import literally


def complete_dropped(
    context: AutogenContext, modify: ops.ModifyTableOps, schema: str | None, found: Table
) -> None:
    """Add to what is known of a table what its database says beyond that."""
    facts = sides_of(context).actual(context, schema, found.name)
    if facts is None:
        return
    complete_drops(modify, schema, found, facts)
    modify.ops += dropped_exclusions(context, schema, found, facts)
    complete_deferrals(found, facts)
    if sides_of(context).database.checks_in_columns:
        _complete_columns(found, facts)


def _complete_columns(found: Table, facts: TableFacts) -> None:
    known = {str(c.sqltext) for c in found.constraints if isinstance(c, CheckConstraint)}
    for column in found.columns:
        actual = facts.columns.get(column.name)
        if actual is not None and actual.check is not None and actual.check not in known:
            CheckConstraint(literally(actual.check))._set_parent_with_dispatch(column)
