"""About how long the work of a statement takes on a table of some size. Rough on purpose.

Bytes a second are chosen, for a small machine with a cold disk; a real server is rather faster.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..plans import Cost

_MEGABYTE = 1_000_000
_BYTES_A_SECOND: Mapping[str, int] = {
    "scan": 300 * _MEGABYTE,
    "index": 50 * _MEGABYTE,
    "rewrite": 40 * _MEGABYTE,
    "rows": 15 * _MEGABYTE,
}
_COPY = 15 * _MEGABYTE
_AT_ONCE = 0.01


def seconds(cost: Cost, size: int | None) -> float | None:
    """How long it takes; None where that depends on what is not known."""
    if cost.work in ("none", "catalogue"):
        return _AT_ONCE
    if size is None or not cost.sure:
        return None
    rate = _COPY if cost.algorithm.startswith("COPY") else _BYTES_A_SECOND[cost.work]
    return round(_AT_ONCE + size / rate, 2)
