"""The servers of one test session: those given from outside, else our own.

With pytest-xdist there are several processes. The first one starts the servers and writes
into its environment what the others find there: the URL, or why there is none.
"""

from __future__ import annotations

import os
from importlib import import_module

from tests.servers import NAMES, Server, Unavailable, create


def variable(name: str) -> str:
    """The environment variable that gives the URL of a server from outside."""
    return f"GODWIT_TEST_{name.upper()}_URL"


def on_ci() -> bool:
    """On continuous integration a database that is not tested is a failure."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


class Session:
    """Starts each server when it is first asked for, and leaves all of them at the end."""

    def __init__(self) -> None:
        self.missing: dict[str, str] = {}
        self._ours: dict[str, Server] = {}

    def url(self, name: str) -> str:
        """The URL of an account that may create databases.

        :raises Unavailable: there is no such server, and why.
        """
        if name not in self.missing:
            try:
                return self._find(name)
            except Unavailable as reason:
                self.missing[name] = str(reason)
        raise Unavailable(self.missing[name])

    def outlook(self, name: str) -> str:
        """In words what :meth:`url` will find, without starting anything."""
        server = create(name)
        if reason := _known_reason(server):
            return f"NOT TESTED: {reason}"
        if os.environ.get(variable(name)):
            return f"given by {variable(name)}"
        if server.running:
            return f"running on port {server.port}"
        reason = server.obstacle()
        return f"NOT TESTED: {reason}" if reason else "started when a test needs it"

    def hand_over(self) -> None:
        """Start all servers, for the processes that we start."""
        for name in NAMES:
            try:
                os.environ[variable(name)] = self.url(name)
            except Unavailable as reason:
                os.environ[_excuse(name)] = str(reason)

    def close(self) -> None:
        """Leave the servers: those that nobody else uses end."""
        for name, server in self._ours.items():
            server.release(os.getpid())
            os.environ.pop(variable(name), None)
        for name in NAMES:
            os.environ.pop(_excuse(name), None)
        self._ours.clear()

    def _find(self, name: str) -> str:
        server = self._ours.get(name) or create(name)
        if reason := _known_reason(server):
            raise Unavailable(reason)
        if given := os.environ.get(variable(name)):
            return given
        if name not in self._ours:
            server.acquire(os.getpid())
            self._ours[name] = server
        return server.url


def _excuse(name: str) -> str:
    """The variable that says why there is no such server."""
    return f"GODWIT_TEST_{name.upper()}_MISSING"


def _known_reason(server: Server) -> str | None:
    """Why the server is of no use to us, as far as is known without asking the server."""
    try:
        import_module(server.client)
    except ImportError as error:
        return f"the Python driver does not work here ({error})"
    return os.environ.get(_excuse(server.name))
