"""Along the history on a scratch database: up, compared, down, compared, and up again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationStep, RevisionStep
from sqlalchemy import Connection, MetaData

from ..dialects import dialect_for
from ..dialects.base import Database
from ..environment import Migrations
from ..errors import NotProvable
from ..failure import reason_of
from ..proofs import FAILED, PROVED, UNPROVED, Finding, TargetProof
from ..targets import DEFAULT_VERSION_TABLE, OWN_PREFIX
from ..values import Change
from .further import all_changes, further_changes

Inventory = Mapping[str, str]


_OF_CONVENTION = """
  The naming convention of the models names what those revisions leave nameless. Write the names
  that the database has into them: this revision fails on an empty database otherwise."""


class OverBudget(NotProvable):
    """The replay takes too long for a command that does something else."""


class Again(Exception):
    """What stands in the scratch database is no longer what the history makes."""


@dataclass
class Walk:
    """One replay of the history, on which revisions are proved until one fails.

    :param wanted: the revisions to prove.
    :param proofs: the results, by revision.
    :param deadline: a moment of the monotonic clock, before which the first proof must begin.
    """

    migrations: Migrations
    wanted: Sequence[str]
    proofs: dict[str, TargetProof] = field(default_factory=dict)
    deadline: float | None = None
    stage: str = "replay"
    revision: str = ""
    database: str = ""
    began: float = 0.0
    shown: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    remaining: tuple[Change, ...] = ()
    own_changes: frozenset[str] | None = None
    """What the revision is known to change, in words; None where that is not known."""
    looks_first: bool = False
    """Whether a revision is only tried where the history makes what it is to change."""

    def run(self) -> None:
        """Prove what is not proved yet; some may be left for another walk."""
        try:
            self.migrations.run(self._steps)
        except Again:
            pass
        except Exception as error:
            self._failed(error)

    @property
    def todo(self) -> list[str]:
        """The revisions that no proof was tried of."""
        return [revision for revision in self.wanted if revision not in self.proofs]

    def _steps(self, at: tuple[str, ...], context: MigrationContext) -> Iterator[RevisionStep]:
        assert context.connection is not None
        database = dialect_for(context.connection.engine.url, context.connection.dialect)
        self.database = database.name
        scripts = self.migrations.scripts
        order: list[Any] = [step.revision for step in scripts._upgrade_revs("heads", ())]  # type: ignore[arg-type]
        for script in order:
            self.stage, self.revision = "replay", script.revision
            if not self.todo:
                return
            if script.revision in self.todo:
                yield from self._prove(script, context, is_last=script is order[-1])
            else:
                self._look_at_the_clock()
                yield _step(context, script, up=True)

    def _look_at_the_clock(self) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OverBudget(
                "replaying the history takes longer than GODWIT_PROVE_SECONDS allows",
                hint="flask db prove    takes its time",
            )

    def _prove(
        self, script: Any, context: MigrationContext, *, is_last: bool
    ) -> Iterator[RevisionStep]:
        assert context.connection is not None
        database = dialect_for(context.connection.engine.url, context.connection.dialect)
        self.began = time.perf_counter()
        self.shown, self.findings, self.notes, self.remaining = [], [], [], ()
        before = self._inventory(context)
        self.stage = "upgrade"
        if self.looks_first:
            self._look_first(context)
        yield _step(context, script, up=True)
        self.shown.append("upgrade")
        if is_last and _has_models(context):
            self.remaining = self._further(context, script)
        if not hasattr(script.module, "downgrade"):
            raise NotImplementedError
        self.stage = "downgrade"
        yield _step(context, script, up=False)
        self._compare(database, before, self._inventory(context))
        self._judge(context, script)
        self._conclude()
        if self.todo:
            self.stage = "replay"
            yield _step(context, script, up=True)

    def _look_first(self, context: MigrationContext) -> None:
        changes: tuple[Change, ...] = _read(
            context, lambda _: all_changes(self.migrations, context)
        )
        found = set(map(str, changes))
        missing = sorted((self.own_changes or frozenset()) - found)
        if missing:
            raise NotProvable(
                "the revisions before it don't make what the database has, or name it otherwise: "
                + ", ".join(missing)
                + (_OF_CONVENTION if _has_convention(context) else "")
            )

    def _further(self, context: MigrationContext, script: Any) -> tuple[Change, ...]:
        found: tuple[Change, ...] = _read(
            context, lambda _: further_changes(self.migrations, context, [script.revision])
        )
        if not found:
            self.shown.append("no further changes")
        return found

    def _compare(self, database: Database, before: Inventory, after: Inventory) -> None:
        after = dict(self._without_more(database, before, after))
        differences = tuple(_differences(before, after))
        if differences:
            text = "downgrade does not restore what was there before"
            self.findings.append(Finding("downgrade", text, differences))
        else:
            self.shown.insert(1, "downgrade")

    def _without_more(
        self, database: Database, before: Inventory, after: Inventory
    ) -> Iterator[tuple[str, str]]:
        """What was said by hand in the database is said by the downgrade, and by no revision."""
        for key, fact in after.items():
            old = before.get(key, fact)
            plain = [database.without_unsaid(key, said) for said in (old, fact)]
            if len(old) < len(fact) and plain[0] == plain[1]:
                self.notes.append(f"The downgrade says what no revision did: {key} {fact}")
                yield key, old
            else:
                yield key, fact

    def _judge(self, context: MigrationContext, script: Any) -> None:
        """Whether what still differs from the models is this revision's fault."""
        own = self.own_changes
        faults, others = list(map(str, self.remaining)), []
        if faults and own is not None:
            known = set(map(str, self._further_before(context, script))) - own
            others = [fault for fault in faults if fault in known]
            faults = [fault for fault in faults if fault not in known]
        if others:
            self.notes.append(
                "The revisions before it don't make what the database has: " + ", ".join(others)
            )
        if faults:
            text = "after it, the models still differ"
            self.findings.append(Finding("further changes", text, tuple(faults)))

    def _further_before(self, context: MigrationContext, script: Any) -> tuple[Change, ...]:
        found: tuple[Change, ...] = _read(
            context, lambda _: further_changes(self.migrations, context, script._all_down_revisions)
        )
        return found

    def _inventory(self, context: MigrationContext) -> Inventory:
        assert context.connection is not None
        database = dialect_for(context.connection.engine.url, context.connection.dialect)
        own = context.opts.get("version_table") or DEFAULT_VERSION_TABLE
        found: Inventory = _read(context, database.inventory)
        return {key: value for key, value in found.items() if not _is_own(key, own)}

    def _conclude(self, verdict: str = "", reason: str = "", hint: str = "") -> None:
        self.proofs[self.revision] = TargetProof(
            self.migrations.project.bind or "",
            self.database,
            verdict or (FAILED if self.findings else PROVED),
            tuple(self.shown),
            tuple(self.findings),
            reason,
            tuple(self.notes),
            round(time.perf_counter() - self.began, 3),
            hint,
        )
        if self.findings:
            raise Again

    def _failed(self, error: Exception) -> None:
        """A revision could not be run."""
        reason = reason_of(error)
        if isinstance(error, NotProvable) and self.stage != "replay":
            self._unproved(reason, [self.revision], error.hint)
        elif isinstance(error, NotImplementedError):
            self._not_reversible(error)
        elif self.stage == "replay" or isinstance(error, NotProvable):
            about = "" if isinstance(error, OverBudget) else f"revision {self.revision}: "
            hint = error.hint if isinstance(error, NotProvable) else ""
            self._unproved(f"{about}{reason}", self.todo, hint)
        else:
            self.findings.append(Finding(self.stage, f"{self.stage}: {reason}"))
            self._finish_quietly()

    def _not_reversible(self, error: Exception) -> None:
        """A revision that says that it can't be taken back is no defect."""
        said = str(error).strip()
        self.notes.append(f"It has no downgrade{f': {said}' if said else ''}.")
        faults = tuple(map(str, self.remaining))
        if faults:
            text = "after it, the models still differ"
            self.findings.append(Finding("further changes", text, faults))
        self._finish_quietly()

    def _finish_quietly(self) -> None:
        try:
            self._conclude()
        except Again:
            return

    def _unproved(self, reason: str, revisions: Sequence[str], hint: str) -> None:
        self.shown, self.findings = [], []
        for self.revision in list(revisions):
            self._conclude(UNPROVED, reason, hint)


