"""MODIFY says the whole column anew: what it does not say is lost.

`op.alter_column()` reads the column first and says all of it; a statement of one's own does not.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("modify_column",)
DIALECTS = ("mysql", "mariadb")
SPARES_SMALL = False


def _is_wanted(case: Case, what: str) -> bool:
    """Whether the operation changes just that."""
    return getattr(case.operation, f"modify_{what}", None) not in (None, False)


def hazard(case: Case) -> Hazard | None:
    column = case.column
    lost = []
    if column is None:
        return None
    if not column.nullable and not case.action.has("not null") and not _is_wanted(case, "nullable"):
        lost.append("NOT NULL")
    if column.default and not case.action.has("default") and not _is_wanted(case, "server_default"):
        lost.append(f"DEFAULT {column.default}")
    if not lost:
        return None
    return Hazard(
        f"{case.place} loses {' and '.join(lost)}.",
        "# Say the whole column, or use op.alter_column(), which keeps what it is not told of.",
    )
