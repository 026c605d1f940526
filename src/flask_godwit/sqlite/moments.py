"""Texts as SQLAlchemy writes moments and times of day, which it reads and compares as texts."""

from __future__ import annotations

OFFSET = "*:*[-+][0-9][0-9]:[0-9][0-9]"
ZULU = "*:*[Zz]"
"""How a text ends that names a time zone, for GLOB."""
_MIDNIGHT = "00:00:00.000000"


def moment(column: str) -> str:
    """A day, with or without a time of day, as a DateTime is kept."""
    return f"substr({column}, 1, 10) || ' ' || {hour(f'substr({_plain(column)}, 12)')}"


def hour(text: str, *, zoned: bool = False) -> str:
    """A time of day as a Time is kept: what is not said of it is 0."""
    said = _plain(text) if zoned else text
    rest = f"substr('{_MIDNIGHT}', length({said}) + 1)"
    return f"substr({said} || {rest}, 1, {len(_MIDNIGHT)})"


def _plain(column: str) -> str:
    """Without a time zone."""
    return (
        f"CASE WHEN {column} GLOB '{OFFSET}' THEN substr({column}, 1, length({column}) - 6)"
        f" ELSE rtrim({column}, 'Zz') END"
    )
