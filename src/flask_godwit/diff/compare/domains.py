"""Domains: made before their first column, changed with its models, and dropped with the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Dialect

from ...dialects.facts import DomainType
from ..names import Key, quoted, said
from ..outermost import around
from ..ownership import OWNERSHIP
from ..steps import Sql, Together
from .enum_growth import dividing, refuse_domain
from .enum_readers import aside
from .moved_columns import defaults_to_be, moved
from .sides import sides_of
from .text import undoubled
from .type_users import (
    Defaults,
    found_defaults,
    gone_columns,
    is_unused,
    model_columns,
    name_meanwhile,
    renamed,
    use_existing,
)


def compare_domains(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Bring the domains of a database into the operations of a comparison."""
    assert context.connection is not None
    database, gone = sides_of(context).database, gone_columns(upgrade)
    wanted = dict(_wanted(context))
    if not wanted and not gone:
        return
    found = renamed(context, database.domain_types(context.connection))
    if not wanted and not found:
        return
    use_existing(context, upgrade)
    made = [
        _made(context.dialect, key, _statement(context, domain))
        for key, domain in wanted.items()
        if key not in found and domain.create_type
    ]
    pairs = list(_changing(context, found, wanted))
    rebuilt = [before for before, after in pairs if _is_rebuilt(before, after)]
    for before in rebuilt:
        if user := dividing(before, gone):
            refuse_domain(context, before, user)
    away = aside(context, upgrade, rebuilt)
    changed = [_changed(context, *pair) for pair in pairs]
    unused = [key for key, type_ in found.items() if key not in wanted and is_unused(type_, gone)]
    ours = _ours(context, unused)
    dropped = [
        _made(context.dialect, key, create_domain(context.dialect, found[key])).reverse()
        for key in unused
        if key in ours
    ]
    first = [*made, *away.before, *changed, *away.after]
    upgrade.ops[:] = around(upgrade.ops, first, [*away.last, *dropped])


def _wanted(context: AutogenContext) -> Iterator[tuple[Key, Any]]:
    """The domains of the models."""
    assert context.dialect is not None
    default, database = context.dialect.default_schema_name, sides_of(context).database
    for column in model_columns(context):
        for domain in database.domains_in(column.type, context.dialect):
            schema = None if domain.schema == default else domain.schema
            yield (schema, domain.name), domain


def _changing(
    context: AutogenContext, found: Mapping[Key, DomainType], wanted: Mapping[Key, Any]
) -> Iterator[tuple[DomainType, DomainType]]:
    """Those that the models want otherwise: as they are, and as they are to be."""
    assert context.connection is not None
    for key, domain in wanted.items():
        if key not in found or not domain.create_type:
            continue
        meant = sides_of(context).database.meant_domain(context.connection, domain)
        if meant is not None and _says(meant, domain) != _says(found[key], domain):
            yield found[key], _in_place_of(found[key], meant, domain)


def _in_place_of(found: DomainType, meant: DomainType, domain: Any) -> DomainType:
    """What a domain is to be; a CHECK that stays keeps its name, if the model gives it none."""
    names = {} if domain.constraint_name else {text: name for name, text in found.checks}
    checks = tuple((names.get(text, name), text) for name, text in meant.checks)
    return replace(meant, schema=found.schema, name=found.name, checks=checks, users=found.users)


def _says(type_: DomainType, domain: Any) -> tuple[object, ...]:
    """What is compared. A name that no model gives is the server's affair."""
    checks = sorted((name if domain.constraint_name else "", text) for name, text in type_.checks)
    return (type_.base, type_.collation, type_.default, type_.not_null, checks)


def _is_rebuilt(before: DomainType, after: DomainType) -> bool:
    """Whether a domain has to be made anew: it can't be given another type.

    Nor does PostgreSQL look into arrays, to see whether their values are as a condition says.
    """
    if any(user.is_array for user in before.users):
        return True
    return (before.base, before.collation) != (after.base, after.collation)


