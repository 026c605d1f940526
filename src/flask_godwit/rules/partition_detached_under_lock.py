"""A partition is detached while nobody can read or write the whole table.

CONCURRENTLY does it beside the traffic, from PostgreSQL 14 on; not where there is a DEFAULT
partition.
"""

from __future__ import annotations

from .case import Case, Hazard

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
    return Hazard(
        f"Nobody can read or write {case.action.table} until every query of it has ended.",
        "with op.get_context().autocommit_block():\n"
        f"    op.execute('ALTER TABLE {case.action.table} DETACH PARTITION"
        f" {case.action.name} CONCURRENTLY')\n"
        f"# {case.action.name} keeps a CHECK that says which rows it held.",
    )
