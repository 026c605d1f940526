"""PostgreSQL's domains: other types with a CHECK, a default or NOT NULL, which columns share."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import ARRAY, Connection, Dialect, text
from sqlalchemy.dialects.postgresql import DOMAIN, CreateDomainType
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeDecorator, TypeEngine

from .facts import DomainType, Place
from .postgresql_type_users import columns_of_types, users_in
from .stored_types import stored_as

_DOMAINS = """
    SELECT CASE WHEN n.nspname <> current_schema() THEN n.nspname END AS schema, t.typname AS name,
        format_type(t.typbasetype, t.typtypmod) AS base, co.collname AS collation,
        pg_get_expr(t.typdefaultbin, 0) AS default, t.typnotnull AS not_null,
        (SELECT array_agg(k.conname::text ORDER BY k.conname) FROM pg_constraint k
        WHERE k.contypid = t.oid AND k.contype = 'c') AS names,
        (SELECT array_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) FROM pg_constraint k
        WHERE k.contypid = t.oid AND k.contype = 'c') AS checks
    FROM pg_type t
    JOIN pg_type b ON b.oid = t.typbasetype
    JOIN pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_collation co ON co.oid = t.typcollation AND t.typcollation <> b.typcollation
    WHERE t.typtype = 'd' AND {which}
"""
_OF_ANYBODY = r"n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_TEMPORARY = "n.oid = pg_my_temp_schema()"
# Views and domains that stand on a domain are users too, which no comparison takes away.
_USERS = text(
    columns_of_types("d", "c.relkind <> 'i'")
    + """
    UNION ALL
    SELECT CASE WHEN tn.nspname <> current_schema() THEN tn.nspname END,
        t.typname, CASE WHEN n.nspname <> current_schema() THEN n.nspname END,
        o.typname, '', false, NULL, true, false, false
    FROM pg_type t
    JOIN pg_type x ON x.oid = t.oid OR x.oid = t.typarray
    JOIN pg_namespace tn ON tn.oid = t.typnamespace
    JOIN pg_type o ON o.typbasetype = x.oid
    JOIN pg_namespace n ON n.oid = o.typnamespace
    WHERE t.typtype = 'd'
    """
)
_MAY_BE_ONE = (DOMAIN, ARRAY, TypeDecorator)


def domain_types(connection: Connection) -> Mapping[tuple[str | None, str], DomainType]:
    """All domains of a database, with the columns that use them."""
    found = list(_read(connection, _OF_ANYBODY))
    users = users_in(connection.execute(_USERS) if found else ())
    return {
        (row.schema, row.name): _domain(row, users.get((row.schema, row.name), ())) for row in found
    }


def meant_domain(connection: Connection, domain: DOMAIN) -> DomainType | None:
    """A domain as the server reads what a model says; None where it refuses."""
    savepoint = connection.begin_nested()
    try:
        for base in [*domains_in(domain, connection.dialect)][:-1]:
            with suppress(SQLAlchemyError), connection.begin_nested():  # it may be there
                connection.execute(CreateDomainType(base))
        made: list[DOMAIN] = []
        _beside(domain, made)
        for each in made:
            connection.execute(CreateDomainType(each))
        rows = {row.name: row for row in _read(connection, _TEMPORARY)}
        meant = _domain(rows[str(domain.name)], ())
        inner = domain.data_type
        if not isinstance(inner, DOMAIN):
            return meant
        usual = connection.dialect.default_schema_name
        parts = (None if inner.schema == usual else inner.schema, str(inner.name))
        quote = connection.dialect.identifier_preparer.quote
        return replace(meant, base=".".join(quote(part) for part in parts if part))
    except SQLAlchemyError:
        return None
    finally:
        savepoint.rollback()


def _beside(domain: DOMAIN, made: list[DOMAIN]) -> DOMAIN:
    """The same domain, and those that it stands on, to be made for a moment: inner ones first."""
    own = apart(domain)
    if isinstance(own.data_type, DOMAIN):
        own.data_type = _beside(own.data_type, made)
    made.append(own)
    return own


def create_domain(domain: DOMAIN, dialect: Dialect) -> str:
    """The statement that makes a model's domain, as SQLAlchemy writes it."""
    return str(CreateDomainType(domain).compile(dialect=dialect)).strip()


def domains_in(type_: TypeEngine[Any], dialect: Dialect) -> Iterator[DOMAIN]:
    """The domains that a column's type is or holds, each behind what it stands on."""
    if not (isinstance(type_, _MAY_BE_ONE) or type_._variant_mapping):
        return
    found = stored_as(type_, dialect)
    if isinstance(found, ARRAY):
        yield from domains_in(found.item_type, dialect)
    elif isinstance(found, DOMAIN):
        yield from domains_in(found.data_type, dialect)
        yield found


def forbids_null(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether a type is a domain, or stands on one, that is NOT NULL and has no default."""
    if isinstance(stored_as(type_, dialect), ARRAY):
        return False
    domains = list(domains_in(type_, dialect))
    return any(d.not_null for d in domains) and all(d.default is None for d in domains)


def apart(domain: DOMAIN) -> DOMAIN:
    """The same domain, made for a moment beside the real one, which may be another."""
    own = copy.copy(domain)
    own.schema, own.create_type = "pg_temp", False
    return own


class _There(DOMAIN):
    """A domain that a script does not create, and need not describe."""

    __module__ = DOMAIN.__module__  # where Alembic lets a script import it from
    is_there = True
    """What a copy of it keeps, too: SQLAlchemy 2.0 forgets ``create_type``."""
    declared: DOMAIN | None = None
    """The model's."""

    def __repr__(self) -> str:
        schema = f", schema={self.schema!r}" if self.schema else ""
        return f"DOMAIN({self.name!r}, {self.data_type!r}{schema}, create_type=False)"


_There.__name__ = "DOMAIN"


def there(domain: DOMAIN) -> DOMAIN:
    """The type of a column whose domain is there already."""
    name: Any = domain.name
    found = _There(name, domain.data_type, schema=domain.schema, create_type=False)
    found.declared = domain
    return found


def for_a_moment(type_: Any, dialect: Dialect) -> tuple[str, str, str]:
    """The statement that makes a model's domain beside the real one, and both in words."""
    declared = getattr(type_, "declared", None)
    if declared is None:
        return "", "", ""
    own = apart(declared)
    words, beside = (str(kind.compile(dialect=dialect)) for kind in (type_, own))
    return create_domain(own, dialect), words, beside


def _read(connection: Connection, which: str) -> Iterator[Any]:
    return iter(connection.execute(text(_DOMAINS.format(which=which))))


def _domain(row: Any, users: tuple[Place, ...]) -> DomainType:
    checks = tuple(zip(row.names or (), row.checks or (), strict=True))
    return DomainType(
        *(row.schema, row.name, row.base, row.collation, row.default, row.not_null),
        checks=checks,
        users=users,
    )
