"""Unique constraints and foreign keys that go together with a column, and come back with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table
from sqlalchemy.sql.elements import conv

from ...dialects.facts import TableFacts
from .uniques import options_of


def dropped_keys(
    context: AutogenContext,
    schema: str | None,
    table: Table,
    facts: TableFacts,
    columns: Collection[str],
) -> Iterator[ops.DropConstraintOp]:
    """What drops those on some columns, and can make them again as they were."""
    if not columns:
        return
    assert context.inspector is not None
    for unique in context.inspector.get_unique_constraints(table.name, schema=schema):
        if not set(columns).isdisjoint(unique["column_names"]):
            name = conv(str(unique["name"]))
            known = (facts.uniques or {}).get(name)
            options = {**unique.get("dialect_options", {}), **(options_of(known) if known else {})}
            options = {option: value for option, value in options.items() if value}
            again = ops.CreateUniqueConstraintOp(
                name, table.name, unique["column_names"], schema=schema, **options
            )
            yield ops.DropConstraintOp(
                name, table.name, type_="unique", schema=schema, _reverse=again
            )
    for key in context.inspector.get_foreign_keys(table.name, schema=schema):
        if not set(columns).isdisjoint(key["constrained_columns"]):
            yield dropped_foreign_key(schema, table.name, key)


def dropped_foreign_key(schema: str | None, table: str, key: Any) -> ops.DropConstraintOp:
    """What drops a foreign key that was reflected, and can make it again as it was."""
    name = conv(str(key["name"]))
    back = ops.CreateForeignKeyOp(
        name,
        table,
        key["referred_table"],
        key["constrained_columns"],
        key["referred_columns"],
        source_schema=schema,
        referent_schema=key["referred_schema"],
        **key.get("options", {}),
    )
    return ops.DropConstraintOp(name, table, type_="foreignkey", schema=schema, _reverse=back)
