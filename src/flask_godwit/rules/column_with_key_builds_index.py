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
    return Hazard(
        case.wait,
        f"op.execute('ALTER TABLE {action.table} ADD COLUMN {action.name} {action.type}')\n"
        "with op.get_context().autocommit_block():\n"
        f'    op.create_index("uq_{action.table}_{action.name}", "{action.table}",'
        f' ["{action.name}"],'
        " unique=True, postgresql_concurrently=True)",
    )
