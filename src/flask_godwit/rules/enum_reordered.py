"""The values of an ENUM get other places, or go.

MySQL stores the place of a value: the table is copied, and a value that is gone makes rows fail.
Values that come at the end cost nothing.
"""

from __future__ import annotations

import re

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("modify_column",)
DIALECTS = ("mysql", "mariadb")
SPARES_SMALL = False


def _values(type_: str) -> list[str]:
    return re.findall(r"'(?:[^']|'')*'", type_)


def hazard(case: Case) -> Hazard | None:
    if case.column is None or not case.action.type.lower().startswith(("enum", "set")):
        return None
    old, new = _values(case.column.type), _values(case.action.type)
    if not old or new[: len(old)] == old:
        return None
    return Hazard(
        f"{case.wait} {case.place} had {', '.join(old)}.",
        "# Keep the values in their order, and add new ones at the end.",
    )
