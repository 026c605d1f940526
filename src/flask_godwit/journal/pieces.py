"""Work that a revision does in parts, each committed together with a note of how far it is.

The note is an entry of the journal. Before the first part everything that the revision did so
far is written down and committed, so that the next run knows that it is done.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..errors import JournalConflict
from ..frozen import frozen
from .entries import BEGUN, DONE, Answer, Entry, digest, piece_text
from .guard import Journal

Key = tuple[Any, ...]
"""The values of a row's key columns."""


@frozen
class Standing:
    """How far a piece of work is: everything after ``cursor`` up to ``until`` is left.

    ``cursor`` is () before the first part. ``rows`` were changed, ``seen`` were looked at.
    """

    cursor: Key = ()
    until: Key = ()
    rows: int = 0
    seen: int = 0
    done: bool = False


class Piece:
    """A piece of work whose standing is kept in memory: for one transaction over everything."""

    def __init__(self) -> None:
        self.standing = Standing()

    def begin(self) -> None:
        """Note everything that was done before it."""

    def locked(self) -> Standing:
        """How far it is; nobody else works on it before our transaction ends."""
        return self.standing

    def reached(self, standing: Standing) -> None:
        """Note how far it is, in the transaction that is open."""
        self.standing = standing


class NotedPiece(Piece):
    """A piece of work in the journal.

    :param name: what it does, in words.
    :param definition: what makes it another one when the revision is edited.
    :raises JournalConflict: it was begun, and the revision was edited since.
    """

    def __init__(self, journal: Journal, name: str, definition: str) -> None:
        super().__init__()
        self.journal = journal
        text = piece_text(name)
        values = digest(definition)
        found = journal.replay.find(text, values, inserts=True, statement=name)
        if found is not None:
            _refuse_edited(journal, found, values)
            self.standing = _standing(found)
        self.is_new = found is None
        self.entry = found or Entry(
            position=0, statement=name, text=text, values=values, state=BEGUN, file=journal.file
        )

    def begin(self) -> None:
        if self.is_new:
            position = self.journal.replay.position + len(self.journal.kept)
            self.entry = replace(
                self.entry, position=position, session=self.journal.witness.session()
            )
            self.journal.kept.append(self.entry)
        self.journal.write()

    def locked(self) -> Standing:
        running = self.journal.running
        self.entry = self.journal.store.locked(
            running.revision, running.direction, self.entry.position
        )
        return _standing(self.entry)

    def reached(self, standing: Standing) -> None:
        answer = Answer(
            standing.rows, standing.seen, ("cursor", "until"), (standing.cursor, standing.until)
        )
        self.standing = standing
        self.entry = replace(
            self.entry,
            state=DONE if standing.done else BEGUN,
            answer=answer,
            session=self.journal.witness.session(),
        )
        self.journal.change(self.entry)


def _refuse_edited(journal: Journal, found: Entry, values: str) -> None:
    if found.values != values and journal.replay.edited:
        raise JournalConflict(
            "Its file was edited, and rows were changed as it was before.",
            detail=f"  {'done' if found.state == DONE else 'begun'}: {found.statement}",
        )


def _standing(entry: Entry) -> Standing:
    answer = entry.answer
    cursor, until = answer.rows or ((), ())
    rows = max(0, answer.count)
    return Standing(cursor, until, rows, answer.last_id or 0, entry.state == DONE)
