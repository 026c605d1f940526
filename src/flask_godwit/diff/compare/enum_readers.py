"""What reads a column of an enumeration: away while the type is made anew.

A CHECK or an index that compares the column with a value speaks of the old type, and PostgreSQL
finds no operator between both. A generated column does not even let it change. What casts to the
type, in whatever table, holds the old one.
"""

from __future__ import annotations

from collections.abc import Iterable

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from ...dialects.facts import DomainType, EnumType
from ..names import Key
from .readers import Aside, set_aside
from .spoken import Spoken


def aside(
    context: AutogenContext, upgrade: ops.UpgradeOps, changing: Iterable[EnumType | DomainType]
) -> Aside:
    """What comes before the types change and after it; what goes for good is taken over."""
    columns: dict[Key, set[str]] = {}
    types: set[str] = set()
    moved: set[tuple[str | None, str, str]] = set()
    for type_ in changing:
        types.add(type_.name)
        for user in type_.users:
            columns.setdefault((user.schema, user.table), set()).add(user.column)
            moved.add((user.schema, user.table, user.column))

    def spoken_of(key: Key) -> Spoken:
        return Spoken(columns.get(key, frozenset()), types)

    return set_aside(context, upgrade, spoken_of, moved) if types else Aside([], [], [])
