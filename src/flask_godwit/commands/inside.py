"""The lock, taken in the middle of an env.py's run: where there is something to do.

Nobody but an env.py knows its connection and its version table. So it is asked from inside, just
before the revisions, and without a lock where they are all there. Nobody waits in there, for what
an env.py has read and holds would stand in the way of the one that is waited for: where another
migration runs, or has just ended, it is left and executed again. Else it is executed once only.
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from ..lock import DeployLocks
from ..steps import commit_what_is_open, sees_what_others_commit
from .onlooker import HasSteps, is_done


class LockNeeded(BaseException):
    """There is work to do, and the lock is not ours yet, or nobody has looked at the rows.

    No Exception, which an env.py may catch.
    """

    def __init__(self, steps: Sequence[RevisionStep] = ()) -> None:
        super().__init__()
        self.steps = steps


class LockFromInside:
    """Called for each database; says whether revisions may run on it.

    :param wait: seconds to wait for a server that is still starting.
    """

    def __init__(
        self, locks: DeployLocks, scripts: ScriptDirectory, has_steps: HasSteps, wait: float
    ) -> None:
        self.locks = locks
        self.scripts = scripts
        self.has_steps = has_steps
        self.wait = wait

    def __call__(self, context: MigrationContext) -> bool:
        """Take the lock unless there is nothing to do.

        :raises LockNeeded: another migration has it, or had it a moment ago.
        """
        if self.locks.held:
            return True
        is_fresh = sees_what_others_commit(context)
        if is_fresh and self._is_done(context):
            return False
        if not self.locks.acquire_if_free(self.wait):
            raise LockNeeded
        if not is_fresh and _is_out_of_date(context):
            raise LockNeeded
        return True

    def _is_done(self, context: MigrationContext) -> bool:
        try:
            with Operations.context(context):  # a revision file may ask for it while it is imported
                return is_done(context, self.scripts, self.has_steps)
        finally:
            commit_what_is_open(context)  # what is read next is read anew


def _is_out_of_date(context: MigrationContext) -> bool:
    """Whether an env.py's own transaction does not see what another migration did last.

    A query that locks rows sees what is there now. A database that has none refuses to change
    what has changed meanwhile.
    """
    connection = context.connection
    if connection is None or not context._has_version_table():
        return False
    now = select(context._version.c.version_num).with_for_update(read=True)
    try:
        return set(context.get_current_heads()) != set(connection.scalars(now))
    except DBAPIError:  # the table is newer than the transaction
        return True
