"""What PostgreSQL answers about types: enumerations and domains are types of their own there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Dialect
from sqlalchemy.types import TypeEngine

from .type_answers import TypeAnswers

if TYPE_CHECKING:
    from .facts import DomainType, EnumType


class PostgreSQLTypes(TypeAnswers):
    """The answers of PostgreSQL."""

    def sequence_changes(
        self, name: str, before: Mapping[str, str], after: Mapping[str, str]
    ) -> tuple[str, ...]:
        from .postgresql_restarts import changes

        return changes(name, before, after, self._clauses(before, after))

    def is_frozen(self, said: str, actual: str | None) -> bool:
        from .postgresql_types import is_frozen

        return is_frozen(said, actual)

    def enum_types(self, connection: Connection) -> Mapping[tuple[str | None, str], EnumType]:
        from .postgresql_enums import enum_types

        return enum_types(connection)

    def enums_in(self, type_: TypeEngine[Any], dialect: Dialect) -> Iterable[Any]:
        from .postgresql_enums import enums_in

        return enums_in(type_, dialect)

    def domain_types(self, connection: Connection) -> Mapping[tuple[str | None, str], DomainType]:
        from .postgresql_domains import domain_types

        return domain_types(connection)

    def domains_in(self, type_: TypeEngine[Any], dialect: Dialect) -> Iterable[Any]:
        from .postgresql_domains import domains_in

        return domains_in(type_, dialect)

    def forbids_null(self, kind: TypeEngine[Any], dialect: Dialect) -> bool:
        from .postgresql_domains import forbids_null

        return forbids_null(kind, dialect)

    def create_domain(self, domain: Any, dialect: Dialect) -> str:
        from .postgresql_domains import create_domain

        return create_domain(domain, dialect)

    def domain_for_a_moment(self, type_: Any, dialect: Dialect) -> tuple[str, str, str]:
        from .postgresql_domains import for_a_moment

        return for_a_moment(type_, dialect)

    def meant_domain(self, connection: Connection, domain: Any) -> DomainType | None:
        from .postgresql_domains import meant_domain

        return meant_domain(connection, domain)

    def uncreated(self, type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
        from .postgresql_enums import uncreated

        return uncreated(type_, dialect)

    def conversion(
        self, connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
    ) -> str | None:
        from .postgresql_casts import conversion

        return conversion(connection, column, old, new)

    def converted(
        self, connection: Connection, column: ColumnElement[Any], old: Any, new: Any
    ) -> ColumnElement[Any]:
        from .postgresql_casts import converted

        return converted(connection, column, old, new)

    def way_back(
        self, connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
    ) -> str | None:
        from .postgresql_ways_back import way_back

        return way_back(connection, column, old, new)

    def undone(self, column: str, told: str, target: str) -> str | None:
        from .postgresql_ways_back import undone

        return undone(column, told, target)

    def count_on(self, table: str, column: str) -> str:
        from .postgresql_counters import count_on

        return count_on(table, column)
