"""PostgreSQL's enumerations: types of their own, which columns share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ARRAY, Connection, Dialect, Enum, text
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.types import TypeDecorator, TypeEngine

from .facts import EnumType
from .postgresql_domains import domains_in, there
from .postgresql_type_users import columns_of_types, users_in
from .stored_types import stored_as

_TYPES = text(
    """
    SELECT CASE WHEN n.nspname <> current_schema() THEN n.nspname END AS schema,
        t.typname AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels
    FROM pg_type t
    JOIN pg_enum e ON e.enumtypid = t.oid
    JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname !~ '^pg_'
    GROUP BY n.nspname, t.typname
    """
)
_USERS = text(columns_of_types("e", "c.relkind IN ('r', 'p')"))
_MAY_BE_ONE = (Enum, ARRAY, TypeDecorator)


def enum_types(connection: Connection) -> Mapping[tuple[str | None, str], EnumType]:
    """All enumerations of a database, with the columns that use them."""
    found = connection.execute(_TYPES).all()
    users = users_in(connection.execute(_USERS)) if found else {}
    return {
        (row.schema, row.name): EnumType(
            row.schema, row.name, tuple(row.labels), users.get((row.schema, row.name), ())
        )
        for row in found
    }


def enums_in(type_: TypeEngine[Any], dialect: Dialect) -> Iterable[ENUM]:
    """The enumeration that a column's type is or holds."""
    if not (isinstance(type_, _MAY_BE_ONE) or type_._variant_mapping):
        return
    found = stored_as(type_, dialect)
    if isinstance(found, ARRAY):
        yield from enums_in(found.item_type, dialect)
    elif isinstance(found, ENUM) and found.name:
        yield found


class _There(ENUM):
    """An enumeration that a script does not create: SQLAlchemy 2.0 does not write that down."""

    __module__ = ENUM.__module__  # where Alembic lets a script import it from

    def __repr__(self) -> str:
        text = super().__repr__()
        return text if "create_type" in text else f"{text[:-1]}, create_type=False)"


_There.__name__ = "ENUM"


def uncreated(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """The type, for a column whose enumeration or domain is there already.

    A type of the application's own would make it again: what stands behind it takes its place.
    """
    enums, domains = list(enums_in(type_, dialect)), list(domains_in(type_, dialect))
    if not enums and not domains:
        return type_
    array = type_ if isinstance(type_, ARRAY) else stored_as(type_, dialect)
    if isinstance(array, ARRAY):
        copy: Any = array.copy()
        copy.item_type = uncreated(array.item_type, dialect)
        return copy  # type: ignore[no-any-return]
    if domains:
        return there(domains[-1])
    (found,) = enums
    return _There(*found.enums, name=found.name, schema=found.schema, create_type=False)
