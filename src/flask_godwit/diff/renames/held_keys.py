"""Foreign keys that are away while a column gets another name that a generated column reads.

MySQL renames such a column by a copy of the table, as the other one is said anew, and renames no
column of a foreign key by a copy (error 1846): neither at the key's own end nor at the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy.sql.elements import conv

from ...dialects.base import Database
from ..names import Key
from .follower import Follower
from .readers import generated_columns
from .values import Renames, mentions
from .view import RenamedInspector

Aside = tuple[ops.DropConstraintOp, ops.CreateForeignKeyOp]
"""What drops it, and what makes it again."""


def held_keys(context: AutogenContext, renames: Renames, database: Database) -> Iterator[Aside]:
    """The keys, each with its old name."""
    held = dict(_held(context, renames, database))
    if not held:
        return
    renamed = RenamedInspector(context.inspector, renames)
    for schema in {schema for schema, _ in held}:
        for table in renamed.get_table_names(schema=schema):
            key = (schema, table)
            old = renames.old_key(key)
            before = context.inspector.get_foreign_keys(old[1], schema=old[0])
            after = {_columns(found): found for found in renamed.get_foreign_keys(table, schema)}
            for found in before:
                columns = tuple(renames.new_column(key, n) for n in found["constrained_columns"])
                if columns in after and _is_held(key, after[columns], held):
                    yield _aside(key, found, after[columns], renames, database)


def not_held(
    aside: Sequence[Aside], following: Sequence[Follower], is_renamed: Callable[[Follower], bool]
) -> list[Follower]:
    """What else gets another name; a key that is away comes back with the name that it gets."""
    keys = {(drop.table_name, str(drop.constraint_name)): create for drop, create in aside}
    left = []
    for follower in following:
        create = keys.get((follower.table[1], follower.old)) if follower.kind == "fk" else None
        if create is None:
            left.append(follower)
        elif is_renamed(follower):
            name: Any = conv(follower.new)
            create.constraint_name = name
    return left


def _held(
    context: AutogenContext, renames: Renames, database: Database
) -> Iterator[tuple[Key, set[str]]]:
    """The renamed columns that generated columns read, by table, in new names."""
    for key, names in renames.columns.items():
        texts = [
            column.computed or ""
            for column in generated_columns(context, database, renames, key).values()
        ]
        found = {new for old, new in names.items() if any(mentions(t, {old}) for t in texts)}
        if found:
            yield key, found


def _is_held(key: Key, found: Any, held: Mapping[Key, set[str]]) -> bool:
    other = (found["referred_schema"], found["referred_table"])
    return bool(
        held.get(key, set()) & {*found["constrained_columns"]}
        or held.get(other, set()) & {*found["referred_columns"]}
    )


def _columns(found: Any) -> tuple[str, ...]:
    return tuple(found["constrained_columns"])


def _aside(key: Key, before: Any, after: Any, renames: Renames, database: Database) -> Aside:
    name: Any = conv(database.name_after_rename(before["name"], renames.old_key(key)[1], key[1]))
    other = renames.new_key((before["referred_schema"], before["referred_table"]))
    back, create = (
        ops.CreateForeignKeyOp(
            name,
            key[1],
            other[1],
            list(found["constrained_columns"]),
            list(found["referred_columns"]),
            source_schema=key[0],
            referent_schema=other[0],
            **found["options"],
        )
        for found in (before, after)
    )
    drop = ops.DropConstraintOp(name, key[1], type_="foreignkey", schema=key[0], _reverse=back)
    return drop, create
