"""A name is longer than the database keeps.

PostgreSQL cuts it off without a word, and the next comparison with the models finds another name.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("create_table", "create_index", "add_column", "add_unique", "add_check", "add_foreign_key")
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    names = (case.action.table, case.action.name, *case.action.columns)
    long = [name for name in names if len(name.rpartition(".")[2].encode()) > 63]
    if not long:
        return None
    return Hazard(f"{long[0]} is cut off after 63 bytes.", "# Give it a shorter name.")
