"""Row level security or a rule changes which rows running code sees.

Make the policies before it is enabled: without one nobody sees a row.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("alter_security",)
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    return Hazard(f"Code sees other rows of {case.action.table} from that moment on.")
