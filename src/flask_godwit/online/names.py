"""Names of what is ours for a while."""

from __future__ import annotations

import hashlib

_LONGEST_NAME = 63


def own_name(what: str, suffix: str) -> str:
    """A name that says what it belongs to, as far as PostgreSQL's names are long enough."""
    name = f"{what}_{suffix}"
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    return f"{suffix}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
