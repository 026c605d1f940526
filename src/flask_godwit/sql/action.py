"""What one clause of a statement does, as a value."""

from __future__ import annotations

from ..frozen import frozen


@frozen
class Action:
    """One thing that a statement does. ``ALTER TABLE`` may do several.

    ``kind`` is a word such as ``add_column``, ``create_index`` or ``update``; ``opaque`` is what
    can't be read. ``table`` is what it is done to, "" where that is no table. ``name`` is the
    column, index, constraint or type. ``traits`` are words of the clause that matter, such as
    ``concurrently``, ``not valid``, ``not null``. The ``columns`` of an ``update`` are those in
    which no NULL is left after it.
    """

    kind: str
    table: str = ""
    name: str = ""
    traits: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    type: str = ""
    expression: str = ""
    """The default, the condition, or the new name."""
    referred: tuple[str, ...] = ()
    """Tables that foreign keys in it lead to."""
    parts: tuple[Action, ...] = ()
    """The columns and constraints of a new table, each as if it were added."""

    def has(self, *traits: str) -> bool:
        """Whether it has all these traits."""
        return self.traits.issuperset(traits)


OPAQUE = Action("opaque")
