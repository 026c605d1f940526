"""A column gets another name under running code.

Old code fails after it, new code before it. Keep the name in the database, and give the attribute
of the model the new one.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("rename_column",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    old, new = case.action.name, case.action.expression
    return Hazard(
        f"Code that knows {case.place} fails from that moment on, and code that knows"
        f" {new} until then.",
        f'# Keep the column and say it in the model: {new} = mapped_column("{old}")',
    )
