"""What no model has any more, read in full: so that it comes back as it was.

SQLAlchemy leaves out how an index is sorted, CHECKs that stand in a column, what excludes rows,
and what is checked at the end of a transaction.
"""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import JSON, CheckConstraint, Table

from ...dialects.facts import TableFacts
from .deferrals import complete_deferrals
from .definitions import is_json
from .exclusions import dropped_exclusions
from .indexes import complete_drops
from .sides import sides_of
from .text import literally

_OF_JSON = "utf8mb4_bin"
"""The collation of the long text that MariaDB's JSON is."""


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
        _complete_columns(found, facts, {column.name for column in found.columns})


def complete_dropped_columns(
    context: AutogenContext, found: Table, wanted: Table, facts: TableFacts
) -> None:
    """The same for the columns of a table that stays."""
    if sides_of(context).database.checks_in_columns:
        names = {column.name for column in wanted.columns}
        _complete_columns(found, facts, {c.name for c in found.columns if c.name not in names})


def _complete_columns(found: Table, facts: TableFacts, names: set[str]) -> None:
    known = {str(c.sqltext) for c in found.constraints if isinstance(c, CheckConstraint)}
    for column in found.columns:
        if column.name not in names:
            continue
        actual = facts.columns.get(column.name)
        if actual is None or actual.check is None:
            continue
        if is_json(actual, column) and getattr(column.type, "collation", "") == _OF_JSON:
            column.type = JSON()  # rows may need a value of it
        elif actual.check not in known:
            CheckConstraint(literally(actual.check))._set_parent_with_dispatch(column)
