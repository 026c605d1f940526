"""A primary key of 32 bits ends at 2,147,483,647.

Changing it later writes the table anew, and all tables that refer to it.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "info"
KINDS = ("create_table",)
DIALECTS = ("postgresql", "mysql", "mariadb")
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    keys = {
        name
        for part in case.action.parts
        if part.kind == "add_primary_key"
        for name in part.columns
    }
    narrow = [
        part.name
        for part in case.action.parts
        if part.kind == "add_column"
        and (part.name in keys or part.has("primary key"))
        and part.type.upper() in ("INTEGER", "INT", "SERIAL", "SMALLINT")
    ]
    if not narrow:
        return None
    return Hazard(f"{case.action.table}.{narrow[0]} ends at 2,147,483,647.", "# sa.BigInteger")
