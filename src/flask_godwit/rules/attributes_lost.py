"""MODIFY says the whole column anew: what it does not say is lost.

Alembic's alter_column() says what it is told by `existing_nullable`, `existing_server_default`
and `existing_comment`. Tell it all that the column has.
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
        f"# Give op.alter_column() existing_nullable={column.nullable} and"
        f" existing_server_default={column.default!r}.",
    )
