"""NOT NULL is tested against every row while nobody can read or write.

A CHECK that says the same can be validated beside the traffic, and SET NOT NULL then believes it.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("set_not_null",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    if case.cost.work != "scan":
        return None
    table, column = case.action.table, case.action.name
    name = f"{column}_not_null"
    return Hazard(
        case.wait,
        f'op.create_check_constraint("{name}", "{table}", "{column} IS NOT NULL",'
        " postgresql_not_valid=True)\n"
        "with op.get_context().autocommit_block():\n"
        f"    op.execute('ALTER TABLE {table} VALIDATE CONSTRAINT {name}')\n"
        f'op.alter_column("{table}", "{column}", nullable=False)\n'
        f'op.drop_constraint("{name}", "{table}")',
    )
