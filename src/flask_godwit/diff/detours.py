"""Names that something has only for the moment, and what is said in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

from alembic.operations import ops

from ..frozen import frozen
from ..values.names import SWAPPED
from .names import said
from .steps import flat, renamed_column

_LEAVES = "_godwit_old"
_KEPT = 40
"""So many letters of the name stay, as databases allow few."""


def swapping(name: str) -> str:
    """The name, while another thing takes its own, of what gets that one's."""
    return f"{name[:_KEPT]}{SWAPPED}"


def leaving(name: str) -> str:
    """The name, while another thing takes its own, of what goes later."""
    return f"{name[:_KEPT]}{_LEAVES}"


def is_detour(text: str) -> bool:
    """Whether a name, or a statement, is of something that has its name for the moment."""
    return SWAPPED in text or _LEAVES in text


Renaming = tuple[str, str, str]
"""The table whose column it is, "" for a table itself; the names before and after."""


@frozen
class Detours:
    """What is said in place of names for the moment, by their table.

    What swaps its name is called as it is to be: ``a -> a_godwit_swap`` is ``a -> b``, and
    the second half of the way goes without saying. What goes later is called as models know it.
    """

    names: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, renamings: Iterable[Renaming]) -> Detours:
        """The detours among all renamings of a revision."""
        before: dict[tuple[str, str], str] = {}
        after: dict[tuple[str, str], str] = {}
        for table, old, new in renamings:
            if new.endswith((SWAPPED, _LEAVES)):
                before.setdefault((table, new), old)
            if old.endswith((SWAPPED, _LEAVES)):
                after[table, old] = new
        found = {**before, **after}
        marks = {place: " (old)" if place[1].endswith(_LEAVES) else "" for place in found}
        return cls({place: name + marks[place] for place, name in found.items()})

    def hides(self, renaming: Renaming) -> bool:
        """Whether nothing is said of it: only one half of the way to another name is a change."""
        table, old, new = renaming
        return (table, old) in self.names or ((table, new) in self.names and _LEAVES in new)

    def in_words(self, text: str, table: str = "") -> str:
        """A text without names for the moment.

        :param table: which one it is about, if that is known: names of its own come first.
        """
        if not is_detour(text):
            return text
        places = sorted(self.names, key=lambda place: (place[0] != table, -len(place[1])))
        for place in places:
            text = text.replace(place[1], self.names[place])
        return text


def detours_of(operations: ops.OpContainer) -> Detours:
    """The detours in the operations of a script."""
    return Detours.of(renamings(flat(operations)))


def renamings(operations: Iterable[Any]) -> Iterator[Renaming]:
    """What gets another name by operations."""
    for operation in operations:
        if isinstance(operation, ops.RenameTableOp):
            yield "", operation.table_name, operation.new_table_name
        elif (found := renamed_column(operation)) is not None:
            key, old, new = found
            yield said(key), old, new


def place_of(operation: Any) -> str:
    """The table that an operation is about, as messages name it; "" where that is not known."""
    renamed = renamed_column(operation)
    if renamed is not None:
        return said(renamed[0])
    name = getattr(operation, "table_name", None)
    return said((getattr(operation, "schema", None), name)) if name else ""
