"""A value of an enumeration gets another name under running code.

Code that knows the old name can neither read nor write it. Add the new value, let the application
read both, convert the rows, and leave the old value.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("rename_enum_value",)
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    return Hazard(
        f"Code that knows {case.action.expression!r} fails from that moment on.",
        f"# Add the new value to {case.action.name} instead, and convert the rows in batches.",
    )
