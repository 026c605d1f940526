"""A column that counts writes the whole table anew.

SERIAL and IDENTITY give each row a number at once, AUTO_INCREMENT too: nobody can write
meanwhile. Add a plain column, fill it in batches, and attach the sequence then.
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
    return Hazard(
        case.wait,
        f"# Add {action.name} as a plain BIGINT that may be NULL, give it a default of"
        " nextval() of a\n"
        "# sequence, fill the rows in batches, then set NOT NULL and make it IDENTITY.",
    )
