"""A change of a column copies the whole table while nobody can write.

``upgrade`` copies it while others write, but not a table that has triggers or no primary key.
"""

from __future__ import annotations

from ..dialects.mysql_types import is_same_type
from .case import COPY_OTHERWISE, Case, Hazard

LEVEL = "error"
KINDS = ("modify_column",)
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    if case.cost.algorithm != "COPY":
        return None
    return Hazard(f"{case.wait} {_change(case)}.{case.why_copied}", COPY_OTHERWISE)


def _change(case: Case) -> str:
    new = case.action.type
    if case.column is None:
        return f"{case.place} becomes {new}"
    if is_same_type(case.column.type, new):  # the server and a script may spell it in two ways
        return f"{case.place} stays {new}, and is said anew"
    return f"{case.place} becomes {new} from {case.column.type}"
