"""What a plan is made of: plain, frozen values, as ``--json`` prints them.

``Facts`` are what was read of a database before, a ``Plan`` is what would happen to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from .findings import RuleFinding as RuleFinding
from .frozen import frozen
from .values import DEFAULT_BIND

BLOCKS = ("nothing", "schema changes", "writes", "reads and writes")
"""Whom a lock keeps waiting, the worst last."""

WORK = ("none", "catalogue", "rows", "scan", "index", "rewrite")
"""What a statement does to a table's data, the most last."""

COPY_BESIDE = "COPY, while others write"
"""The algorithm where we, or a tool, copy the table for a statement: no word of a server."""

WHOLE_DATABASE = "the whole database"


# --- what is known of a database ------------------------------------------------


@frozen
class ColumnFact:
    """A column as it is now; ``type`` is written as in CREATE TABLE."""

    type: str
    nullable: bool
    default: str | None = None


@frozen
class TableFact:
    """A table as it is now. Rows and bytes are the server's own estimate.

    ``checks`` are the CHECKs that all rows are known to satisfy, ``unproved`` those that are NOT
    VALID, ``foreign_keys`` lead from a constraint's name to the table that it refers to, ``traits``
    are what else decides on the algorithm of a change.
    """

    rows: int = 0
    bytes: int = 0
    columns: Mapping[str, ColumnFact] = field(default_factory=dict)
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)
    unproved: Mapping[str, str] = field(default_factory=dict)
    foreign_keys: Mapping[str, str] = field(default_factory=dict)
    traits: frozenset[str] = frozenset()


def builds_wrong_indexes(version: tuple[int, ...]) -> bool:
    """Whether a PostgreSQL may leave rows out of an index that it builds CONCURRENTLY.

    That is so from 14.0 to 14.3, and is said of no server whose version is not known.
    Source: the release notes of PostgreSQL 14.4.
    """
    return (14,) <= version < (14, 4)


@frozen
class Facts:
    """What planning must know of a database, read once.

    ``read`` is false where there was none to ask: then every table may be big. ``new`` are the
    tables that the run itself creates, before what is being judged. ``with_default`` are those
    that have a partition for whatever fits into no other.
    """

    dialect: str
    version: tuple[int, ...] = ()
    tables: Mapping[str, TableFact] = field(default_factory=dict)
    read: bool = True
    new: frozenset[str] = frozenset()
    with_default: frozenset[str] = frozenset()
    small_rows: int = 0
    checks_foreign_keys: bool = True
    """False where MySQL's session was told ``foreign_key_checks = 0``."""

    def table(self, name: str) -> TableFact | None:
        """What is known of a table."""
        return self.tables.get(name)

    def is_before(self, *version: int) -> bool:
        """Whether the server is older; one that is not known is taken for a new one."""
        return bool(self.version) and self.version < version

    @property
    def builds_wrong_indexes(self) -> bool:
        """Whether what it builds CONCURRENTLY may lack rows: :func:`builds_wrong_indexes`."""
        return self.dialect == "postgresql" and builds_wrong_indexes(self.version)

    def is_harmless(self, name: str) -> bool:
        """Whether a table is new or small: nobody waits long for it."""
        if name in self.new:
            return True
        known = self.tables.get(name)
        return self.read and known is not None and known.rows < self.small_rows

    def owner(self, index: str) -> str:
        """The table that an index belongs to, "" if it is not known."""
        short = index.rpartition(".")[2]
        return next((name for name, table in self.tables.items() if short in table.indexes), "")


# --- what would happen ------------------------------------------------------------


@frozen
class Cost:
    """What a statement takes: a lock, whom that blocks, and the work that is done under it.

    ``algorithm`` is MySQL's and MariaDB's word for the work, ``also`` names other tables that
    are locked, ``sure`` is false where the cautious answer was given.
    """

    lock: str = ""
    blocks: str = "nothing"
    work: str = "none"
    table: str = ""
    algorithm: str = ""
    also: tuple[str, ...] = ()
    sure: bool = True

    @property
    def is_of_database(self) -> bool:
        """Whether the lock is one for all tables."""
        return self.lock == WHOLE_DATABASE


