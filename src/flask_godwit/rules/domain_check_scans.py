"""A constraint of a domain is tested in every table that uses it while nobody can write to them.

NOT VALID, then VALIDATE CONSTRAINT, as with a table.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("alter_domain",)
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if not case.action.has("validated"):
        return None
    return Hazard(f"Nobody can write to any table that uses {case.action.name} while it lasts.")
