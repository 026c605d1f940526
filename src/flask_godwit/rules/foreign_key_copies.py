"""A foreign key copies the whole table while nobody can write.

With `foreign_key_checks = 0` it is added at once, without a look at the rows: look for orphans
yourself, before and after.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import (
    OPTIONS,
    executed,
    options,
    remote_columns,
    said_alone,
    schema_and_name,
    schemas,
)

LEVEL = "error"
KINDS = ("add_foreign_key",)
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    if case.cost.algorithm != "COPY":
        return None
    action, sql = case.action, said_alone(case)
    if hasattr(case.operation, "remote_cols") or not sql:
        name = literal(action.name) if action.name else "None"
        more = f"{schemas(action)}{options(case, *OPTIONS)}"
        add = (
            f"op.create_foreign_key({name}, {case.table_in_python},"
            f" {literal(schema_and_name(action.referred[0])[1])}, {case.quoted(*action.columns)},"
            f" {case.quoted(*remote_columns(case))}{more})"
        )
    else:
        add = executed(sql)
    return Hazard(
        case.wait,
        'op.execute("SET foreign_key_checks = 0")\n'
        f"{add}\n"
        'op.execute("SET foreign_key_checks = 1")\n'
        f"# Look for rows of {action.table} that refer to nothing.",
    )
