"""What a database answers about its tables as a whole: their engine, character set, row format."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


class OptionAnswers:
    """The part of a database that is about the options of tables. The base compares none."""

    check_at_once: ClassVar[str] = ""
    """The statement after which no constraint waits for the end of the transaction."""

    inherits_by: ClassVar[str] = ""
    """What a model calls the tables that its table inherits from."""

    partitioned_by: ClassVar[str] = ""
    """What a model calls the way its table is partitioned, where no table is given another one."""

    may_change_history: ClassVar[Sequence[str]] = ()
    """The statement without which a table that keeps its history can't be altered, and the one
    that takes it back; () where tables keep none.
    """

    def with_history(self, connection: Connection) -> Collection[tuple[str | None, str]]:
        """The tables that keep old versions of their rows."""
        return ()

    def every_version(self, table: str) -> str:
        """A table with the old versions of its rows, in a query.

        :param table: quoted.
        """
        return table

    keeps_unsaid: ClassVar[bool] = False
    """Whether there is more to columns, indexes and CHECKs than models can say."""

    def checked_late(self, connection: Connection) -> Collection[tuple[str | None, str]]:
        """The tables with rows that may have to wait for that, and can't be changed meanwhile."""
        return ()

    def traits(
        self, connection: Connection, tables: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        """What of tables as a whole decides on the algorithm of their changes."""
        return {}

    def move_table(self, table: str, schema: str, name: str) -> str:
        """The statement that brings a table to another schema with its rows; "" if none does.

        :param table: as the others quoted, where it is now.
        """
        return f"ALTER TABLE {table} SET SCHEMA {schema}"

    def name_after_rename(self, name: str, old: str, new: str) -> str:
        """What a constraint of a table is called when that alone is renamed: names made up move."""
        return name

    def said_options(self, table: Table) -> Mapping[str, str] | None:
        """What a model gives its table as a whole, by option; None where that is not compared."""
        return None

    def comment(self, table: Table) -> str | None:
        """What a model says about its table, in words."""
        return table.comment

    def usual_options(self, connection: Connection) -> Mapping[str, str]:
        """What a table is given as a whole where nobody says anything."""
        return {}

    def keep_options(self, copy: Table, kept: Mapping[str, str]) -> None:
        """Give a table that is made for a moment what decides on the facts of its columns.

        :param kept: what the real table has although its model does not say it.
        """

    def with_unsaid(self, definition: str, actual: str) -> str:
        """A column's definition with what no model can say of it, as the actual one does."""
        return definition

    def without_unsaid(self, key: str, fact: str) -> str:
        """A fact of the inventory without what no model can say."""
        return fact

    def settled_options(
        self, wanted: Mapping[str, str], made: Mapping[str, str]
    ) -> Mapping[str, str]:
        """What a table is to be given, in the server's words where they are not the model's.

        :param made: what a table has that was made of the model, for a moment.
        """
        return wanted

    def change_options(
        self,
        table: str,
        before: Mapping[str, str],
        after: Mapping[str, str],
        columns: Mapping[str, str],
    ) -> str:
        """The statement that gives a table other options.

        :param table: quoted, as the columns are.
        :param columns: definitions of those that follow the table.
        """
        return ""
