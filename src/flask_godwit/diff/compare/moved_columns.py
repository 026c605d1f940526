"""Columns of a type that is made anew: they leave it for the new one, and keep their defaults.

What gives a column of a table another default gives it to those that have it from that table, too.
Most of them are partitions, which no model knows, nor any other database than this.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Dialect

from ...dialects.facts import DomainType, EnumType, Place
from ..names import quoted, said
from ..steps import Sql
from .sides import sides_of
from .type_users import Defaults, model_defaults

_LITERAL = re.compile(r"'((?:[^']|'')*)'::[^\[\]]*")


def defaults_to_be(
    context: AutogenContext, type_: EnumType | DomainType, labels: Collection[str] | None = None
) -> Defaults:
    """The server defaults of the models, and those of inherited columns of tables in no model.

    :param labels: the values of an enumeration, of which such a default may be none any more.
    """
    assert context.dialect is not None
    usual = context.dialect.default_schema_name
    models = {
        (None if table.schema == usual else table.schema, table.name)
        for table in context.sorted_tables
    }
    kept: dict[tuple[str | None, str, str], str | None] = {}
    for user in _with_own(type_):
        key = user.schema, user.table
        if key in models:
            continue
        found = _LITERAL.fullmatch(user.default or "")
        if found and labels is not None and found[1].replace("''", "'") not in labels:
            sides_of(context).notes.append(
                f"{said(key, user.column)} has the default '{found[1]}', which type"
                f" {said((type_.schema, type_.name))} has no longer: it has none afterwards."
            )
        else:
            kept[user.schema, user.table, user.column] = user.default
    return {**kept, **model_defaults(context)}


def moved(
    dialect: Dialect, type_: EnumType | DomainType, through: str, defaults: Defaults
) -> Iterator[Sql]:
    """Columns leave a type that was renamed for a new one of its name.

    :param through: a type that takes the values of the one and gives those of the other.
    :param defaults: those that the columns have afterwards.
    """
    name = quoted(dialect, type_.schema, type_.name)
    yield from (_dropped(dialect, user) for user in _with_own(type_))
    for user in type_.users:
        if user.is_derived or user.is_inherited:
            continue  # it is away meanwhile, or goes along with the column of another table
        table = quoted(dialect, user.schema, user.table)
        column, array = quoted(dialect, user.column), "[]" if user.is_array else ""
        place = (user.schema, user.table, user.column)
        default = defaults.get(place) if user.default else None
        if user.default:
            yield Sql(f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT")
        statement = Sql(
            f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {name}{array}"
            f" USING {column}::{through}{array}::{name}{array}"
        )
        if isinstance(type_, EnumType):  # domains are compared as what they are made of
            statement.remade = (user.schema, user.table), user.column
        yield statement
        if default:
            yield Sql(f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {default}")
    yield from _again(dialect, type_, defaults)


def _with_own(type_: EnumType | DomainType) -> list[Place]:
    """The inherited columns with a default of their own."""
    usual = {(user.column, user.default) for user in type_.users if not user.is_inherited}
    return [
        user
        for user in type_.users
        if user.is_inherited and user.default and (user.column, user.default) not in usual
    ]


def _dropped(dialect: Dialect, user: Place) -> Sql:
    """What takes the default of an inherited column, before the other table gets another type."""
    return Sql(f"{_altered(dialect, user)} DROP DEFAULT")


def _again(dialect: Dialect, type_: EnumType | DomainType, defaults: Defaults) -> Iterator[Sql]:
    """What gives inherited columns their own defaults, or none, after that."""
    own = _with_own(type_)
    usual = {user.column for user in type_.users if user.default and not user.is_inherited}
    for user in type_.users:
        default = defaults.get((user.schema, user.table, user.column))
        if user in own and default:
            yield Sql(f"{_altered(dialect, user)} SET DEFAULT {default}")
        elif user in own or _has_none(user, usual):
            yield _dropped(dialect, user)


def _has_none(user: Place, usual: Collection[str]) -> bool:
    """Whether an inherited column gets a default that it had not."""
    return user.is_inherited and not (user.default or user.is_derived) and user.column in usual


def _altered(dialect: Dialect, user: Place) -> str:
    table, column = quoted(dialect, user.schema, user.table), quoted(dialect, user.column)
    return f"ALTER TABLE IF EXISTS ONLY {table} ALTER COLUMN {column}"
