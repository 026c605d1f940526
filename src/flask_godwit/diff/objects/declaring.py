"""Whether models declare views, functions or triggers at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import MetaData, Table
from sqlalchemy.sql.sqltypes import SchemaType

EVENTS = ("before_create", "after_create")


def metadatas_of(context: AutogenContext) -> list[MetaData]:
    """The models, which may stand in several."""
    given: Any = context.metadata
    return list(given) if isinstance(given, list | tuple) else [given]


def schemas_of(metadatas: Iterable[MetaData]) -> set[str]:
    """Where tables are, and what else is declared, outside of the default schema."""
    owners: list[Any] = [table for metadata in metadatas for table in metadata.tables.values()]
    for metadata in metadatas:
        listeners = (one for event in EVENTS for one in getattr(metadata.dispatch, event))
        owners += [getattr(listener, "__self__", None) for listener in listeners]
    found = (getattr(owner, "schema", None) for owner in owners)
    return {schema for schema in found if isinstance(schema, str) and schema}


def views_in(metadatas: Iterable[MetaData]) -> list[Table]:
    """The tables that are views in truth: SQLAlchemy's own ``CreateView``."""
    return [
        table
        for metadata in metadatas
        for table in metadata.tables.values()
        if getattr(getattr(table, "_creator_ddl", None), "__visit_name__", "") == "create_view"
    ]


def may_declare(metadatas: Sequence[MetaData]) -> bool:
    """Whether anything happens when these are created, but that tables are made."""
    return bool(views_in(metadatas)) or _are_listened_to(metadatas, iter)


def declares(metadatas: Sequence[MetaData]) -> bool:
    """Whether one of these models itself does; some libraries listen to every table there is."""
    return bool(views_in(metadatas)) or _are_listened_to(metadatas, attrgetter("listeners"))


def _are_listened_to(
    metadatas: Sequence[MetaData], listeners: Callable[[Any], Iterable[Any]]
) -> bool:
    owners = [*metadatas, *(table for metadata in metadatas for table in metadata.tables.values())]
    return any(
        not _is_of_a_type(listener)
        for owner in owners
        for event in EVENTS
        for listener in listeners(getattr(owner.dispatch, event))
    )


def _is_of_a_type(listener: Any) -> bool:
    """Whether SQLAlchemy itself listens, to make an enumeration."""
    function = getattr(listener, "func", listener)  # a partial one
    owner = getattr(function, "__self__", None) or getattr(function, "target", None)
    return isinstance(owner, SchemaType)


def without_views(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Take out what Alembic does with views that stand among the tables of the models."""
    views = {(table.schema, table.name) for table in views_in(metadatas_of(context))}
    if views:
        upgrade.ops[:] = [op for op in upgrade.ops if _key(op) not in views]


def _key(operation: Any) -> tuple[Any, Any]:
    return getattr(operation, "schema", None), getattr(operation, "table_name", None)
