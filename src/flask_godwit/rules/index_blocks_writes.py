"""An index is built while nobody can write.

CREATE INDEX keeps every INSERT, UPDATE and DELETE of the table waiting until the index is there.
CONCURRENTLY builds it beside them; it can't be in a transaction.
"""

from __future__ import annotations

import re

from ..script_text import literal
from .case import Case, Hazard
from .spelling import executed, instead, said_alone

LEVEL = "error"
KINDS = ("create_index",)
DIALECTS = ("postgresql",)
_NAME = r'(?:"[^"]+"|\w+)'
_PLAIN = re.compile(
    rf"CREATE\s+(UNIQUE\s+)?INDEX\s+(?!ON\b){_NAME}\s+ON\s+(?:{_NAME}\.)?{_NAME}\s*"
    rf"\(\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\)",
    re.IGNORECASE,
)
"""An index that has nothing but columns."""


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if action.has("concurrently"):
        return None
    sql = said_alone(case)
    if sql and not _PLAIN.fullmatch(sql):
        build = executed(instead(sql, "INDEX", "INDEX CONCURRENTLY"))
    else:
        unique = ", unique=True" if action.has("unique") else ""
        build = (
            f"op.create_index({literal(action.name)}, {case.table_in_python},"
            f" {case.quoted(*action.columns)}{unique}{case.schema_in_python},"
            " postgresql_concurrently=True)"
        )
    advice = f"with op.get_context().autocommit_block():\n    {build}"
    return Hazard(case.wait, case.update_first or advice)
