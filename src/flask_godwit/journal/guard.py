"""The journal as a guard: it sees each statement, and leaves out what was done before.

Something is committed in the middle of a revision before each DDL statement on MySQL and MariaDB,
in an autocommit block, and where a revision commits by itself: there the notes are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from ..dialects.guard import Guard, OutsideTransaction, Running, Sent
from ..dialects.witness import Definitions, Witness
from ..errors import JournalConflict
from ..interrupts import failures_ignored
from ..retry import Limits
from .answers import answer_of, give
from .entries import BEGUN, DONE, FAILED, Entry, digest, digest_of_values, shortened
from .kinds import Kind, kind_of, temporary_table, without_literals
from .notes import Notes
from .recovery import IsApplied, Recovery, choices, refuse_changed, refuse_other
from .replay import Replay
from .store import Store

_INSERTS = ("INSERT", "REPLACE")


class Journal(Notes, Guard):
    """Notes what the revisions of one run do on one connection."""

    def __init__(
        self, store: Store, witness: Witness, limits: Limits, is_applied: IsApplied
    ) -> None:
        super().__init__(store, witness)
        self.recovery = Recovery(store, witness, limits, is_applied)
        self.spans_revisions = False
        self.temporary: set[str] = set()
        self.savepoints: dict[str, int] = {}
        self.is_stale = False
        """Whether what was noted last may have been rolled back."""

    # --- around the run and each of its revisions ---

    @contextmanager
    def run(self) -> Iterator[None]:
        self.spans_revisions = self.connection.in_transaction()
        listeners: dict[str, Callable[..., Any]] = {
            "commit": self._committing,
            "rollback": self._rolled_back,
            "savepoint": self._savepoint,
            "rollback_savepoint": self._rolled_back_to,
        }
        for name, function in listeners.items():
            event.listen(self.connection, name, function)
        try:
            yield
        finally:
            for name, function in listeners.items():
                event.remove(self.connection, name, function)
            self.witness.close()

    def step(
        self, function: Callable[..., None], outside: OutsideTransaction, running: Running
    ) -> Callable[..., None]:
        def call(**arguments: Any) -> None:
            try:
                self._open(running, outside)
                self.active = True
                function(**arguments)
                self.witness.settle()
            except JournalConflict as error:
                error.hint = error.hint or choices(
                    running.revision, running.direction, ", once what differs is undone"
                )
                raise
            except Exception:
                self.is_stale = True
                raise
            finally:
                self.active = False
                self.kept.clear()

        return call

    def applied(self) -> None:
        """The revision is finished: with the version its notes go, in one transaction."""
        key = (self.running.revision, self.running.direction)
        self.late = None
        if self.unfinished and self.unfinished.pop(key, None):
            self.store.clear(*key)

    def _open(self, running: Running, outside: OutsideTransaction) -> None:
        """Look up what an earlier run did of this revision."""
        self.running = running
        if self.unfinished is None or self.is_stale:
            if self._reads_inside:
                self._read()
            else:
                outside(self._read)
        assert self.unfinished is not None
        refuse_other(self.unfinished, running.revision, running.direction)
        entries = self.unfinished.get((running.revision, running.direction), [])
        self.file = _digest_of_file(running.path)
        self.replay = Replay(entries, edited=any(entry.file != self.file for entry in entries))
        self.kept.clear()
        self.late = None
        self.touched = tuple({name: None for entry in entries for name in entry.after})
        self.temporary.clear()
        if entries:
            refuse_changed(self.witness, entries)

    def _read(self) -> None:
        """Read the journal; make its table first where one will be needed."""
        self.table_exists = self.store.exists()
        if not self.table_exists and self.witness.commits_schema:
            self._create()
        self.is_stale = False
        self.unfinished = self.recovery.read(self._refresh) if self.table_exists else {}
        self._refresh()
        if not self._reads_inside:
            self.connection.rollback()

    def _refresh(self) -> None:
        """See what others have committed meanwhile, and commit what was tidied up.

        Not in a transaction that somebody holds for all revisions, and could roll back.
        """
        if self.witness.commits_schema or not self._reads_inside:
            self._commit()

    @property
    def _reads_inside(self) -> bool:
        """Whether the journal is read in the revision's transaction, which is to be left alone."""
        return self.spans_revisions or not self.witness.notes_commits

    # --- around each statement ---

    def statement(self, sent: Sent, go: Callable[[], None]) -> None:
        if not self.active:
            return go()
        kind = kind_of(sent.statement)
        if kind is Kind.OTHER or self._is_temporary(sent.statement):
            return go()
        with self.aside():
            if kind is Kind.IMPLICIT:
                if self.witness.commits_schema:
                    self.write()
                return go()
            if kind in (Kind.COMMIT, Kind.ROLLBACK):
                return self._end_of_transaction(kind, go)
            return self._noted(kind, sent, go)

    def _end_of_transaction(self, kind: Kind, go: Callable[[], None]) -> None:
        if kind is Kind.COMMIT:
            self._write_at_commit()
        else:
            self.kept.clear()
        go()

    def _write_at_commit(self) -> None:
        if self.witness.notes_commits:
            self.write()

    def _noted(self, kind: Kind, sent: Sent, go: Callable[[], None]) -> None:
        text, values = digest(sent.name), digest_of_values(sent.parameters)
        inserts = sent.statement.lstrip().upper().startswith(_INSERTS)
        found = self.replay.find(text, values, inserts=inserts, statement=sent.statement)
        if found is not None and self._took_effect(found, sent.statement):
            return give(found.answer, sent)
        entry = found or Entry(
            position=self.replay.position + len(self.kept),
            statement=shortened(sent.statement),
            text=text,
            values=values,
            state=DONE,
            session=self.witness.session() if self._commits(kind) else "",
            file=self.file,
        )
        if self._commits(kind):
            self._send_alone(entry, sent, go)
        elif self.witness.is_autocommit():
            self._send_in_transaction(entry, sent, go)
        else:
            self._send(entry, sent, go)
            if kind is not Kind.DATA:
                self._touch(self.witness.names(sent.statement))
        return None

    def _commits(self, kind: Kind) -> bool:
        """Whether the statement can't be in one transaction with its note."""
        return kind is not Kind.DATA and (
            self.witness.commits_schema or self.witness.is_autocommit()
        )

    def _send(self, entry: Entry, sent: Sent, go: Callable[[], None]) -> None:
        go()
        self.kept.append(replace(entry, answer=answer_of(sent)))

    def _send_in_transaction(self, entry: Entry, sent: Sent, go: Callable[[], None]) -> None:
        """In a block of autocommit: the change and its note together all the same."""
        self.write()
        self._raw_execute("BEGIN")
        try:
            self._send(entry, sent, go)
            self.write()
        except BaseException:
            self.kept.clear()
            self._raw_execute("ROLLBACK")
            raise
        self._raw_execute("COMMIT")

    def _send_alone(self, entry: Entry, sent: Sent, go: Callable[[], None]) -> None:
        """Note it before and after, with how things looked before and look after it."""
        names = self.witness.names(sent.statement)
        begun = replace(
            entry,
            state=BEGUN,
            before=self.witness.definitions(names),
            session=self.witness.session(),
            error="",
        )
        self._begin(begun, is_new=entry not in self.replay.entries)
        try:
            go()
        except Exception as error:
            with failures_ignored():  # a lost connection: the next run looks what became of it
                self.change(replace(begun, state=FAILED, error=str(error)))
                self._commit()
            raise
        self._finish(begun, names, sent)

    def _begin(self, begun: Entry, *, is_new: bool) -> None:
        if is_new:
            self.kept.append(begun)
            self.write()
        else:
            self.change(begun)
        self._commit()

    def _finish(self, begun: Entry, names: tuple[str, ...], sent: Sent) -> None:
        after = self.witness.definitions(names)
        self._touch(names)
        if self.witness.changes_others(sent.statement):
            after = self.witness.definitions(self.touched)
        done = replace(begun, state=DONE, after=after)
        if self.witness.commits_schema:
            self.change_later(done)
        else:
            self.change(done)
        if not _tells(begun.before, {name: after.get(name, "") for name in begun.before}):
            self._commit()  # nobody could see later that it took effect

    def _touch(self, names: tuple[str, ...]) -> None:
        """Compare these too, should a run be cut off after this."""
        self.touched = tuple({**dict.fromkeys(self.touched), **dict.fromkeys(names)})

    def _took_effect(self, entry: Entry, statement: str) -> bool:
        """Whether a statement that was sent before needs not be sent again."""
        if entry.state != BEGUN:
            return True
        names = self.witness.names(statement)
        if not names:
            raise JournalConflict(
                "Whether a statement took effect that was sent when the last run was cut off"
                " can't be seen.",
                detail=f"  {entry.statement}",
            )
        self.witness.clear_away(statement)
        now = self.witness.definitions(names)
        if now == entry.before:
            return False
        self.change(replace(entry, state=DONE, after=now))
        return True

    def _is_temporary(self, statement: str) -> bool:
        """Whether a statement is about a table that goes with the session."""
        made = temporary_table(statement)
        if made:
            self.temporary.add(made.lower())
        if not self.temporary:
            return False
        words = without_literals(statement).replace("`", " ").replace('"', " ").split()
        return any(word.strip("(),;").lower() in self.temporary for word in words[:5])

    # --- what SQLAlchemy tells of transactions ---

    def _committing(self, _connection: Connection) -> None:
        if self.active:
            with self.aside():
                self._write_at_commit()

    def _rolled_back(self, _connection: Connection) -> None:
        self.kept.clear()

    def _savepoint(self, _connection: Connection, name: str) -> None:
        self.savepoints[name] = len(self.kept)

    def _rolled_back_to(self, _connection: Connection, name: str, _context: Any) -> None:
        del self.kept[self.savepoints.get(name, 0) :]


def _digest_of_file(path: str) -> str:
    try:
        return digest(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""


def _tells(before: Definitions, after: Definitions) -> bool:
    return bool(before) and before != after
