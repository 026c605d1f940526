"""An index is dropped while nobody can read or write.

DROP INDEX takes the strongest lock on the table: it waits for every query that runs, and all
others wait behind it. CONCURRENTLY waits for them alone.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("drop_index",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    if case.action.has("concurrently"):
        return None
    return Hazard(
        case.wait,
        "with op.get_context().autocommit_block():\n"
        f'    op.drop_index("{case.action.name}", table_name="{case.table}",'
        " postgresql_concurrently=True)",
    )
