"""A change of the character set copies the whole table while nobody can write.

Values may become longer than their columns or indexes, and two that differed may be equal.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("convert_charset",)
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    return Hazard(case.wait, "# Use pt-online-schema-change or gh-ost, or a quiet hour.")
