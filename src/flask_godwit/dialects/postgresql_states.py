"""The SQLSTATE of an error, and those that say: try again."""

from __future__ import annotations

_RETRIED = {
    "55P03",  # lock_not_available: lock_timeout
    "40P01",  # deadlock_detected
    "40001",  # serialization_failure
}


def state_of(error: BaseException | None) -> str | None:
    """The SQLSTATE of a driver's error; psycopg2 and psycopg call it differently."""
    return getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)


def gives_way(error: BaseException | None) -> bool:
    """Whether the driver's error says that a lock was not free, or that two waited in a circle."""
    return state_of(error) in _RETRIED
