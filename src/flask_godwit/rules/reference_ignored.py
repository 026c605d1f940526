"""A foreign key is written where MySQL reads over it.

Before 9.0 it takes ``REFERENCES`` after a column's type without a word, and makes no foreign key.
Write it as a constraint.
"""

from __future__ import annotations

from ..sql.action import Action
from .case import Case, Hazard

LEVEL = "error"
KINDS = ("add_column", "create_table")
DIALECTS = ("mysql",)
SPARES_SMALL = False
SPARES_NEW = False


def hazard(case: Case) -> Hazard | None:
    if case.facts.version >= (9,):  # where nobody asked, it may be an older one
        return None
    columns = [one for one in _columns(case.action) if one.referred]
    if not columns:
        return None
    name, referred = columns[0].name, columns[0].referred[0]
    return Hazard(
        f"MySQL before 9.0 makes no foreign key from {case.action.table}.{name} to {referred}.",
        f"# Write it as a constraint: FOREIGN KEY ({name}) REFERENCES {referred} (…)",
    )


def _columns(action: Action) -> tuple[Action, ...]:
    if action.kind == "add_column":
        return (action,)
    return tuple(part for part in action.parts if part.kind == "add_column")
