"""A foreign key is checked while nobody can write to either table.

ADD FOREIGN KEY reads every row under a lock on both tables. NOT VALID adds it at once, for new
rows; VALIDATE CONSTRAINT checks the old ones beside the traffic, in a transaction of its own.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import schema_and_name, schemas, validated

LEVEL = "error"
KINDS = ("add_foreign_key",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if action.has("not valid") or case.cost.work != "scan":
        return None
    tables = " and ".join(dict.fromkeys((action.table, *action.referred)))
    remote = getattr(case.operation, "remote_cols", ["id"])
    return Hazard(
        f"Nobody can write to {tables} {case.how_long}.",
        f"op.create_foreign_key({literal(action.name)}, {case.table_in_python},"
        f" {literal(schema_and_name(action.referred[0])[1])}, {case.quoted(*action.columns)},"
        f" {case.quoted(*remote)}{schemas(action)}, postgresql_not_valid=True)\n"
        "with op.get_context().autocommit_block():\n"
        f"    {validated(case, action.name)}",
    )
