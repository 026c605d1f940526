"""A column of type json can't be compared: SELECT DISTINCT and UNION on the table fail.

jsonb can, and has indexes.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import executed, instead, said_alone

LEVEL = "warning"
KINDS = ("add_column", "alter_type")
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if case.action.type.lower() != "json":
        return None
    what = f"Queries with DISTINCT, UNION or GROUP BY that have {case.place} in their result fail."
    sql = said_alone(case)
    if sql and (case.action.traits or case.action.kind != "add_column"):
        return Hazard(what, executed(instead(sql, "json", "jsonb")))
    return Hazard(
        what,
        f"op.add_column({case.table_in_python}, sa.Column({literal(case.action.name)},"
        f" sa.dialects.postgresql.JSONB()){case.schema_in_python})",
    )