def _has_models(context: MigrationContext) -> bool:
    given = context.opts.get("target_metadata")
    several = [given] if isinstance(given, MetaData) else list(given or ())
    return any(metadata.tables for metadata in several)


def _has_convention(context: MigrationContext) -> bool:
    """Whether constraints that a revision does not name get a name from the models."""
    given = context.opts.get("target_metadata")
    several = [given] if isinstance(given, MetaData) else list(given or ())
    return any(metadata.naming_convention.keys() - {"ix"} for metadata in several)


def _step(context: MigrationContext, script: Any, *, up: bool) -> RevisionStep:
    make = MigrationStep.upgrade_from_script if up else MigrationStep.downgrade_from_script
    found: RevisionStep = make(context.script.revision_map, script)  # type: ignore[union-attr]
    return found


def _read(context: MigrationContext, read: Callable[[Connection], Any]) -> Any:
    """Read between two revisions, and leave no transaction open that was not."""
    connection = context.connection
    assert connection is not None
    was_open = connection.in_transaction()
    try:
        return read(connection)
    finally:
        if not was_open and connection.in_transaction():
            connection.rollback()


def _is_own(key: str, version_table: str) -> bool:
    """Whether a fact is about a table in which versions are kept."""
    names = key.replace(".", " ").replace("_pkc", "").replace("`", " ").split()
    return version_table in names or any(name.startswith(OWN_PREFIX) for name in names)


def _differences(before: Inventory, after: Inventory) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        if key not in after:
            yield f"- {key} {before[key]}".strip()
        elif key not in before:
            yield f"+ {key} {after[key]}".strip()
        elif before[key] != after[key]:
            yield f"~ {key}: {before[key]} -> {after[key]}"
