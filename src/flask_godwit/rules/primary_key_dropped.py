"""A table loses its primary key.

MySQL copies the table while nobody can write; replication and the ORM find rows by it. Drop the
old and add the new key in one statement.
"""

from __future__ import annotations

from .case import Case, Hazard
from .spelling import executed

LEVEL = "error"
KINDS = ("drop_primary_key",)
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    return Hazard(
        case.wait,
        f"# {executed(f'ALTER TABLE {case.table_in_sql} DROP PRIMARY KEY, ADD PRIMARY KEY (…)')}",
    )
