"""A foreign key has no index: deleting a row that it refers to reads the whole table."""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("add_foreign_key", "add_column")
DIALECTS = ("postgresql", "sqlite")


def hazard(case: Case) -> Hazard | None:
    known = case.facts.table(case.action.table)
    if known is None or not case.action.referred:
        return None
    columns = case.action.columns or (case.action.name,)
    made = [one.columns for one in case.earlier if one.kind == "create_index"]
    if any(keys[: len(columns)] == columns for keys in (*known.indexes.values(), *made)):
        return None
    return Hazard(
        f"Deleting from {', '.join(case.action.referred)} reads all of"
        f" {case.action.table} for each row.",
        f"# Create an index on {case.action.table} ({', '.join(columns)}) first.",
    )