def _ours(context: AutogenContext, keys: list[Key]) -> frozenset[Key]:
    """Which domains some revision made; all others are left alone."""
    ownership = context.opts.get(OWNERSHIP)
    return ownership.history.makes_domains(keys) if ownership and keys else frozenset()


def _made(dialect: Any, key: Key, create: str) -> Sql:
    return Sql(
        create,
        f"DROP DOMAIN {quoted(dialect, *key)}",
        words=f"create domain {said(key)}",
        back=f"drop domain {said(key)}",
    )


def _statement(context: AutogenContext, domain: Any) -> str:
    """How SQLAlchemy makes a domain."""
    assert context.dialect is not None
    created = sides_of(context).database.create_domain(domain, context.dialect)
    return undoubled(created, context.dialect)


def create_domain(dialect: Any, type_: DomainType) -> str:
    """The statement that makes a domain as a database has it."""
    more = [f"CONSTRAINT {quoted(dialect, name)} {text}" for name, text in type_.checks]
    name = quoted(dialect, type_.schema, type_.name)
    return " ".join((f"CREATE DOMAIN {name} AS {type_.base}", *_attributes(dialect, type_), *more))


def _attributes(dialect: Dialect, type_: DomainType) -> Iterator[str]:
    if type_.collation:
        yield f"COLLATE {quoted(dialect, type_.collation)}"
    if type_.default:
        yield f"DEFAULT {type_.default}"
    if type_.not_null:
        yield "NOT NULL"


def _changed(context: AutogenContext, before: DomainType, after: DomainType) -> Together:
    """The statements that give a domain what its model says, and those that take that back."""
    dialect, key = context.dialect, (before.schema, before.name)
    assert dialect is not None
    if _is_rebuilt(before, after):
        old = name_meanwhile(context, key)
        up = list(_remade(dialect, after, defaults_to_be(context, after), old))
        down = list(_remade(dialect, before, found_defaults(before), old))
    else:
        up = list(_altered(dialect, key, before, after))
        down = list(_altered(dialect, key, after, before))
    up[0].words, down[0].words = (
        f"domain {said(key)}: {_words(dialect, type_)}" for type_ in (after, before)
    )
    return Together(up, down)


def _words(dialect: Dialect, type_: DomainType) -> str:
    checks = (text for _, text in type_.checks)
    return " ".join((type_.base, *_attributes(dialect, type_), *checks))


def _remade(dialect: Dialect, after: DomainType, defaults: Defaults, old: str) -> Iterator[Sql]:
    """A new domain takes the old one's place, and the columns follow.

    :param old: the old one's name meanwhile.
    """
    name = quoted(dialect, after.schema, after.name)
    yield Sql(f"ALTER DOMAIN {name} RENAME TO {quoted(dialect, old)}")
    yield Sql(create_domain(dialect, after))
    yield from moved(dialect, after, after.base, defaults)
    yield Sql(f"DROP DOMAIN {quoted(dialect, after.schema, old)}")


def _altered(dialect: Dialect, key: Key, before: DomainType, after: DomainType) -> Iterator[Sql]:
    alter = f"ALTER DOMAIN {quoted(dialect, *key)}"
    for name, _ in sorted(set(before.checks) - set(after.checks)):
        yield Sql(f"{alter} DROP CONSTRAINT {quoted(dialect, name)}")
    if before.default != after.default:
        yield Sql(
            f"{alter} SET DEFAULT {after.default}" if after.default else f"{alter} DROP DEFAULT"
        )
    if before.not_null != after.not_null:
        yield Sql(f"{alter} {'SET' if after.not_null else 'DROP'} NOT NULL")
    for name, text in sorted(set(after.checks) - set(before.checks)):
        yield Sql(f"{alter} ADD CONSTRAINT {quoted(dialect, name)} {text}")
