"""Domains: made before their first column, changed with its models, and dropped with the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Dialect

from ...dialects.facts import DomainType
from ...errors import ChangeRefused
from ..names import Key, quoted, said
from ..outermost import around
from ..ownership import OWNERSHIP
from ..steps import Sql, Together
from .enum_growth import dividing, refuse_domain
from .enum_readers import aside
from .moved_columns import defaults_to_be, moved
from .nested_domains import Pair, key_of, made_anew
from .sides import sides_of
from .text import undoubled
from .type_users import (
    Columns,
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
    anew = made_anew(found, pairs, _is_rebuilt)
    for before, _ in anew:
        if user := dividing(before, gone):
            refuse_domain(context, before, user)
    _refuse_strangers(context, [key_of(before) for before, _ in anew], wanted)
    away = aside(context, upgrade, (before for before, _ in anew))
    keys = {key_of(before) for before, _ in anew}
    changed = [_altered_both(context, *pair) for pair in pairs if key_of(pair[0]) not in keys]
    if anew:
        changed.append(_rebuilt(context, anew))
    dropped = [
        _made(context.dialect, key, create_domain(context.dialect, found[key])).reverse()
        for key in _unused(context, found, wanted, gone)
    ]
    first = [*made, *away.before, *changed, *away.after]
    upgrade.ops[:] = around(upgrade.ops, first, [*away.last, *dropped])


def _unused(
    context: AutogenContext,
    found: Mapping[Key, DomainType],
    wanted: Mapping[Key, Any],
    gone: Columns,
) -> list[Key]:
    """The domains of ours that nothing uses any more: those that stand on others come first."""
    unused: list[Key] = []
    while True:
        left = gone | {(*key, None) for key in unused}
        more = [
            key
            for key, type_ in found.items()
            if key not in wanted and key not in unused and is_unused(type_, left)
        ]
        ours = _ours(context, more)
        if not ours:
            return unused
        unused += [key for key in more if key in ours]


def _refuse_strangers(
    context: AutogenContext, keys: Sequence[Key], wanted: Mapping[Key, Any]
) -> None:
    """Have domains of others left alone, which stand on one that is made anew."""
    others = [key for key in keys if key not in wanted]
    strangers = sorted({*others} - _ours(context, others), key=said)
    if strangers:
        name = said(strangers[0])
        hint = f"Declare it, or drop domain {name} by hand and create it again afterwards."
        sides_of(context).refused.append(
            ChangeRefused(
                f"Domain {name} stands on one that has to be made anew, and neither the models"
                " nor a revision know it.",
                hint=hint,
            )
        )


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


def _altered_both(context: AutogenContext, before: DomainType, after: DomainType) -> Together:
    """The statements that give a domain what its model says, and those that take that back."""
    dialect, key = context.dialect, key_of(before)
    assert dialect is not None
    up = list(_altered(dialect, key, before, after))
    down = list(_altered(dialect, key, after, before))
    up[0].words, down[0].words = _said_both(dialect, before, after)
    return Together(up, down)


def _rebuilt(context: AutogenContext, pairs: Sequence[Pair]) -> Together:
    """The statements that make domains anew, with those that stand on them, and back."""
    dialect = context.dialect
    assert dialect is not None
    up: list[Sql] = []
    down: list[Sql] = []
    last: list[str] = []
    for before, after in pairs:
        old = name_meanwhile(context, key_of(before))
        there = list(_remade(dialect, after, defaults_to_be(context, after), old))
        back = list(_remade(dialect, before, found_defaults(before), old))
        if before != after:
            there[0].words, back[0].words = _said_both(dialect, before, after)
        up, down = [*up, *there], [*down, *back]
        last.insert(0, f"DROP DOMAIN {quoted(dialect, before.schema, old)}")
    return Together([*up, *map(Sql, last)], [*down, *map(Sql, last)])


def _said_both(dialect: Dialect, before: DomainType, after: DomainType) -> tuple[str, str]:
    """What a domain becomes, and what it becomes on the way back."""
    name = said(key_of(before))
    there, back = (f"domain {name}: {_words(dialect, type_)}" for type_ in (after, before))
    return there, back


def _words(dialect: Dialect, type_: DomainType) -> str:
    checks = (text for _, text in type_.checks)
    return " ".join((type_.base, *_attributes(dialect, type_), *checks))


def _remade(dialect: Dialect, after: DomainType, defaults: Defaults, old: str) -> Iterator[Sql]:
    """A new domain takes the old one's place, and the columns follow. The old one is left.

    :param old: the old one's name meanwhile.
    """
    name = quoted(dialect, after.schema, after.name)
    yield Sql(f"ALTER DOMAIN {name} RENAME TO {quoted(dialect, old)}")
    yield Sql(create_domain(dialect, after))
    yield from moved(dialect, after, after.base, defaults)


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
