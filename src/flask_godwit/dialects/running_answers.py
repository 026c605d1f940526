"""What a database answers while revisions run: locks and limits, who watches, and who ends it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from ..retry import Limits
    from .deploy_lock import DeployLock
    from .guard import Guard
    from .observer import Observer
    from .witness import Witness


class RunningAnswers:
    """The part of a database that is about a run. The base guards nothing, and sees nothing."""

    def deploy_lock(self, engine: Engine, name: str) -> DeployLock | None:
        """The lock called ``name``, None where the database needs or has none."""
        return None

    transactional_ddl: ClassVar[bool | None] = None
    """What Alembic is told of the database, where it knows less than we do."""

    failure_ends_transaction: ClassVar[bool] = False
    """Whether nothing more can be done in a transaction in which one statement failed."""

    def guards(self, connection: Connection, limits: Limits) -> tuple[Guard, ...]:
        """What makes revisions on this connection safe, the outermost last."""
        return ()

    def canceller(self, connection: Connection) -> Callable[[], None] | None:
        """What ends the statement of a connection from another thread; None if nothing does."""
        return None

    def lost_session(self, connection: Connection) -> Callable[[Connection], bool]:
        """What ends the session of a connection, should it be lost and the server not notice.

        It is called with another connection, and answers whether the session is gone. What the
        journal waits for anyhow may go on.
        """
        return lambda _other: True

    def observer(self, connection: Connection) -> Observer:
        """Who sees how far the statement of a connection is."""
        from .observer import Observer

        return Observer()

    def lock_limit(self, connection: Connection, limits: Limits) -> Guard:
        """What sends a statement again while others hold what it needs."""
        from .guard import Guard

        return Guard()

    @staticmethod
    def operations(context: Any) -> AbstractContextManager[None]:
        """Around a run: how Alembic's operations are carried out in its ``MigrationContext``."""
        return nullcontext()

    def witness(self, connection: Connection) -> Witness | None:
        """Who tells the journal whether a statement took effect; None where there is no journal."""
        return None

    def gives_way(self, error: BaseException) -> bool:
        """Whether the driver's error says that others were in the way: try again later."""
        return False

    def impatient(self, connection: Connection, seconds: float) -> AbstractContextManager[None]:
        """While this lasts a statement waits for the locks of rows that long at most."""
        return nullcontext()

    def replica_lag(self, connection: Connection) -> float:
        """How many seconds the slowest replica is behind; 0 where the server knows of none."""
        return 0.0

    def busy_sessions(self, connection: Connection) -> int:
        """How many sessions of others are executing something now."""
        return 0
