"""What goes with a rename: names of constraints, indexes and sequences.

A database keeps the names that constraints were born with. Models, and the databases that
they create, derive them from tables and columns, so they follow a rename.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import sqla_compat
from sqlalchemy import (
    CheckConstraint,
    Constraint,
    Dialect,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.sql.elements import conv

from ...dialects.base import Database
from ..compare.text import literally, written
from ..names import Key, quoted
from ..steps import RenameSql, Sql
from .follower import Follower, Found, displacing
from .order import ordered
from .values import Renames
from .view import translated

_KINDS: Mapping[str, str] = {
    "pk_constraint": "pk",
    "unique_constraints": "uq",
    "indexes": "ix",
    "foreign_keys": "fk",
    "check_constraints": "ck",
}


_Model = tuple[Constraint | Index, str | None]
"""A constraint or index of the models, and its final name."""


def followers(
    context: AutogenContext, models: Mapping[Key, Table], renames: Renames, database: Database
) -> Iterator[Follower]:
    """What has another name in the models, in tables that a rename touches."""
    for key in _touched(context, models, renames):
        named: dict[tuple[Any, ...], list[_Model]] = defaultdict(list)
        for signature, item, name in _model_names(models[key], context):
            named[signature].append((item, name))
        found = [
            Found(
                kind,
                reflected,
                database.name_after_rename(reflected["name"], renames.old_key(key)[1], key[1]),
            )
            for kind, reflected in _reflected(context, key, renames)
            if reflected.get("name") and not reflected.get("duplicates_index")
        ]
        following = _paired(key, found, named, renames, database)
        yield from displacing(found, following, renames, database)


def _paired(
    key: Key,
    found: Sequence[Found],
    named: Mapping[tuple[Any, ...], Sequence[_Model]],
    renames: Renames,
    database: Database,
) -> Iterator[Follower]:
    """Those that are called as is to be expected belong together; then those that are alike."""
    taken: set[int] = set()
    left = []
    for each in found:
        by_name = _by_name(key, each.kind, each.item, renames)
        signatures = (*_signatures(each.kind, each.item), by_name)
        alike = [model for signature in signatures for model in named.get(signature, ())]
        expected = next((m for m in alike if m[1] in (each.name, by_name[-1])), None)
        if expected is None:
            left.append((each, alike))
        else:
            taken.add(id(expected[0]))
            yield from _follower(key, each, *expected)
    for each, alike in left:
        free = (model for model in alike if id(model[0]) not in taken)
        model, wanted = next(free, (None, None))
        taken.add(id(model))
        new = wanted or _default_name(database, key, each.kind, each.item, renames)
        yield from _follower(key, each, model, new)


def _follower(
    key: Key, found: Found, model: Constraint | Index | None, new: str | None
) -> Iterator[Follower]:
    if new and new != found.name:
        options = found.item.get("options") or {}
        said = str(found.item.get("sqltext") or "")
        columns = tuple(found.item.get("constrained_columns") or ())
        yield Follower(key, found.kind, found.name, new, model, options, columns, said)


def _touched(
    context: AutogenContext, models: Mapping[Key, Table], renames: Renames
) -> Iterator[Key]:
    moved = {*renames.tables.values(), *(k for k, columns in renames.columns.items() if columns)}
    for key, table in models.items():
        existing = renames.old_key(key)
        points = any(_target(fk, context) in moved for fk in table.foreign_key_constraints)
        if key in moved or (points and context.inspector.has_table(existing[1], existing[0])):
            yield key


def _target(constraint: ForeignKeyConstraint, context: AutogenContext) -> Key:
    table = constraint.referred_table
    default = context.dialect.default_schema_name
    return (table.schema if table.schema != default else None, table.name)


def _reflected(
    context: AutogenContext, key: Key, renames: Renames
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Constraints and indexes of a table, with new columns and old names."""
    schema, table = renames.old_key(key)
    nameless = replace(renames, names={})
    for method, kind in _KINDS.items():
        try:
            found = getattr(context.inspector, f"get_{method}")(table, schema=schema)
        except NotImplementedError:
            continue
        found = translated(method, key, found, nameless)
        for item in [found] if isinstance(found, dict) else found or ():
            if item and not item.get("duplicates_constraint"):
                yield kind, item


