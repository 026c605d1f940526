"""CONCURRENTLY stands in a transaction, where PostgreSQL refuses it.

A revision is one transaction. autocommit_block() leaves it for what stands in the block.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("create_index", "drop_index", "reindex", "detach_partition")
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if not (case.action.has("concurrently") and case.transactional):
        return None
    return Hazard(
        "PostgreSQL refuses it: CONCURRENTLY cannot run inside a transaction block.",
        'with op.get_context().autocommit_block():\n    op.execute("""' + case.sql + '""")',
    )
