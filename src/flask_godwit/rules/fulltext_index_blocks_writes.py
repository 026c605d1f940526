"""A FULLTEXT or SPATIAL index is built while nobody can write.

There is no other way: do it in a quiet hour.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("create_index", "add_fulltext", "add_spatial")
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    if case.action.kind == "create_index" and not case.action.has("fulltext"):
        return None
    return Hazard(case.wait)
