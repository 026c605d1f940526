"""NOT NULL is tested against every row while nobody can read or write.

A CHECK that says the same can be validated beside the traffic, and SET NOT NULL then believes it.
From PostgreSQL 18 on, NOT NULL itself can be NOT VALID at first.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import constraint_name, executed, schema_and_name, validated

LEVEL = "error"
KINDS = ("set_not_null", "add_not_null")
DIALECTS = ("postgresql",)
_CAN_WAIT = (18,)
_LONGEST_NAME = 63


def hazard(case: Case) -> Hazard | None:
    if case.cost.work != "scan":
        return None
    table, column = case.table_in_python, case.action.name
    schema = case.schema_in_python
    if case.action.kind == "add_not_null":
        name = constraint_name(case, "not_null")
        return Hazard(case.wait, _by_itself(case, name, case.action.columns[0]))
    usual = f"{schema_and_name(case.action.table)[1]}_{column}_not_null"
    if case.facts.version >= _CAN_WAIT and len(usual.encode()) <= _LONGEST_NAME:
        return Hazard(case.wait, _by_itself(case, usual, column))
    name = f"{column}_not_null"
    return Hazard(
        case.wait,
        f"op.create_check_constraint({literal(name)}, {table},"
        f" {literal(f'{case.in_sql(column)} IS NOT NULL')}{schema}, postgresql_not_valid=True)\n"
        f"{_validated(case, name)}\n"
        f"op.alter_column({table}, {literal(column)}, nullable=False{schema})\n"
        f"op.drop_constraint({literal(name)}, {table}{schema})",
    )


def _by_itself(case: Case, name: str, column: str) -> str:
    add = (
        f"ALTER TABLE {case.table_in_sql} ADD CONSTRAINT {case.in_sql(name)}"
        f" NOT NULL {case.in_sql(column)} NOT VALID"
    )
    return f"{executed(add)}\n{_validated(case, name)}"


def _validated(case: Case, constraint: str) -> str:
    return f"with op.get_context().autocommit_block():\n    {validated(case, constraint)}"
