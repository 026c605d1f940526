"""Which statements of a revision were done before: the journal, read beside the revision.

A revision that did not come to its end is run again from its first line, and every
statement that changes something is looked up here before it is sent. What was done is
answered from the journal. Nothing here knows a connection.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import JournalConflict
from .entries import BEGUN, FAILED, Entry, shortened


class Replay:
    """A pointer into the statements that were done, in order.

    :param edited: whether the revision's file was changed since.
    """

    def __init__(self, entries: Sequence[Entry], *, edited: bool) -> None:
        self.entries = [entry for entry in entries if entry.state != FAILED]
        self.edited = edited
        self.next = 0
        self.position = 1
        """The position of the next new statement."""
        self.noted(entries)

    def noted(self, entries: Sequence[Entry]) -> None:
        """These statements are in the journal now."""
        self.position = max((entry.position for entry in entries), default=0) + 1

    @property
    def has_pieces_ahead(self) -> bool:
        """Whether a piece of work follows, so that what comes before it is done."""
        return any(entry.is_piece for entry in self.entries[self.next :])

    def is_ahead(self, text: str, values: str | None = None) -> bool:
        """Whether a statement follows, with these values if any are given."""
        return self._ahead(text, values) is not None

    def find(self, text: str, values: str, *, inserts: bool, statement: str) -> Entry | None:
        """The entry of a statement that was sent before; None for one that is new.

        A revision may skip statements the second time, since it looks at the database: so
        entries may be passed over. An INSERT whose values differ is the same one all the
        same: identifiers and times are made anew in each run.

        :raises JournalConflict: the file was edited, and what was done is not in it any more.
        """
        found = self._ahead(text, values)
        if found is None and inserts:
            found = self._ahead(text)
        if found is None:
            self._refuse_edited(statement)
            return None
        self.next = found + 1
        return self.entries[found]

    def _ahead(self, text: str, values: str | None = None) -> int | None:
        """Where the next entry of that text is, with these values if any are given."""
        for index in range(self.next, len(self.entries)):
            entry = self.entries[index]
            if entry.text == text and values in (None, entry.values):
                return index
        return None

    def _refuse_edited(self, statement: str) -> None:
        left = self.entries[self.next :]
        if not (self.edited and left):
            return
        done = "\n".join(f"  {_verb(entry)}: {entry.statement}" for entry in left)
        raise JournalConflict(
            "Its file was edited, and what was done before is not in it at the same place.",
            detail=f"{done}\n  now comes: {shortened(statement)}",
        )


def _verb(entry: Entry) -> str:
    return "begun" if entry.state == BEGUN else "done"
