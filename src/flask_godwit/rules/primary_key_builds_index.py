"""The index of a primary key is built while nobody can read or write.

Build it as a unique index CONCURRENTLY, and make the key of that. Its columns must be NOT NULL
before, otherwise every row is read.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("add_primary_key", "replace_primary_key")
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if action.has("using index"):
        return None
    name = action.name or f"{action.table}_pkey"
    return Hazard(
        case.wait,
        "with op.get_context().autocommit_block():\n"
        f'    op.create_index("{name}", "{action.table}", {case.quoted(*action.columns)},'
        " unique=True, postgresql_concurrently=True)\n"
        f"op.execute('ALTER TABLE {action.table} ADD CONSTRAINT {name} PRIMARY KEY USING"
        f" INDEX {name}')",
    )
