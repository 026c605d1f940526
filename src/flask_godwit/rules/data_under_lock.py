"""Rows are written while the table is locked by a change of its schema.

Everything in a revision is one transaction: the lock of ALTER TABLE stays until the last row is
written. Put the data into a revision of its own.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("update", "delete", "insert")
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    strong = {
        "add_column",
        "drop_column",
        "alter_type",
        "set_not_null",
        "add_check",
        "add_foreign_key",
    }
    if not any(held.kind in strong and held.table == case.table for held in case.held):
        return None
    return Hazard(
        f"Nobody can read or write {case.table} until the rows are written: it is locked since the"
        " change before.",
        f'# op.backfill("{case.table}", {{…}}, where="…") commits first, and goes in batches.',
    )
