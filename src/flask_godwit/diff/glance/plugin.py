"""Has Alembic's comparison, and ours, leave out the tables that are obviously unchanged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial, wraps
from typing import Any
from weakref import WeakKeyDictionary

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import Inspector, Table

from ...dialects.glance import CHECK, COLUMN, FOREIGN_KEY, INDEX, UNIQUE, Line
from ..compare.sides import sides_of
from ..names import Key
from .match import unchanged

_OURS_OR_THEIRS = ("alembic.", "flask_godwit.")
_FILTERED = {
    COLUMN: "column",
    INDEX: "index",
    UNIQUE: "unique_constraint",
    FOREIGN_KEY: "foreign_key_constraint",
    CHECK: "check_constraint",
}
_PER_TABLE = ("schema", "table", "column")


@dataclass
class _Whole:
    """What a comparison is about, before unchanged tables are left out."""

    unchanged: frozenset[Key]
    tables: list[Table]
    inspector: Inspector


_KEPT: WeakKeyDictionary[AutogenContext, _Whole] = WeakKeyDictionary()


def register(plugin: Plugin) -> None:
    """Be asked before the tables of a comparison are looked at, and after."""
    plugin.add_autogenerate_comparator(
        _leave_out, "schema", "godwit unchanged", priority=DispatchPriority.FIRST
    )
    plugin.add_autogenerate_comparator(
        _put_back, "schema", "godwit all", priority=DispatchPriority.LAST
    )


def _leave_out(
    context: AutogenContext, _upgrade: ops.UpgradeOps, schemas: Collection[str | None]
) -> PriorityDispatchResult:
    # A comparison that is begun again, with new names, finds the same tables unchanged, except
    # for those that are others now, or refer to others.
    before = _KEPT.get(context)
    unchanged = before.unchanged if before else frozenset(_found(context, schemas))
    whole = _KEPT[context] = _Whole(unchanged, context.sorted_tables, context.inspector)
    same = unchanged - _renamed(context)
    if same:
        remaining = [table for table in whole.tables if _key(context, table) not in same]
        _compare_only(context, remaining, _Narrow(context.inspector, same))
    return PriorityDispatchResult.CONTINUE


def _put_back(
    context: AutogenContext, _upgrade: ops.UpgradeOps, _schemas: Collection[str | None]
) -> PriorityDispatchResult:
    """What comes after the tables, such as types that they share, is about all of them."""
    whole = _KEPT[context]
    _compare_only(context, whole.tables, whole.inspector)
    return PriorityDispatchResult.CONTINUE


def _compare_only(context: AutogenContext, tables: list[Table], inspector: Any) -> None:
    vars(context).update(sorted_tables=tables, inspector=inspector)


def _renamed(context: AutogenContext) -> set[Key]:
    """The tables that a rename touches: a new one may have the name that another had."""
    renames = getattr(context.inspector, "renames", None)
    if not renames:
        return set()
    touched = {*renames.tables, *renames.tables.values()}
    touched |= {key for key, columns in renames.columns.items() if columns}
    for table in context.sorted_tables:
        targets = (key.referred_table for key in table.foreign_key_constraints)
        if any(_key(context, target) in touched for target in targets):
            touched.add(_key(context, table))
    return touched


def _found(context: AutogenContext, schemas: Collection[str | None]) -> Iterator[Key]:
    if _is_compared_by_others(context):
        return
    assert context.connection is not None
    models = {_key(context, table): table for table in context.sorted_tables}
    there = {
        (schema, name)
        for schema in schemas
        for name in context.inspector.get_table_names(schema=schema)
        if context.run_name_filters(name, "table", {"schema_name": schema})
    }
    calm = _calm_enums(context)
    both = {key: table for key, table in models.items() if key in there and calm(table)}
    glance = sides_of(context).database.glance()
    yield from unchanged(context.connection, glance, both, partial(_is_looked_at, context))


def _is_looked_at(context: AutogenContext, key: Key, line: Line) -> bool:
    """Whether a project wants to hear of this; if not, its models seem to lack it."""
    kind: Any = _FILTERED.get(line.kind)
    parents: Any = {"schema_name": key[0], "table_name": key[1]}
    return kind is None or context.run_name_filters(line.name, kind, parents)


def _calm_enums(context: AutogenContext) -> Callable[[Table], bool]:
    """Whether the types that a table shares with others have the values of the models."""
    database, dialect, connection = sides_of(context).database, context.dialect, context.connection
    assert dialect is not None
    assert connection is not None
    found = cache(partial(database.enum_types, connection))

    def calm(table: Table) -> bool:
        for column in table.columns:
            for enum in database.enums_in(column.type, dialect):
                schema = None if enum.schema == dialect.default_schema_name else enum.schema
                there = found().get((schema, enum.name))
                if there is None or there.labels != tuple(enum.enums):
                    return False
        return True

    return calm


def _is_compared_by_others(context: AutogenContext) -> bool:
    """Whether somebody else has a say, who may see differences that we don't know of."""
    migration = context.migration_context
    own_ways = (migration._user_compare_type, migration._user_compare_server_default)
    if any(callable(way) for way in own_ways) or not _is_known(type(migration.impl)):
        return True
    return any(
        not _is_known(compare)
        for (target, *_), listed in context.comparators._registry.items()
        for compare, _ in listed
        if target in _PER_TABLE
    )


def _is_known(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).startswith(_OURS_OR_THEIRS)


def _key(context: AutogenContext, table: Table) -> Key:
    assert context.dialect is not None
    schema = table.schema
    return (None if schema == context.dialect.default_schema_name else schema, table.name)


class _Narrow:
    """An :class:`~sqlalchemy.Inspector` that does not know some tables."""

    def __init__(self, inspector: Any, hidden: Collection[Key]) -> None:
        self._inspector = inspector
        self._hidden = hidden

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inspector, name)
        return self._many(found) if name.startswith("get_multi_") else found

    def get_table_names(self, schema: str | None = None, **options: Any) -> list[str]:
        """The tables that are left."""
        found = self._inspector.get_table_names(schema=schema, **options)
        return [name for name in found if (schema, name) not in self._hidden]

    def _many(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Reads nothing about hidden tables. To SQLAlchemy no names mean all names."""

        @wraps(method)
        def narrowed(
            schema: str | None = None, filter_names: Collection[str] | None = None, **options: Any
        ) -> Mapping[Key, Any]:
            wanted = self.get_table_names(schema) if filter_names is None else filter_names
            if not wanted:
                return {}
            return dict(method(schema=schema, filter_names=wanted, **options))

        return narrowed
