"""A column that is UNIQUE or a key builds an index in the same statement.

Add the column, and build the index by itself: PostgreSQL blocks everybody meanwhile, MySQL and
MariaDB write the whole table anew, where a column alone is there at once.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("add_column",)
DIALECTS = ("postgresql", "mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if not action.traits & {"unique", "primary key"} or action.has("auto increment"):
        return None
    add = f"op.execute('ALTER TABLE {action.table} ADD COLUMN {action.name} {action.type}')\n"
    if action.has("primary key"):
        return Hazard(case.wait, f"{add}# Fill it in batches, and make it the primary key then.")
    named = f'"{action.table}", ["{action.name}"]'
    if case.facts.dialect != "postgresql":
        return Hazard(case.wait, f'{add}op.create_unique_constraint("{action.name}", {named})')
    name = f"{action.table}_{action.name}_key"
    return Hazard(
        case.wait,
        f"{add}with op.get_context().autocommit_block():\n"
        f'    op.create_index("{name}", {named}, unique=True, postgresql_concurrently=True)\n'
        f"op.execute('ALTER TABLE {action.table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}')",
    )
