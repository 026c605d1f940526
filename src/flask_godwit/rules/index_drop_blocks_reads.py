"""An index is dropped while nobody can read or write.

DROP INDEX takes the strongest lock on the table: it waits for every query that runs, and all
others wait behind it. CONCURRENTLY waits for them alone.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import schema_and_name, schema_argument

LEVEL = "warning"
KINDS = ("drop_index",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    if case.action.has("concurrently"):
        return None
    schema, table = schema_and_name(case.table)
    in_schema, index = schema_and_name(case.action.name)
    where = schema_argument(f"{schema or in_schema}.{table}")
    if table:
        where = f", table_name={literal(table)}{where}"
    return Hazard(
        case.wait if table else f"Nobody can read or write the table of {index} meanwhile.",
        "with op.get_context().autocommit_block():\n"
        f"    op.drop_index({literal(index)}{where},"
        " postgresql_concurrently=True)",
    )
