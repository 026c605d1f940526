"""A table gets another name, or another schema, under running code.

Old code fails after it, new code before it: whichever is deployed first. Keep the name in the
database, or leave a view under the old one until no old code runs.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import schema_and_name

LEVEL = "error"
KINDS = ("rename_table", "set_schema")
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    old, new = case.action.table, case.action.expression
    schema, name = schema_and_name(old)
    said = f'__tablename__ = "{name}"'
    if case.action.kind == "set_schema":
        new = f"{new}.{name}"
        said = f'__table_args__ = {{"schema": {literal(schema) if schema else None}}}'
    return Hazard(
        f"Code that knows {old} fails from that moment on, and code that knows {new} until then.",
        f"# Keep the table and say it in the model: {said}",
    )
