"""How long a command waits, and what stops it: the settings, and whoever listens."""

from __future__ import annotations

from typing import Any

from ..listener import Listener
from ..lock import Patience
from ..retry import Limits
from ..settings import Settings


def limits_of(settings: Settings, listener: Listener) -> Limits:
    """How long a statement may stand in the way, and how often it is tried again."""
    return Limits(
        settings.lock_timeout_seconds,
        settings.retry_seconds,
        listener.blocked,
        stops=listener.stops,
        sends=listener.sends,
        statement_seconds=settings.statement_timeout_seconds,
    )


def patience_of(
    settings: Settings, listener: Listener, lock_wait: float | None, **options: Any
) -> Patience | None:
    """How another migration is waited for; None where no lock is taken.

    :param lock_wait: seconds, instead of those in the settings.
    """
    if not settings.lock:
        return None
    seconds = settings.lock_wait_seconds if lock_wait is None else lock_wait
    return Patience(seconds, listener.waiting, stops=listener.stops, **options)
