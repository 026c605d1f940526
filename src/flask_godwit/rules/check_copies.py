"""A CHECK copies the whole table while nobody can write.

``upgrade`` copies it while others write, but not a table that has triggers or no primary key.
"""

from __future__ import annotations

from .case import COPY_OTHERWISE, Case, Hazard

LEVEL = "error"
KINDS = ("add_check", "alter_constraint")
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    if case.cost.algorithm != "COPY":
        return None
    return Hazard(f"{case.wait}{case.why_copied}", COPY_OTHERWISE)