@frozen
class Statement:
    """One statement as it would be sent. ``times`` counts how often, with changing values.

    ``rows`` and ``bytes`` are the size of the table now, ``seconds`` a rough estimate, None where
    nothing is known.
    """

    sql: str
    transactional: bool
    cost: Cost = field(default_factory=Cost)
    times: int = 1
    rows: int | None = None
    bytes: int | None = None
    seconds: float | None = None


@frozen
class RowFinding:
    """Rows that are there now, and that a step would fail on.

    ``keys`` are the primary keys of a few of them. ``is_certain`` is false where an earlier step
    of the same run may repair them. A ``count`` of 0: it took too long to look.
    """

    what: str
    table: str
    count: int
    keys: tuple[str, ...] = ()
    is_certain: bool = True

    @property
    def in_words(self) -> str:
        """One sentence, without its full stop."""
        repaired = self.count and not self.is_certain
        return f"{self.what}, unless an earlier step repairs them" if repaired else self.what


@frozen
class PlanStep:
    """Operations that belong together, in words, and the statements that they give.

    ``breaks`` is what goes wrong for code that does not know of the change yet, ``loses`` the
    data that is lost; "" where there is nothing to say. ``rows`` are in the way now.
    """

    operations: tuple[str, ...]
    statements: tuple[Statement, ...]
    line: int = 0
    breaks: str = ""
    loses: str = ""
    findings: tuple[RuleFinding, ...] = ()
    rows: tuple[RowFinding, ...] = ()


@frozen
class PlannedRevision:
    """What one revision would do. ``unplannable`` says why the rest of it is not known.

    ``undo`` says whether it can be taken back. ``reads`` are the lines at which its script asks
    the database: what it does depends on what was there when the plan was made.
    """

    revision: str
    message: str
    direction: str
    path: str
    steps: tuple[PlanStep, ...] = ()
    undo: str = ""
    reads: tuple[str, ...] = ()
    unplannable: str = ""


@frozen
class TargetPlan:
    """What would happen to one database."""

    bind: str = DEFAULT_BIND
    database: str = ""
    server: str = ""
    current: tuple[str, ...] = ()
    revisions: tuple[PlannedRevision, ...] = ()


@frozen
class Plan:
    """What ``upgrade`` or ``downgrade`` would do; false when that is nothing."""

    targets: tuple[TargetPlan, ...] = ()

    def __bool__(self) -> bool:
        return any(target.revisions for target in self.targets)

    @property
    def steps(self) -> tuple[PlanStep, ...]:
        """The steps of all revisions and databases, in order."""
        return tuple(
            step
            for target in self.targets
            for revision in target.revisions
            for step in revision.steps
        )

    @property
    def findings(self) -> tuple[RuleFinding, ...]:
        """What the rules found in all steps, in order."""
        return tuple(finding for step in self.steps for finding in step.findings)

    @property
    def is_whole(self) -> bool:
        """Whether every revision could be planned."""
        every = (revision for target in self.targets for revision in target.revisions)
        return not any(revision.unplannable for revision in every)


@frozen
class PlanScript:
    """What would happen to one database, as a script for ``client`` that somebody else can run."""

    bind: str = DEFAULT_BIND
    database: str = ""
    client: str = ""
    revisions: tuple[str, ...] = ()
    sql: str = ""


@frozen
class Lint:
    """What the rules say of revisions, by their files alone; false when nothing is open.

    ``since`` is the git revision after which the revisions are new or changed, "" for all.
    """

    revisions: tuple[str, ...] = ()
    findings: tuple[RuleFinding, ...] = ()
    since: str = ""

    def __bool__(self) -> bool:
        return bool(self.open)

    @property
    def open(self) -> tuple[RuleFinding, ...]:
        """What nobody waived."""
        return tuple(finding for finding in self.findings if not finding.waived)

    @property
    def errors(self) -> tuple[RuleFinding, ...]:
        """What should not be run as it is."""
        return tuple(finding for finding in self.open if finding.level == "error")
