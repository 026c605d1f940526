"""A table is written anew as a whole.

VACUUM FULL, CLUSTER, SET LOGGED or UNLOGGED, another tablespace, ENGINE or ROW_FORMAT: PostgreSQL
closes the table meanwhile. pg_repack and pt-online-schema-change do it beside the traffic.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("rebuild",)


def hazard(case: Case) -> Hazard | None:
    return Hazard(case.wait, "# Use pg_repack or pt-online-schema-change, or a quiet hour.")
