"""A network between a test and its database, which can be slow, or silent."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

from sqlalchemy import make_url

from tests.databases import Database


class Network:
    """Carries bytes between a port of ours and a database's server, until it is silent.

    :param seconds: how long they are on their way.
    """

    def __init__(self, database: Database, seconds: float = 0.0) -> None:
        self.url = make_url(database.url)
        self.seconds = seconds
        self.silent = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.sockets = [self.listener]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def through(self) -> str:
        """The database's URL by way of our port."""
        port: int = self.listener.getsockname()[1]
        url = self.url.set(host="127.0.0.1", port=port)
        return url.render_as_string(hide_password=False)

    def close(self) -> None:
        """All that was connected hears that it is over."""
        for each in self.sockets:
            with suppress(OSError):  # the other end was faster
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection((self.url.host, self.url.port))
                self.sockets += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                time.sleep(self.seconds)
                if not self.silent:
                    other.sendall(data)
            if not self.silent:
                other.shutdown(socket.SHUT_WR)
