"""A table is locked by hand, until the transaction ends."""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("lock_table",)
DIALECTS = ("postgresql", "mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    return Hazard(f"{case.wait} The lock stays until the transaction ends.")
