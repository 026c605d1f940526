"""Several statements write the same table anew, one after the other.

One ALTER TABLE with all changes writes it once.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = (
    "modify_column",
    "add_column",
    "drop_column",
    "rebuild",
    "add_primary_key",
    "drop_primary_key",
)
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    if case.cost.work != "rewrite":
        return None
    before = [
        one for one in case.earlier if one.kind == case.action.kind and one.kind == "modify_column"
    ]
    if not any(one.table == case.action.table for one in before):
        return None
    return Hazard(
        f"{case.action.table} is written anew once more.",
        "# Write the changes into one op.execute('ALTER TABLE …, …').",
    )
