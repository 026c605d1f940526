"""The database servers that the tests run against: found or fetched, started, stopped.

Every server lives in a folder of its own, listens on a free port of 127.0.0.1 and
changes nothing outside that folder: it needs no root, and nothing is installed.

    python -m tests.servers start        # or: make servers

A test that wants to hurt a server takes an instance that nobody else uses:

    server = create("postgresql", "crash", durable=True)
    url = server.start()
    server.kill()                        # like pulling the plug
    server.start()                       # the same data, the same URL
    server.remove()
"""

from __future__ import annotations

from tests.servers.mariadb import MariaDB
from tests.servers.mysql import MySQL
from tests.servers.postgresql import PostgreSQL
from tests.servers.server import Server, Unavailable

__all__ = ["NAMES", "Server", "Unavailable", "create"]

# A further version is a further class here, for example one that finds another PostgreSQL.
_CLASSES: dict[str, type[Server]] = {each.name: each for each in (PostgreSQL, MySQL, MariaDB)}

NAMES = tuple(_CLASSES)


def create(name: str, instance: str = "", *, durable: bool = False) -> Server:
    """The server of that name, running or not; nothing happens to it yet.

    :param instance: data and port of its own, so that others are not disturbed.
    :param durable: what is committed survives a crash of the machine (and is slow).
    """
    return _CLASSES[name](instance, durable=durable)
