"""A connection that is lost while revisions run: made anew, and the run goes on.

It goes on as the next `flask db upgrade` would: by what the version table and the journal say
then. That is not safe for what neither of them knows: a revision that has committed something
through another connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from ..connect import answers
from ..dialects import dialect_for
from ..errors import ConnectionLost, GodwitError, SteppedAside
from ..lock import DeployLocks
from ..retry import Attempts, Limits
from ..targets import selected_targets
from ..values import Project


class Comeback:
    """Waits for the server, within the budget that everything has which is tried again.

    :param tell: is told the bind and why its connection was lost.
    """

    def __init__(self, project: Project, limits: Limits, tell: Callable[[str, str], None]) -> None:
        self.project = project
        self.limits = limits
        self.tell = tell
        self.attempts: Attempts | None = None
        self.starts: dict[tuple[str, int], tuple[str, ...]] = {}
        self.connection: Connection | None = None
        self.elsewhere = False
        self.ended: Callable[[Connection], bool] = lambda _other: True

    def start_of(self, bind: str, nth: int, at: tuple[str, ...]) -> tuple[str, ...]:
        """Where a database was when the command began: "+1" counts from there.

        :param nth: how many times its bind was there before it in the same run.
        """
        return self.starts.setdefault((bind, nth), at)

    def runs(self, connection: Connection | None) -> None:
        """A revision begins. The one before it was finished, and has left its budget."""
        if self.connection is connection:
            self.attempts = None
        self.connection = connection
        self.elsewhere = False
        if connection is not None:
            database = dialect_for(connection.engine.url, connection.dialect)
            self.ended = database.lost_session(connection)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While this lasts, what is committed through other connections is noticed."""
        event.listen(Engine, "commit", self._committed)
        try:
            yield
        finally:
            event.remove(Engine, "commit", self._committed)

    def _committed(self, connection: Connection) -> None:
        if connection is not self.connection:
            self.elsewhere = True

    def succeeds(self, lost: ConnectionLost, locks: DeployLocks) -> bool:
        """Wait for the server and take the locks again; whether the run can go on.

        :raises GodwitError: the server answers, and refuses; or another migration runs now.
        """
        if self.elsewhere or self.connection is None:
            return False
        engine = self.connection.engine
        reason = lost.detail.strip() or lost.message
        told = replace(self.limits, tell=lambda _statement, _blockers: self._tell(engine, reason))
        self.attempts = self.attempts or told.attempts()
        while not self.attempts.spent:
            self.attempts.step_aside("", tuple)
            if answers(engine) and self._is_gone(engine) and self._locked_again(locks):
                return True
        return False

    def may_try_again(self, aside: SteppedAside) -> bool:
        """Let others through; whether there is time for another try."""
        self.attempts = self.attempts or self.limits.attempts()
        if self.attempts.spent:
            return False
        self.attempts.step_aside(aside.statement, lambda: aside.blockers)
        return True

    def _tell(self, engine: Engine, reason: str) -> None:
        targets = selected_targets(self.project)
        bind = next((target.bind for target in targets if target.engine is engine), "")
        self.tell(bind, reason)

    def _is_gone(self, engine: Engine) -> bool:
        """Whether the server has noticed that our session is lost; else it is told."""
        try:
            with engine.connect() as connection:
                return self.ended(connection)
        except DBAPIError:  # the server is gone again
            return False

    def _locked_again(self, locks: DeployLocks) -> bool:
        try:
            locks.take_again()
        except GodwitError:
            raise
        except Exception:  # the server is gone again: the driver says so in its own words
            return False
        return True
