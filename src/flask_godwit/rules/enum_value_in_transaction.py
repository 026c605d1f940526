"""A new value of an enumeration can't be used before its transaction ends.

A statement of the same revision that uses the value fails. Outside of the transaction it is there
at once.
"""

from __future__ import annotations

from .case import Case, Hazard
from .spelling import executed

LEVEL = "warning"
KINDS = ("add_enum_value",)
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if not case.transactional:
        return None
    value = "'" + case.action.expression.replace("'", "''") + "'"
    return Hazard(
        f"What uses {case.action.expression!r} in the same revision fails: unsafe use of"
        " new value.",
        "with op.get_context().autocommit_block():\n"
        f"    {executed(f'ALTER TYPE {case.in_sql(case.action.name)} ADD VALUE {value}')}",
    )
