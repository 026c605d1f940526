"""What a database answers about views, functions and triggers, and what their kinds are called."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, ClassVar

from .written import quoted

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect

    from .objects import ObjectKey, Objects

VIEW = "view"
MATERIALIZED_VIEW = "materialized view"
FUNCTION = "function"
PROCEDURE = "procedure"
TRIGGER = "trigger"
POLICY = "policy"
RULE = "rule"

OF_TABLES = (TRIGGER, POLICY, RULE)
"""What belongs to a table, with which it goes."""
UNDECLARED = (POLICY, RULE)
"""What no model declares."""


class ObjectAnswers:
    """What every database answers about its views, functions and triggers."""

    materializes_views: ClassVar[bool] = False
    """Whether a view can keep its rows."""
    replaces: ClassVar[frozenset[str]] = frozenset()
    """The kinds of objects that ``CREATE OR REPLACE`` makes anew in place."""
    or_replace: ClassVar[frozenset[str]] = frozenset()
    """The kinds of objects for which it knows ``CREATE OR REPLACE`` at all."""
    keeps_shape: ClassVar[bool] = False
    """Whether what is replaced in place must have the same columns or arguments."""
    follows_renames: ClassVar[bool] = True
    """Whether they speak of a table or column by its new name when that is renamed.

    A trigger goes along with its own table in any case.
    """
    holds_dependents: ClassVar[bool] = False
    """Whether a table can't be changed or dropped while a view depends on what changes."""

    def objects(self, connection: Connection) -> Objects:
        """The views, functions and triggers that are there."""
        return {}

    def rights(self, connection: Connection, key: ObjectKey) -> tuple[str, ...]:
        """The statements that give others the rights again that go with it when it is dropped."""
        return ()

    def stands_on(self, connection: Connection, key: ObjectKey) -> tuple[str, ...]:
        """The statements that make again what goes with an object when it is dropped."""
        return ()

    def broken_without(
        self, connection: Connection, columns: Mapping[str, Collection[str]]
    ) -> Collection[ObjectKey]:
        """What would no longer work without some columns, where a migration would stop at that.

        :param columns: the names of those that go, by table; none is the whole table.
        """
        return ()

    def stopping_renames(
        self, connection: Connection, columns: Mapping[str, Collection[str]]
    ) -> ObjectKey | None:
        """What knows columns by another way than its database follows, and so is in the way of
        other names; the first one.

        :param columns: the names that change, by table.
        """
        return None

    def broken_readers(
        self, found: Objects, gone: Mapping[str, Collection[str]]
    ) -> Mapping[ObjectKey, tuple[str, str]]:
        """What would no longer work without some columns or tables, of which nothing is said
        when they go; with the table and column that each misses.

        :param gone: the columns, by table; no column is the whole table.
        """
        return {}

    @staticmethod
    def drop_object(
        dialect: Dialect, kind: str, schema: str | None, name: str, of: str | None
    ) -> str:
        """The statement that drops a view, function or trigger.

        :param of: the table of what belongs to one, or a function's arguments if they are known.
        """
        return f"DROP {kind.upper()} {quoted(dialect, schema, name)}"
