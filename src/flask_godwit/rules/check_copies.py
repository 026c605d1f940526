"""A CHECK copies the whole table while nobody can write.

MySQL adds it at once as NOT ENFORCED, for readers of the schema only; there is no other way.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("add_check", "alter_constraint")
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    if case.cost.algorithm != "COPY":
        return None
    what = f"{case.wait}{case.why_copied}"
    return Hazard(what, "# Use pt-online-schema-change or gh-ost, or a quiet hour.")
