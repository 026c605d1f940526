"""A column that counts writes the whole table anew.

SERIAL and IDENTITY give each row a number at once, AUTO_INCREMENT too: nobody can write
meanwhile. Add a plain column, fill it in batches, and let it count then.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("add_column",)
DIALECTS = ("postgresql", "mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if not action.traits & {"identity", "serial", "auto increment"}:
        return None
    if case.facts.dialect == "postgresql":
        return Hazard(
            case.wait,
            f"# op.add_column() with sa.Column({action.name!r}, sa.BigInteger, sa.Identity()):\n"
            "# upgrade fills it in batches, where the table has a primary key.",
        )
    return Hazard(
        case.wait,
        f"# Add {action.name} as a plain BIGINT that may be NULL, fill the rows in batches,\n"
        "# then set NOT NULL and AUTO_INCREMENT.",
    )
