"""What travels between the stages: plain, frozen values without behaviour of their own.

A value knows nothing of connections, Flask, click or exit codes. Everything a
command returns is made of these, and ``--json`` prints them field by field
(:func:`as_json`), so their field names are a public interface.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .findings import RuleFinding
from .proofs import Proof

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine, MetaData

    from .settings import Settings

STATEMENT_NAME = "godwit_statement_name"
"""The execution option with which a statement says what it is called in the journal.

For one whose text may be another one when the revision is run again.
"""

DEFAULT_BIND = ""
"""The name of the application's main database, as Flask-Migrate's scripts call it."""


# --- the project: what a command works on ---------------------------------


@dataclass(frozen=True)
class Target:
    """One database of the application and the models that belong to it.

    ``bind`` is the key in ``SQLALCHEMY_BINDS``, or ``""`` for the main database.
    """

    bind: str
    engine: Engine
    metadata: MetaData | Sequence[MetaData]
    version_table: str | None = None
    part: str = ""
    """The bind's name in ``upgrade_<part>()``."""

    @property
    def label(self) -> str:
        """The bind's name as a person reads it."""
        return self.bind or "default"


@dataclass(frozen=True)
class Project:
    """An application's migrations: folder, databases, options. Made once per command."""

    name: str
    root: Path
    directory: Path
    settings: Settings
    targets: Callable[[], tuple[Target, ...]]
    config: Callable[[Path, Sequence[str]], Config]
    options: Mapping[str, Any]
    shared_state: MutableMapping[str, Any] = field(default_factory=dict)
    bind: str | None = None
    wait: float = 0.0
    more_locations: tuple[Path, ...] = ()
    """Folders with revision files, besides those that are configured."""


# --- revisions --------------------------------------------------------------


@dataclass(frozen=True)
class RevisionInfo:
    """One revision file. ``summary`` and ``log_entry`` are the texts Alembic prints for it."""

    revision: str
    down_revisions: tuple[str, ...]
    depends_on: tuple[str, ...]
    branch_labels: tuple[str, ...]
    message: str
    path: str
    is_head: bool
    is_base: bool
    is_branch_point: bool
    is_merge_point: bool
    is_current: bool
    summary: str
    log_entry: str


@dataclass(frozen=True)
class PendingRevision(RevisionInfo):
    """A revision that a database lacks. ``author`` is "" and ``written`` the file's date where
    git does not know it; both are UTC.
    """

    author: str = ""
    written: datetime | None = None


@dataclass(frozen=True)
class BranchPoint:
    """A revision with several successors."""

    revision: RevisionInfo
    successors: tuple[RevisionInfo, ...]


@dataclass(frozen=True)
class Current:
    """What the version table of one database says."""

    bind: str
    database: str
    revisions: tuple[RevisionInfo, ...]
    heads: tuple[str, ...]
    at_head: bool


@dataclass(frozen=True)
class TargetStatus:
    """Where one database stands. ``error`` is "" when it could be asked.

    What the ledger adds: ``lost`` are the entries of ``unknown`` revisions that it knows,
    ``edited`` those of applied revisions whose file was changed since, ``failure`` the entry of
    a revision that failed, if nothing happened after it. ``due`` are the backfills that revisions
    left for later.
    """

    bind: str
    database: str
    current: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    pending: tuple[PendingRevision, ...] = ()
    unknown: tuple[str, ...] = ()
    half_applied: tuple[HalfApplied, ...] = ()
    changes: tuple[Change, ...] | None = None
    error: str = ""
    error_hint: str = ""
    lost: tuple[LogEntry, ...] = ()
    edited: tuple[LogEntry, ...] = ()
    failure: LogEntry | None = None
    due: tuple[DueBackfill, ...] = ()

    @property
    def at_head(self) -> bool:
        """Whether nothing is pending and every revision is known."""
        trouble = self.unknown or self.half_applied or self.error
        return not (self.pending or trouble) and set(self.current) == set(self.heads)


@dataclass(frozen=True)
class Status:
    """Where things stand, and the one command to type next ("" when there is none)."""

    directory: str
    initialised: bool
    revisions: int
    heads: tuple[RevisionInfo, ...]
    targets: tuple[TargetStatus, ...]
    next_command: str
    next_reason: str

    @property
    def at_head(self) -> bool:
        """Whether every database is at the newest revision."""
        return all(target.at_head for target in self.targets)

    @property
    def is_well(self) -> bool:
        """Whether moreover no applied file was edited since."""
        return self.at_head and not any(target.edited for target in self.targets)


@dataclass(frozen=True)
class TargetPending:
    """What one database lacks. ``error`` is "" when it could be asked."""

    bind: str
    current: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    error: str = ""

    @property
    def at_head(self) -> bool:
        """Whether nothing is pending and every revision is known."""
        return not (self.pending or self.unknown or self.error)


@dataclass(frozen=True)
class Pending:
    """What the databases lack; false when all are at head."""

    targets: tuple[TargetPending, ...]

    def __bool__(self) -> bool:
        return not all(target.at_head for target in self.targets)

    @property
    def revisions(self) -> tuple[str, ...]:
        """The pending revisions of all databases, in the order in which they would run."""
        return tuple(revision for target in self.targets for revision in target.pending)


