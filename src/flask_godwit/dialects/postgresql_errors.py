"""What the errors of PostgreSQL's drivers mean."""

from __future__ import annotations

import errno
import os

from ..errors import ConnectionLost, DiskFull, Outage, ReadOnly, RightsMissing
from .base import Trouble
from .postgresql_states import state_of

# SQLSTATE, where the driver has one (psycopg 3 has none for a refused connection,
# psycopg2 never has), and the server's English words where it does not.
_BY_STATE = {
    "3D000": Trouble.MISSING,
    "57P03": Trouble.STARTING,
    "28P01": Trouble.DENIED,
    "28000": Trouble.DENIED,
    "42501": Trouble.DENIED,
}
# The network's, in the words of the operating system.
_NOBODY_ANSWERS = (
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTDOWN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ETIMEDOUT",
)
_BY_WORDS = {
    "Connection refused": Trouble.STARTING,
    **{
        os.strerror(getattr(errno, name)): Trouble.STARTING
        for name in _NOBODY_ANSWERS
        if hasattr(errno, name)
    },
    "does not exist": Trouble.MISSING,
    "starting up": Trouble.STARTING,
    "shutting down": Trouble.STARTING,
    "not yet accepting": Trouble.STARTING,
    "in recovery mode": Trouble.STARTING,
    "timeout expired": Trouble.STARTING,
    "No such file or directory": Trouble.STARTING,
    "closed the connection unexpectedly": Trouble.STARTING,
    "could not translate host name": Trouble.NO_HOST,
    "failed to resolve host": Trouble.NO_HOST,
    # The resolver's own words, which older versions of psycopg pass on as they are.
    "[Errno -2] ": Trouble.NO_HOST,  # EAI_NONAME
    "[Errno -3] ": Trouble.NO_HOST,  # EAI_AGAIN
    "getaddrinfo failed": Trouble.NO_HOST,  # Windows
    "nodename nor servname": Trouble.NO_HOST,  # macOS
    "authentication failed": Trouble.DENIED,
    "no pg_hba.conf entry": Trouble.DENIED,
    "no password supplied": Trouble.DENIED,
}
_OUTAGES: dict[str, type[Outage]] = {
    "53100": DiskFull,
    "25006": ReadOnly,  # read_only_sql_transaction
    "42501": RightsMissing,  # insufficient_privilege
    "57P01": ConnectionLost,  # admin_shutdown, and pg_terminate_backend
    "57P02": ConnectionLost,  # crash_shutdown
    "57P05": ConnectionLost,  # idle_session_timeout
    "25P03": ConnectionLost,  # idle_in_transaction_session_timeout
    "08000": ConnectionLost,
    "08003": ConnectionLost,
    "08006": ConnectionLost,
}


def trouble(error: BaseException) -> Trouble:
    """Why connecting failed."""
    state = state_of(error)
    if state in _BY_STATE:
        return _BY_STATE[state]
    message = str(error)
    if 'role "' in message and "does not exist" in message:
        return Trouble.DENIED
    return next((t for words, t in _BY_WORDS.items() if words in message), Trouble.OTHER)


def outage(error: BaseException) -> type[Outage] | None:
    """Why a statement failed that another day would have succeeded."""
    return _OUTAGES.get(state_of(error) or "")
