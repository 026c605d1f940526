"""The index of a primary key is built while nobody can read or write.

Build it as a unique index CONCURRENTLY, and make the key of that. Its columns must be NOT NULL
before, otherwise every row is read.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import executed, schema_and_name

LEVEL = "error"
KINDS = ("add_primary_key", "replace_primary_key")
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if action.has("using index"):
        return None
    name = action.name or f"{schema_and_name(action.table)[1]}_pkey"
    index = case.in_sql(name)
    constraint = f"ADD CONSTRAINT {index} PRIMARY KEY USING INDEX {index}"
    return Hazard(
        case.wait,
        case.update_first
        or "with op.get_context().autocommit_block():\n"
        f"    op.create_index({literal(name)}, {case.table_in_python},"
        f" {case.quoted(*action.columns)}{case.schema_in_python},"
        " unique=True, postgresql_concurrently=True)\n"
        f"{executed(f'ALTER TABLE {case.table_in_sql} {constraint}')}",
    )
