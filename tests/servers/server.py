"""A database server with a life: install, start, stop, kill, start again, remove."""

from __future__ import annotations

import shutil
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM
from typing import ClassVar
from urllib.parse import quote

import psutil

from tests.servers import processes, state
from tests.servers.place import give_to_servers, home, locked, memory

START_SECONDS = 120
USER = "godwit"
# Every test of ours is also a test of a password that must be quoted in a URL.
PASSWORD = "go@d%wit"


class Unavailable(Exception):
    """This machine can't run that server: the message says why."""


class Server(ABC):
    """One server in one folder. Objects for the same folder, in any process, are the same server.

    It runs until :meth:`stop` when it was started by :meth:`start`, and until the last
    session that uses it has left when it was started by :meth:`acquire`. With ``durable``
    its data are on disk, outlive it, and are flushed at each commit.
    """

    name: ClassVar[str]
    scheme: ClassVar[str]
    client: ClassVar[str]  # the Python module that the scheme needs
    stop_signal: ClassVar[int] = SIGTERM

    def __init__(self, instance: str = "", *, durable: bool = False) -> None:
        self.instance = instance
        self.durable = durable
        self.home = home()
        self.downloads = self.home / "downloads"
        parts = (self.name, instance, "durable" if durable else "")
        self.folder = self.home / "-".join(filter(None, parts))
        self.files = self.folder / "files"
        self.data = self.files / "data"
        self.log = self.folder / "log"
        self._state = self.folder / "state.json"

    # What each kind of server knows.

    @abstractmethod
    def obstacle(self) -> str | None:
        """Why the programs can't be had here, as far as one can tell without trying."""

    @abstractmethod
    def fetch(self) -> None:
        """Download the programs, if they are neither here nor downloaded."""

    @abstractmethod
    def initialise(self, data: Path) -> None:
        """Make an empty data directory."""

    @abstractmethod
    def command(self, port: int) -> Sequence[str]:
        """The command that runs the server in the foreground."""

    @abstractmethod
    def answers(self, port: int) -> bool:
        """Whether a client would be served."""

    @abstractmethod
    def version(self) -> str:
        """What the installed server calls itself."""

    # What all of them do.

    def install(self) -> None:
        """Find the programs, else fetch them.

        :raises Unavailable: neither is possible here.
        """
        if reason := self.obstacle():
            raise Unavailable(reason)
        with locked(self.downloads), _failures_explained():
            self.fetch()

    def start(self) -> str:
        """Let it run until :meth:`stop`; return its URL.

        :raises Unavailable: it does not start.
        """
        with locked(self.folder):
            known = self._running()
            known.kept = True
            state.save(self._state, known)
        return self.url

    def acquire(self, user: int) -> str:
        """Let it run at least until that process leaves; return its URL.

        :raises Unavailable: it does not start.
        """
        with locked(self.folder):
            known = self._running()
            known.users = sorted({*known.users, user})
            state.save(self._state, known)
        return self.url

    def release(self, user: int) -> None:
        """That process leaves. The last one turns off the light."""
        with locked(self.folder):
            known = state.load(self._state)
            known.users = [each for each in known.users if each != user]
            state.save(self._state, known)
            if not known.wanted():
                self._end()

    def stop(self) -> None:
        """End it in good order, whoever uses it. Data in memory are gone with it."""
        with locked(self.folder):
            self._end()

    def kill(self) -> None:
        """``kill -9`` to all its processes. The data stay; :meth:`start` recovers them."""
        with locked(self.folder):
            if process := state.load(self._state).process():
                processes.kill(process)

    def remove(self) -> None:
        """End it, and delete its data."""
        self.stop()
        shutil.rmtree(self.folder)

    @property
    def running(self) -> bool:
        return state.load(self._state).process() is not None

    @property
    def port(self) -> int:
        """The same as long as it can be had, also after a restart."""
        return state.load(self._state).port

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of an account that may do everything."""
        login = f"{USER}:{quote(PASSWORD, safe='')}"
        return f"{self.scheme}://{login}@127.0.0.1:{self.port}/{self.first_database}"

    # The database that one connects to when there is no other.
    first_database: ClassVar[str] = ""

    def _running(self) -> state.State:
        known = state.load(self._state)
        if known.process():
            return known
        self._prepare()
        return self._spawn(known)

    def _prepare(self) -> None:
        """Make the data directory, under another name until it is complete."""
        self.install()
        self._make_files()
        if self.data.exists():
            return
        unfinished = self.files / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        with _failures_explained():
            self.initialise(unfinished)
        unfinished.rename(self.data)

    def _make_files(self) -> None:
        """What need not be durable is in memory, and is gone when the machine was off."""
        if self.files.is_symlink() and not self.files.exists():
            self.files.unlink()
        if not self.files.exists() and (fast := None if self.durable else memory()):
            self.files.symlink_to(tempfile.mkdtemp(prefix="godwit-server-", dir=fast))
        give_to_servers(self.files)

    def _spawn(self, known: state.State) -> state.State:
        known.port = processes.free_port(known.port)
        process = processes.spawn(self.command(known.port), self.log, self.files)
        known.remember(process)
        state.save(self._state, known)
        self._wait_for(process, known.port)
        return known

    def _wait_for(self, process: psutil.Process, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers(port):
            ended = not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
            if ended or time.monotonic() > deadline:
                self._end()
                log = processes.tail(self.log.read_text(errors="replace"))
                raise Unavailable(f"{self.name} does not start. The end of {self.log}:\n{log}")
            time.sleep(0.05)

    def _end(self) -> None:
        known = state.load(self._state)
        if process := known.process():
            processes.end(process, self.stop_signal)
        known.pid, known.kept, known.users = 0, False, []
        if self._state.exists():
            state.save(self._state, known)
        if self.files.is_symlink():
            shutil.rmtree(self.files.readlink(), ignore_errors=True)
            self.files.unlink()


@contextmanager
def _failures_explained() -> Iterator[None]:
    try:
        yield
    except processes.CommandFailed as error:
        raise Unavailable(str(error)) from error
