"""The error numbers of MySQL and MariaDB that say: try again."""

from __future__ import annotations

_IN_THE_WAY = (
    1205,  # ER_LOCK_WAIT_TIMEOUT
    1213,  # ER_LOCK_DEADLOCK
)


def gives_way(error: BaseException | None) -> bool:
    """Whether the driver's error says that a lock was not free, or that two waited in a circle."""
    return error is not None and bool(error.args) and error.args[0] in _IN_THE_WAY
