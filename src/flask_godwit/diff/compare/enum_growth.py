"""Enumerations in partition keys of PostgreSQL's tables, or below domains: they are held.

So the type can't be made anew. It can be given more values, none of which it loses again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Dialect

from ...dialects.facts import DomainType, EnumType, Place
from ...errors import ChangeRefused
from ..names import quoted, said
from ..steps import Irreversible, Sql, Together
from .partition_keys import refuse
from .sides import sides_of
from .type_users import Columns, is_gone, literal

_POSSIBLE = (
    "Values can be added anywhere, and ALTER TYPE {} RENAME VALUE gives one another name by hand."
)


def dividing(type_: EnumType | DomainType, gone: Columns) -> Place | None:
    """A column of the type that stays, and is in the partition key of its table."""
    return next((user for user in type_.users if user.divides and not is_gone(user, gone)), None)


def domain_on(context: AutogenContext, type_: EnumType) -> DomainType | None:
    """A domain that stands on the type."""
    assert context.connection is not None
    assert context.dialect is not None
    name = quoted(context.dialect, type_.schema, type_.name)
    domains = sides_of(context).database.domain_types(context.connection).values()
    return next((one for one in domains if one.base.removesuffix("[]") == name), None)


def grows(type_: EnumType, labels: Sequence[str]) -> bool:
    """Whether a type is to have the same values in the same order, and others among them."""
    return [label for label in labels if label in type_.labels] == list(type_.labels)


def grown(dialect: Dialect, type_: EnumType, labels: Sequence[str]) -> Together:
    """The statements that give a type more values."""
    place = said((type_.schema, type_.name))
    up = list(_added(dialect, type_, labels))
    up[0].words = f"type {place}: {', '.join(labels)}"
    more = ", ".join(label for label in labels if label not in type_.labels)
    stay = (
        f"PostgreSQL takes no values from type {place}, and it can't be made anew. Without this"
        f" line, the rest is taken back, and {more} stays."
    )
    return Together(up, [Irreversible(stay)])


def _added(dialect: Dialect, type_: EnumType, labels: Sequence[str]) -> Iterator[Sql]:
    name = quoted(dialect, type_.schema, type_.name)
    for number, label in enumerate(labels):
        if label not in type_.labels:
            first = f"BEFORE {literal(type_.labels[0])}"
            beside = f"AFTER {literal(labels[number - 1])}" if number else first
            step = Sql(f"ALTER TYPE {name} ADD VALUE IF NOT EXISTS {literal(label)} {beside}")
            step.at_once = True  # it can't be used before
            yield step


def refuse_enum(context: AutogenContext, type_: EnumType, user: Place) -> None:
    """Have a type refused that would have to be made anew, for other values or another order."""
    place = said((type_.schema, type_.name))
    refuse(
        context,
        user,
        f"The values of type {place} can't be others, or in another order",
        f"{_POSSIBLE.format(place)} For all else, give type {place} and table {{}} other names in"
        " a revision of your own, make both anew, copy the rows, and drop the old ones.",
    )


def refuse_below(context: AutogenContext, type_: EnumType, domain: DomainType) -> None:
    """Have a type refused that would have to be made anew below a domain."""
    place, name = said((type_.schema, type_.name)), said((domain.schema, domain.name))
    sides_of(context).refused.append(
        ChangeRefused(
            f"The values of type {place} can't be others, or in another order: domain {name} stands"
            " on it.",
            hint=f"{_POSSIBLE.format(place)} For all else, let no column have domain {name} in a"
            " revision before this one, and give it back in one after it.",
        )
    )


def refuse_domain(context: AutogenContext, type_: DomainType, user: Place) -> None:
    """Have a domain refused that would have to be made anew, to stand on another type."""
    place = said((type_.schema, type_.name))
    refuse(
        context,
        user,
        f"Domain {place} can't be made anew",
        f"Give domain {place} and table {{}} other names in a revision of your own, make both anew,"
        " copy the rows, and drop the old ones.",
    )
