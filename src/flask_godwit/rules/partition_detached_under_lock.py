"""A partition is detached while nobody can read or write the whole table.

CONCURRENTLY does it beside the traffic, from PostgreSQL 14 on; not where there is a DEFAULT
partition.
"""

from __future__ import annotations

from .case import Case, Hazard
from .spelling import executed

LEVEL = "warning"
KINDS = ("detach_partition",)
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if case.action.has("concurrently") or case.facts.is_before(14):
        return None
    if case.action.table in case.facts.with_default:
        return Hazard(
            f"Nobody can read or write {case.action.table} until every query of it has ended."
            " PostgreSQL refuses CONCURRENTLY while it has a DEFAULT partition."
        )
    partition = case.in_sql(case.action.name)
    detach = f"ALTER TABLE {case.table_in_sql} DETACH PARTITION {partition} CONCURRENTLY"
    return Hazard(
        f"Nobody can read or write {case.action.table} until every query of it has ended.",
        "with op.get_context().autocommit_block():\n"
        f"    {executed(detach)}\n"
        f"# {case.action.name} keeps a CHECK that says which rows it held.",
    )
