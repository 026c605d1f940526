"""What a database answers about types of columns, their changes, and where numbers come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from .counters import changed_options
from .usual_sequence import USUAL, Bounds

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Connection, Dialect
    from sqlalchemy.types import TypeEngine

    from .base import Condition
    from .counters import CountedColumn
    from .facts import DomainType, EnumType

OwnedNames = Mapping[str, str]
"""The name of something by the column that it belongs to."""


class TypeAnswers:
    """The part of a database that is about types and counters. The base has none with names."""

    usual_sequence: ClassVar[Mapping[str, str]] = USUAL
    """What a sequence has when nobody says anything, by option."""

    def sequence_bounds(self, kind: str, increment: int) -> Bounds:
        """What a sequence of a type goes from and to, if nobody says more."""
        return (1, 2**63 - 1)

    def sequences(
        self, connection: Connection
    ) -> Mapping[tuple[str | None, str], Mapping[str, str]]:
        """The sequences that belong to no column: their unusual options, by schema and name."""
        return {}

    def sequence_changes(
        self, name: str, before: Mapping[str, str], after: Mapping[str, str]
    ) -> tuple[str, ...]:
        """The statements that give a sequence other options.

        :param name: quoted.
        """
        return (f"ALTER SEQUENCE {name} {' '.join(self._clauses(before, after))}",)

    def _clauses(self, before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
        return changed_options(before, after, self.usual_sequence)

    def owned_sequences(self, connection: Connection, schema: str | None, table: str) -> OwnedNames:
        """The sequences that belong to a table's columns, by column."""
        return {}

    reads_names_as_texts: ClassVar[bool] = False
    """Whether a quoted name that no column has is a text, and no mistake."""

    def set_sequence(self, sequence: str, number: str) -> str:
        """The call that has a sequence give ``number`` next; "" where that takes no expression.

        :param sequence: its quoted name.
        :param number: SQL of the number.
        """
        return ""

    def count_on(self, table: str, column: str) -> str:
        """The statement that has a column count on behind rows that brought their numbers; ""
        where it does so by itself.

        :param table: quoted, with its schema.
        """
        return ""

    def refused_dates(self, connection: Connection) -> Condition | None:
        """Which dates, once taken, stop the server when it copies their table; None for none."""
        return None

    has_counters: ClassVar[bool] = False
    """Whether its facts say where a column's numbers come from."""

    def counter_changes(self, before: CountedColumn, after: CountedColumn) -> tuple[str, ...]:
        """The statements that give a column another counter, which goes on where it stands."""
        return ()

    def is_frozen(self, said: str, actual: str | None) -> bool:
        """Whether a default was read once and for all: to read it again gives another one."""
        return False

    def plain_type(self, said: str) -> str:
        """A type in one spelling, of those that the server and the models have for it."""
        return "".join(said.lower().split())

    def enum_types(self, connection: Connection) -> Mapping[tuple[str | None, str], EnumType]:
        """The enumerations that are types of their own, by schema and name."""
        return {}

    def enums_in(self, type_: TypeEngine[Any], dialect: Dialect) -> Iterable[Any]:
        """The enumerations that are types of their own, in a column's type."""
        return ()

    def domain_types(self, connection: Connection) -> Mapping[tuple[str | None, str], DomainType]:
        """The domains, by schema and name."""
        return {}

    def domains_in(self, type_: TypeEngine[Any], dialect: Dialect) -> Iterable[Any]:
        """The domains in a column's type, each behind what it stands on."""
        return ()

    def create_domain(self, domain: Any, dialect: Dialect) -> str:
        """The statement that makes a model's domain."""
        return ""

    def domain_for_a_moment(self, type_: Any, dialect: Dialect) -> tuple[str, str, str]:
        """The statement that makes a new domain beside the real one, and both in words; "" where
        a type is none.
        """
        return "", "", ""

    def meant_domain(self, connection: Connection, domain: Any) -> DomainType | None:
        """A model's domain in the server's words; None where it refuses it."""
        return None

    def uncreated(self, type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
        """A column's type that makes no other type, since that is there already."""
        return type_

    def conversion(
        self, connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
    ) -> str | None:
        """What converts a column to another type; "" where nothing has to be said.

        :param column: the quoted name.
        :returns: None where no conversion is known.
        """
        return ""

    def converted(
        self, connection: Connection, column: ColumnElement[Any], old: Any, new: Any
    ) -> ColumnElement[Any]:
        """What a value becomes when its column gets another type, as far as that is known; what
        is not is as it was.
        """
        return column

    def way_back(
        self, connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
    ) -> str | None:
        """How a downgrade converts what has no conversion of its own; None when it can't.

        :param column: the quoted name.
        """
        return None

    def undone(self, column: str, told: str, target: str) -> str | None:
        """What takes back a conversion that somebody has typed; None where that is not known.

        :param column: the quoted name.
        :param target: the type that comes back, in SQL.
        """
        return None

    def around_conversion(
        self,
        connection: Connection,
        table: str,
        column: Column[Any],
        new: TypeEngine[Any],
        kept: str,
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a change of type needs before it and after it, where it has no USING.

        :param table: quoted.
        :param column: as it is before.
        :param kept: what an UPDATE says besides, to leave other columns as they are.
        """
        return (), ()
