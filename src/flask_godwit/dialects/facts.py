"""What a database says about a table, in words of its own: two tables are compared by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import field
from typing import TYPE_CHECKING, Any

from ..frozen import frozen
from .counters import Counter

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table
    from sqlalchemy.exc import SQLAlchemyError


@frozen
class ColumnFacts:
    """A column, as the server wrote it down."""

    default: str | None = None
    computed: str | None = None
    """The expression, and how it is stored."""
    collation: str | None = None
    """Only where it is not the table's or the type's own."""
    definition: str | None = None
    """The whole column in one line, where the server has that."""
    type: str | None = None
    """The type with all its parameters, where the server says it in the definition."""
    counter: Counter | None = None
    """What gives it its next number."""
    check: str | None = None
    """The CHECK that is a part of the column."""
    null_conflict: str = ""
    """What happens to a row with NULL in it, where that is forbidden and said."""
    inherited: bool = False
    """Whether another table has it, from which this one inherits."""
    own: bool = True
    """Whether the table has it by itself, be it inherited or not."""
    divides: bool = False
    """Whether it is in the partition key of its table."""


@frozen
class UniqueFacts:
    """What a unique constraint says beside its columns."""

    late: str = ""
    """``DEFERRABLE``, and what follows."""
    include: tuple[str, ...] = ()


@frozen
class TableFacts:
    """A table's columns, and the text of what stands on them, by name."""

    columns: Mapping[str, ColumnFacts] = field(default_factory=dict)
    checks: tuple[tuple[str | None, str], ...] = ()
    indexes: Mapping[str, str] = field(default_factory=dict)
    exclusions: Mapping[str, str] = field(default_factory=dict)
    key_names: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    """Names of foreign keys by their columns, where SQLAlchemy does not reflect them."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Character set, collation, engine: what the table as a whole is given."""
    said: Mapping[str, Any] = field(default_factory=dict)
    """What SQLAlchemy does not reflect of the table as a whole, as it calls that."""
    uniques: Mapping[str, UniqueFacts] | None = None
    """Unique constraints by name; None where there is no more to them than their columns."""
    conflicts: Mapping[tuple[str, ...], str] | None = None
    """What happens to a row that a unique constraint on these columns refuses, where that can be
    said; None where it can't.
    """
    key_conflict: str = ""
    """The same of the primary key."""
    inherited_checks: frozenset[str] = frozenset()
    """The names of CHECKs that another table says, and not this one."""
    unsaid: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What no model can say of a column (``column``: its whole definition), an index (``ix``) or
    a CHECK (``ck``), by kind and name.
    """


class Catalogue:
    """Reads facts. The base knows none, and nothing is compared by them."""

    refusal: SQLAlchemyError | None = None
    """Why the server has not made the last twin; none where it was made elsewhere."""

    def read(self, connection: Connection, schema: str | None, table: str) -> TableFacts | None:
        """The facts of one table; None where they can't be known."""
        return None

    def constraint_comments(
        self, connection: Connection
    ) -> Mapping[tuple[str | None, str, str], str]:
        """What is said of constraints, by schema, table and name."""
        return {}

    def twin(
        self, connection: Connection, copy: Table
    ) -> AbstractContextManager[TableFacts | None]:
        """The facts of a table that is made for this only, and gone afterwards.

        :param copy: a table without foreign keys, ours to change.
        """
        return _nothing()


@contextmanager
def _nothing() -> Iterator[Any]:
    yield None


@frozen
class Place:
    """A column that uses a type; without a column, a domain that stands on it."""

    schema: str | None
    table: str
    column: str
    is_array: bool = False
    default: str | None = None
    is_derived: bool = False
    """Whether its values come from elsewhere: it is generated, or of a view."""
    is_inherited: bool = False
    """Whether its table has it from another one, of which it is a partition or inherits."""
    divides: bool = False
    """Whether it is in the partition key of its table."""


@frozen
class EnumType:
    """An enumeration that is a type of its own."""

    schema: str | None
    name: str
    labels: tuple[str, ...]
    users: tuple[Place, ...] = ()


@frozen
class DomainType:
    """Another type with conditions and a default, that is a type of its own."""

    schema: str | None
    name: str
    base: str
    collation: str | None = None
    default: str | None = None
    not_null: bool = False
    checks: tuple[tuple[str, str], ...] = ()
    """Names and texts."""
    users: tuple[Place, ...] = ()
