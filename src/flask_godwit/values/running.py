"""What a command that runs revisions did."""

from __future__ import annotations

from ..frozen import frozen


@frozen
class Step:
    """A revision that is about to run, runs, or ran. ``seconds`` is 0 until it is done."""

    bind: str
    revision: str
    message: str
    direction: str
    path: str
    seconds: float = 0.0


@frozen
class TargetOutcome:
    """What a command did to one database."""

    bind: str
    database: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    steps: tuple[Step, ...]
    at_head: bool

    @property
    def revisions(self) -> tuple[str, ...]:
        """The revisions that were applied, reverted or stamped, in order."""
        return tuple(step.revision for step in self.steps)


@frozen
class BackupMade:
    """A backup of one database, and what to type in a shell to have it back.

    ``size`` is in bytes.
    """

    bind: str
    path: str
    size: int
    restore_command: str
    seconds: float


@frozen
class Outcome:
    """What ``upgrade``, ``downgrade`` or ``stamp`` did.

    ``offline`` means that nothing was done: ``sql`` is the script of ``--sql`` ("" when an
    env.py wrote it to a file of its own).
    """

    targets: tuple[TargetOutcome, ...]
    sql: str = ""
    offline: bool = False
    backups: tuple[BackupMade, ...] = ()

    @property
    def revisions(self) -> tuple[str, ...]:
        """The revisions of all databases, in the order they ran."""
        return tuple(revision for target in self.targets for revision in target.revisions)
