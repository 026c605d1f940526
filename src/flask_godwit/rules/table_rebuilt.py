"""SQLite copies the whole table while nobody can write to the database.

SQLite has no statement for the change, so the table is made anew. Others read the old one
meanwhile.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("rebuild_table",)
DIALECTS = ("sqlite",)


def hazard(case: Case) -> Hazard | None:
    return Hazard(
        case.wait, "# Do it when nobody writes, or set a busy_timeout that is long enough."
    )
