"""A column that is UNIQUE or a key builds an index in the same statement.

Add the column, and build the index by itself: PostgreSQL blocks everybody meanwhile, MySQL and
MariaDB write the whole table anew, where a column alone is there at once.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import added, executed, schema_and_name

LEVEL = "error"
KINDS = ("add_column",)
DIALECTS = ("postgresql", "mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if not action.traits & {"unique", "primary key"} or action.has("auto increment"):
        return None
    add = f"{added(case)}\n"
    if action.has("primary key"):
        return Hazard(case.wait, f"{add}# Fill it in batches, and make it the primary key then.")
    named = f"{case.table_in_python}, {case.quoted(action.name)}{case.schema_in_python}"
    if case.facts.dialect != "postgresql":
        unique = f"op.create_unique_constraint({literal(action.name)}, {named})"
        return Hazard(case.wait, f"{add}{unique}")
    name = f"{schema_and_name(action.table)[1]}_{action.name}_key"
    index = case.in_sql(name)
    constraint = f"ADD CONSTRAINT {index} UNIQUE USING INDEX {index}"
    return Hazard(
        case.wait,
        f"{add}with op.get_context().autocommit_block():\n"
        f"    op.create_index({literal(name)}, {named}, unique=True,"
        " postgresql_concurrently=True)\n"
        f"{executed(f'ALTER TABLE {case.table_in_sql} {constraint}')}",
    )