# --- differences and scripts ------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One difference in words: ``sign`` is "+", "-" or "~", ``text`` e.g. "table user".

    ``warning`` says what the change may lose, "" when nothing.
    """

    sign: str
    text: str
    bind: str = DEFAULT_BIND
    warning: str = ""

    def __str__(self) -> str:
        where = f"[{self.bind}] " if self.bind else ""
        return f"{self.sign} {where}{self.text}"


@dataclass(frozen=True)
class Script:
    """A revision file that was written, and what it changes.

    ``unmanaged`` are tables, views and the like that neither models nor revisions know; they were
    left alone. ``notes`` say what was not compared, and why.
    ``proof`` is None where nobody wanted one. ``findings`` are its hazards, on tables of any size.
    """

    revision: str
    path: str
    message: str
    changes: tuple[Change, ...] = ()
    unmanaged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    proof: Proof | None = None
    findings: tuple[RuleFinding, ...] = ()


@dataclass(frozen=True)
class Differences:
    """What separates the databases from the models; empty when nothing does.

    ``edited`` are the ledger's entries of applied revisions whose file was changed since,
    ``unmanaged`` tables, views and the like that neither models nor revisions know. ``notes`` say
    what was not compared, and why.
    """

    changes: tuple[Change, ...]
    edited: tuple[LogEntry, ...] = ()
    unmanaged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)


@dataclass(frozen=True)
class Created:
    """What ``init`` made: the folder and the files and folders in it."""

    directory: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """A template that ``init -t`` takes."""

    name: str
    synopsis: str


# --- running ------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A revision that is about to run, runs, or ran. ``seconds`` is 0 until it is done."""

    bind: str
    revision: str
    message: str
    direction: str
    path: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Progress:
    """How far a statement of a revision is, as the server tells it.

    ``phase`` is the server's word for what it does, ``percent`` and ``rows`` are None where it
    does not say; ``waits_for`` names the sessions that are in the way.
    """

    bind: str
    revision: str
    statement: str
    seconds: float
    phase: str
    percent: float | None
    rows: int | None
    waits_for: tuple[str, ...]


@dataclass(frozen=True)
class BackfillProgress:
    """How far a backfill is. ``seen`` of about ``total`` rows were looked at, ``rows`` changed.

    ``seconds`` are those of this run, in which ``seen_now`` rows were looked at.
    """

    bind: str
    revision: str
    table: str
    rows: int
    seen: int
    total: int
    seconds: float
    seen_now: int
    done: bool = False

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.seen_now / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """About how long it will take, None where nobody can say."""
        if self.done:
            return 0.0
        return max(0, self.total - self.seen) / self.rate if self.rate and self.total else None


@dataclass(frozen=True)
class DueBackfill:
    """A backfill that a revision left for later. ``seen`` rows were looked at, ``rows`` changed."""

    bind: str
    revision: str
    table: str
    rows: int
    seen: int


@dataclass(frozen=True)
class Backfilled:
    """A backfill that ``backfill`` has done; ``rows`` were changed, in all its runs together."""

    bind: str
    revision: str
    table: str
    rows: int
    seconds: float


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class BackupMade:
    """A backup of one database, and what to type in a shell to have it back.

    ``size`` is in bytes.
    """

    bind: str
    path: str
    size: int
    restore_command: str
    seconds: float


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class LogEntry:
    """A row of the ledger: a revision that was applied, reverted or stamped, or that failed.

    ``direction`` is "upgrade", "downgrade" or "stamp", ``result`` "done" or "failed",
    ``checksum`` that of the revision's file, ``version`` that of Flask-Godwit. Times are UTC.
    """

    number: int
    bind: str
    revision: str
    down_revisions: tuple[str, ...]
    message: str
    direction: str
    result: str
    error: str
    started: datetime
    finished: datetime
    statements: int
    checksum: str
    database_user: str
    os_user: str
    host: str
    version: str

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished - self.started).total_seconds()


@dataclass(frozen=True)
class HalfApplied:
    """A revision that was begun and did not come to its end.

    ``statements`` are those of it that took effect, ``error`` is why it stopped ("" after a
    crash), ``direction`` is "upgrade" or "downgrade".
    """

    bind: str
    revision: str
    direction: str
    statements: tuple[str, ...]
    error: str = ""


@dataclass(frozen=True)
class Resolved:
    """What was decided about a half-applied revision; ``before`` is the revision it builds on."""

    bind: str
    revision: str
    direction: str
    decision: str
    before: str


@dataclass(frozen=True)
class DatabaseChange:
    """What ``create`` or ``drop`` did to one database."""

    bind: str
    database: str
    done: bool


def as_json(value: Any) -> Any:
    """A value as JSON-ready dicts, lists and scalars; properties are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value, dict_factory=_plain)
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value


def _plain(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a value, moments in ISO 8601."""
    return {name: getattr(value, "isoformat", lambda v=value: v)() for name, value in fields}
