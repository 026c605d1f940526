"""One transaction locks several tables, and keeps each until its end.

While it waits for the second, the first is closed to everybody; and two who take them in
different order wait for each other. One table in one revision.
"""

from __future__ import annotations

from ..sql.action import Action
from .case import Case, Hazard

LEVEL = "warning"
KINDS = (
    "add_column",
    "drop_column",
    "rename_column",
    "alter_type",
    "set_not_null",
    "drop_not_null",
    "add_check",
    "add_foreign_key",
    "drop_constraint",
    "drop_table",
    "rename_table",
)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    tables = {held.table for held in case.held if held.kind in KINDS} - case.facts.new
    tables.discard(case.action.table)
    if not tables or any(_is_of(held, case.action.table) for held in case.held):
        return None
    return Hazard(
        f"{', '.join(sorted(tables))} stays locked while {case.action.table} is waited for.",
        f"# Change {case.action.table} in a revision of its own.",
    )


def _is_of(held: Action, table: str) -> bool:
    """Whether an action has locked a table already, perhaps under its name of before."""
    renamed = held.kind == "rename_table" and held.expression == table
    return renamed or held.table == table
