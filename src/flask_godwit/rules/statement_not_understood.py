"""What a statement does can't be read from its text.

Procedures, DO blocks and statements of other dialects are not judged. Somebody must say that they
are safe.
"""

from __future__ import annotations

from textwrap import shorten

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("opaque",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    first = shorten(case.sql, 60, placeholder=" …")
    return Hazard(
        f"Nobody looked at what it does: {first}",
        "# with godwit.assured('what it does, and why that is safe'):",
    )
