"""What is noted of the revision that runs: kept in memory, and written when it must be.

Where nothing is committed in the middle of a revision there is nothing to note: a crash takes
back everything. So what was done since the last commit is kept in memory, and written when
something is about to be committed, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ..dialects.guard import Running
from ..dialects.witness import Witness
from .entries import DONE, FAILED, Entry, digest, piece_text
from .recovery import Unfinished
from .replay import Replay
from .store import Store


class Notes:
    """The notes of one run on one connection, and how far an earlier run came."""

    def __init__(self, store: Store, witness: Witness) -> None:
        self.store = store
        self.connection = store.connection
        self.witness = witness
        self.unfinished: Unfinished | None = None
        self.table_exists = False
        self.running = Running("", "", "")
        self.replay = Replay((), edited=False)
        self.file = ""
        self.kept: list[Entry] = []
        self.late: Entry | None = None
        """What took effect, which is written with the next note: or never, if there is none."""
        self.touched: tuple[str, ...] = ()
        self.active = False
        """Whether a revision runs, and what is sent is its own."""

    def is_behind(self) -> bool:
        """Whether the revision has not yet come to where the last run was cut off for sure."""
        return self.active and self.replay.has_pieces_ahead

    def done(self, revision: str, direction: str) -> tuple[str, ...]:
        """The statements that took effect of a revision that is not finished."""
        entries = (self.unfinished or {}).get((revision, direction), [])
        return tuple(entry.statement for entry in entries if entry.state == DONE)

    @property
    def has_more(self) -> bool:
        """Whether the last run came further than this one is now."""
        return self.active and bool(self.replay.entries[self.replay.next :])

    def is_ahead(self, statement: str) -> bool:
        """Whether the last run came to a statement that this one has not come to yet."""
        return self.active and self.replay.is_ahead(digest(statement))

    def has_piece(self, name: str, definition: str) -> bool:
        """Whether the last run began a piece of work that this one has not come to yet."""
        text, values = piece_text(name), digest(definition)
        return self.active and self.replay.is_ahead(text, values)

    def take_back(self, statement: str, undo: str) -> None:
        """Undo what was sent outside of a transaction, and forget that it was."""
        assert self.unfinished is not None
        entries = self.unfinished.get((self.running.revision, self.running.direction), [])
        found = [e for e in entries if e.text == digest(statement) and e.state == DONE]
        with self.aside():
            self._raw_execute("BEGIN")
            try:
                self._raw_execute(undo)
                for entry in found[-1:]:
                    self.change(replace(entry, state=FAILED, error="taken back"))
            except BaseException:
                self._raw_execute("ROLLBACK")
                raise
            self._raw_execute("COMMIT")

    def dismiss(self, statement: str) -> None:
        """Forget that a statement was sent which the server refused at once."""
        assert self.unfinished is not None
        key = (self.running.revision, self.running.direction)
        entries = self.unfinished.get(key, [])
        refused = [e for e in entries if e.text == digest(statement) and e.state == FAILED]
        with self.aside():
            for entry in refused:
                self.store.forget(*key, entry)
        self.unfinished[key] = [entry for entry in entries if entry not in refused]

    def write(self) -> None:
        """Write what is kept in memory, in the transaction that is open."""
        self._write_late()
        if not self.kept:
            return
        if not self.table_exists:
            self._create()
        if self.touched and self.kept[-1].state == DONE and not self.witness.commits_schema:
            # A transaction may have changed again what was compared after a crash.
            after = self.witness.definitions(self.touched)
            self.kept[-1] = replace(self.kept[-1], after=after)
        key = (self.running.revision, self.running.direction)
        self.store.add(*key, self.kept)
        self._remember(*self.kept)
        self.kept.clear()

    def change(self, entry: Entry) -> None:
        self._write_late()
        self.store.change(self.running.revision, self.running.direction, entry)
        self._remember(entry)

    def change_later(self, entry: Entry) -> None:
        """Note what the next run could see for itself, where our transaction goes on.

        Most revisions are one statement: they end with this one, and take their notes along.
        """
        self._write_late()
        self.late = entry
        self._remember(entry)

    def _write_late(self) -> None:
        late, self.late = self.late, None
        if late is not None:
            self.store.change(self.running.revision, self.running.direction, late)

    def _remember(self, *entries: Entry) -> None:
        """What is in the table, for a second try in this run."""
        assert self.unfinished is not None
        key = (self.running.revision, self.running.direction)
        by_position = {entry.position: entry for entry in self.unfinished.get(key, [])}
        by_position.update((entry.position, entry) for entry in entries)
        self.unfinished[key] = [by_position[position] for position in sorted(by_position)]
        self.replay.noted(self.unfinished[key])

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Our own statements are not noted."""
        self.active = False
        try:
            yield
        finally:
            self.active = True

    def _commit(self) -> None:
        """At the driver: for SQLAlchemy its transaction goes on, as after any DDL on MySQL."""
        self._write_late()
        raw = self.connection.connection.dbapi_connection
        if raw is not None and not self.witness.is_autocommit():
            raw.commit()

    def _raw_execute(self, statement: str) -> None:
        cursor = self.connection.connection.cursor()
        try:
            cursor.execute(statement)
        finally:
            cursor.close()

    def _create(self) -> None:
        self.store.create()
        self.table_exists = True
