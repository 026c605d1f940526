"""A network that is silent: the client notices that its server is gone, however long it waits.

For an answer a driver waits for ever, and for that of an ALTER TABLE of hours it must. Whether the
other end is still there the operating system asks by itself, past the server's program: once nobody
has answered that for a minute the connection is lost, and the run goes on through another.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection

from .guard import Guard

_ASKS = (
    ("TCP_KEEPIDLE", 30),
    ("TCP_KEEPALIVE", 30),  # as macOS calls it
    ("TCP_KEEPINTVL", 10),
    ("TCP_KEEPCNT", 3),
    ("TCP_USER_TIMEOUT", 60_000),
)
"""Seconds until it asks, between two questions, how often; milliseconds for what was sent."""


class Silence(Guard):
    """Has the operating system look after the connection that runs the revisions."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @contextmanager
    def run(self) -> Iterator[None]:
        with suppress(OSError):  # a system that can't be asked to
            _look_after(self.connection.connection.dbapi_connection)
        yield


def _look_after(raw: Any) -> None:
    descriptor = _descriptor(raw)
    if descriptor is None:
        return
    with socket.socket(fileno=os.dup(descriptor)) as own:
        if own.family not in (socket.AF_INET, socket.AF_INET6):
            return
        own.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _ASKS:
            option = getattr(socket, name, None)
            if option is None:
                continue
            # One that is shorter, as somebody wrote into the URL, stays.
            now = own.getsockopt(socket.IPPROTO_TCP, option)
            own.setsockopt(socket.IPPROTO_TCP, option, min(now, value) if now else value)


def _descriptor(raw: Any) -> int | None:
    """The number of a driver's socket, None where it has none, or doesn't say."""
    made: Any = getattr(raw, "_sock", raw)  # PyMySQL's
    return made.fileno() if hasattr(made, "fileno") else None
