"""NOT NULL is tested against every row while nobody can read or write.

A CHECK that says the same can be validated beside the traffic, and SET NOT NULL then believes it.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("set_not_null", "add_not_null")
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    if case.cost.work != "scan":
        return None
    table, column = case.action.table, case.action.name
    if case.action.kind == "add_not_null":
        add = f"ALTER TABLE {table} ADD CONSTRAINT {column} NOT NULL {case.action.columns[0]}"
        return Hazard(case.wait, f"op.execute('{add} NOT VALID')\n{_validated(table, column)}")
    name = f"{column}_not_null"
    return Hazard(
        case.wait,
        f'op.create_check_constraint("{name}", "{table}", "{column} IS NOT NULL",'
        " postgresql_not_valid=True)\n"
        f"{_validated(table, name)}\n"
        f'op.alter_column("{table}", "{column}", nullable=False)\n'
        f'op.drop_constraint("{name}", "{table}")',
    )


def _validated(table: str, constraint: str) -> str:
    return (
        "with op.get_context().autocommit_block():\n"
        f"    op.execute('ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}')"
    )