def _model_names(
    table: Table, context: AutogenContext
) -> Iterator[tuple[tuple[Any, ...], Constraint | Index, str | None]]:
    items: list[Constraint | Index] = [*table.constraints, *table.indexes]
    for item in items:
        name = sqla_compat._get_constraint_final_name(item, context.dialect)
        signature = _model_signature(item, context)
        if signature is not None:
            yield signature, item, name
        kind = "ix" if isinstance(item, Index) else "ck"
        if name and isinstance(item, Index | CheckConstraint):
            yield (kind, "named", name), item, name


def _model_signature(item: Constraint | Index, context: AutogenContext) -> tuple[Any, ...] | None:
    if isinstance(item, Index):
        if any(sqla_compat.is_expression(e) for e in item.expressions):
            return None
        return ("ix", tuple(c.name for c in item.columns), bool(item.unique))
    if isinstance(item, PrimaryKeyConstraint):
        return ("pk",)
    if isinstance(item, UniqueConstraint):
        return ("uq", tuple(c.name for c in item.columns))
    if isinstance(item, ForeignKeyConstraint):
        return ("fk", tuple(item.column_keys), _target(item, context))
    if isinstance(item, CheckConstraint):
        return ("ck", _plain(str(item.sqltext)))
    return None


def _signatures(kind: str, item: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """What it may be in the models: MySQL's unique index may be a constraint there."""
    if kind in ("ix", "uq"):
        unique = kind == "uq" or bool(item.get("unique"))
        if kind == "ix":
            yield ("ix", tuple(item["column_names"]), unique)
        if unique:
            yield ("uq", tuple(item["column_names"]))
    elif kind == "fk":
        target = (item.get("referred_schema"), item["referred_table"])
        yield ("fk", tuple(item["constrained_columns"]), target)
    else:
        yield ("ck", _plain(item["sqltext"])) if kind == "ck" else ("pk",)


def _by_name(
    key: Key, kind: str, item: Mapping[str, Any], renames: Renames
) -> tuple[str, str, str]:
    """What a naming convention would call it now; a server rewrites expressions too freely."""
    words = {renames.old_key(key)[1]: key[1], **renames.columns.get(key, {})}
    name = str(item["name"])
    found = re.compile(rf"(?<![^_])({'|'.join(map(re.escape, words))})(?![^_])")
    return (kind, "named", found.sub(lambda word: words[word[1]], name))


def _plain(sql: str) -> str:
    """SQL without what a server changes in it: case, blanks, quotes, parentheses."""
    return "".join(c for c in sql.lower() if c not in ' \t\n()"`')


def _default_name(
    database: Database, key: Key, kind: str, item: Mapping[str, Any], renames: Renames
) -> str | None:
    """The new default name, if the old name was the database's default one."""
    columns = item.get("column_names") or item.get("constrained_columns") or []
    back = {new: old for old, new in renames.columns.get(key, {}).items()}
    before = [back.get(column, column) for column in columns]
    old = database.default_name(kind, renames.old_key(key)[1], before)
    if item["name"] != old:
        return None
    return database.default_name(kind, key[1], columns)


# what is done about it


def untangled(found: Sequence[Follower]) -> list[Follower]:
    """In an order in which no name is taken when its turn comes; a swap takes a detour."""
    by_name = {follower.old: follower for follower in found}
    if len(by_name) < len(found) or not any(f.new in by_name for f in found):
        return list(found)
    steps, owner = [], dict(by_name)
    for old, new in ordered({f.old: f.new for f in found}, by_name, "names"):
        follower = owner.pop(old)
        owner[new] = follower
        steps.append(replace(follower, old=old, new=new))
    return steps


def renaming(follower: Follower, context: AutogenContext, database: Database) -> Sql | None:
    """The statement that gives the new name, where the database has one."""
    table = quoted(context.dialect, *follower.table)
    old, new = quoted(context.dialect, follower.old), quoted(context.dialect, follower.new)
    up = database.rename_constraint(follower.kind, table, old, new)
    down = database.rename_constraint(follower.kind, table, new, old)
    if not up:
        return None
    sql = RenameSql(up, down)
    sql.named = (follower.kind, follower.table, follower.old, follower.new)
    return sql


def replacing(
    follower: Follower, dialect: Dialect, database: Database
) -> ops.ModifyTableOps | None:
    """Where the database can't rename it: dropped, and made anew as the model says.

    Indexes and unique constraints are left to the comparison, which sees their names, and so are
    keys of which more changes.
    """
    model = follower.model
    if follower.kind in ("ix", "uq") or model is None or isinstance(model, Index):
        return None
    if _changes(follower, model, database):
        return None
    schema, table = follower.table
    kind = {"pk": "primary", "fk": "foreignkey", "ck": "check"}[follower.kind]
    back, create = (_creating(follower, model, dialect) for _ in range(2))
    old: Any = conv(follower.old)
    drop = ops.DropConstraintOp(old, table, type_=kind, schema=schema, _reverse=back)
    create.constraint_name = conv(follower.new)
    return ops.ModifyTableOps(table, [drop, create], schema=schema)


def _changes(follower: Follower, model: Constraint, database: Database) -> bool:
    """Whether a key gets more than a name."""
    if isinstance(model, ForeignKeyConstraint):
        return not _has_options(model, follower.options, database)
    columns = tuple(column.name for column in getattr(model, "columns", ()))
    return isinstance(model, PrimaryKeyConstraint) and columns != follower.columns


def _has_options(
    model: ForeignKeyConstraint, options: Mapping[str, Any], database: Database
) -> bool:
    names = ("onupdate", "ondelete", "deferrable", "initially", "match")
    unsaid = {"IMMEDIATE", *(["NO ACTION"] if database.no_action_goes_unsaid else [])}

    def said(option: Any) -> str:
        text = str(option or "").upper()
        return "" if text in unsaid else text

    return all(said(getattr(model, name)) == said(options.get(name)) for name in names)


def _creating(follower: Follower, model: Constraint, dialect: Dialect) -> Any:
    """What makes a constraint as it is now; whether more of it changes is not known here.

    A CHECK is a text: the columns in a model's expression would make it one more of that model's.
    """
    create: Any = ops.AddConstraintOp.from_constraint(model)
    if isinstance(model, CheckConstraint):
        wanted = written(model.sqltext, dialect)
        same = _plain(wanted) == _plain(follower.text)
        create.condition = literally(wanted if same else follower.text)
    return create


def sequences(
    context: AutogenContext, models: Mapping[Key, Table], renames: Renames, database: Database
) -> Iterator[Sql]:
    """The sequences that count up a renamed table's or column's own values."""
    assert context.connection is not None
    found: dict[str | None, dict[str, str]] = {}
    for key in {*renames.tables.values(), *renames.columns}:
        old = renames.old_key(key)
        for column, sequence in database.owned_sequences(context.connection, *old).items():
            if column in renames.gone.get(key, ()):
                continue
            new = f"{key[1]}_{renames.new_column(key, column)}_seq"
            if sequence == f"{old[1]}_{column}_seq" != new:
                found.setdefault(key[0], {})[sequence] = new
    for schema, names in found.items():
        for before, after in ordered(names, names, "sequences"):
            yield RenameSql(
                _sequence_renamed(context.dialect, schema, before, after),
                _sequence_renamed(context.dialect, schema, after, before),
            )


def _sequence_renamed(dialect: Dialect, schema: str | None, old: str, new: str) -> str:
    return f"ALTER SEQUENCE {quoted(dialect, schema, old)} RENAME TO {quoted(dialect, new)}"
