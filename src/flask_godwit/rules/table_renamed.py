"""A table gets another name under running code.

Old code fails after it, new code before it: whichever is deployed first. Keep the name in the
database, or leave a view under the old one until no old code runs.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("rename_table",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    old, new = case.action.table, case.action.expression
    return Hazard(
        f"Code that knows {old} fails from that moment on, and code that knows {new} until then.",
        f'# Keep the table and say it in the model: __tablename__ = "{old}"',
    )
