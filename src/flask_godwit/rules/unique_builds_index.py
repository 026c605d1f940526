"""The index of a unique constraint is built while nobody can read or write.

Build it as a unique index CONCURRENTLY, and make the constraint of that.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("add_unique",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if action.has("using index"):
        return None
    return Hazard(
        case.wait,
        "with op.get_context().autocommit_block():\n"
        f'    op.create_index("{action.name}", "{action.table}", {case.quoted(*action.columns)},'
        " unique=True, postgresql_concurrently=True)\n"
        f"op.execute('ALTER TABLE {action.table} ADD CONSTRAINT {action.name}"
        f" UNIQUE USING INDEX {action.name}')",
    )
