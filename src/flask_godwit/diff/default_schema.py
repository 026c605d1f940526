"""Models that name the default schema, as in ``schema="public"``.

A database says of its default schema's tables that they have none, and so does Alembic. Compared
are models that say the same.
"""

from __future__ import annotations

from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, Sequence
from sqlalchemy.sql.schema import BLANK_SCHEMA, RETAIN_SCHEMA

_OPTION = "target_metadata"


def leave_default_unnamed(context: MigrationContext) -> None:
    """Have a context compare with models that don't name the default schema."""
    models: Any = context.opts.get(_OPTION)
    default = context.dialect.default_schema_name
    if not models or not default:
        return
    if isinstance(models, list | tuple):
        context.opts[_OPTION] = [_unnamed(each, default) for each in models]
    else:
        context.opts[_OPTION] = _unnamed(models, default)


def _unnamed(models: MetaData, default: str) -> MetaData:
    items = (*models.tables.values(), *models._sequences.values())
    if all(item.schema != default for item in items):
        return models
    copy = MetaData(naming_convention=models.naming_convention, info=models.info)
    for sequence in models._sequences.values():
        _add_sequence(copy, sequence, default)

    def referred(_table: Any, _to: Any, _key: Any, schema: str | None) -> Any:
        return BLANK_SCHEMA if schema == default else RETAIN_SCHEMA

    for table in models.tables.values():
        schema: Any = None if table.schema == default else table.schema
        own = table.to_metadata(copy, schema=schema, referred_schema_fn=referred)
        own._prefixes = table._prefixes  # which SQLAlchemy leaves behind
    return copy


def _add_sequence(copy: MetaData, sequence: Sequence, default: str) -> None:
    own: Any = sequence._copy()
    if own.schema == default:
        own.schema, own._key = None, own.name
    own._set_metadata(copy)
