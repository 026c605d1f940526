"""A default that is worked out for each row writes the whole table anew.

Add the column without it, set the default for new rows, and fill the old ones in batches.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import added

LEVEL = "error"
KINDS = ("add_column",)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if not action.has("default") or case.cost.work != "rewrite" or action.has("stored"):
        return None
    if action.traits & {"identity", "serial", "auto increment"}:
        return None
    return Hazard(
        f"{case.wait} {action.expression} is worked out for each row.",
        f"{added(case)}\n"
        f"op.alter_column({case.table_in_python}, {literal(action.name)},"
        f" server_default=sa.text({action.expression!r}), existing_type=sa.types.NullType()"
        f"{case.schema_in_python})\n"
        "# Fill the rows that are there in batches, in a revision of its own.",
    )
