"""What goes before a rename: the column or the table whose name another one takes.

Each step is made of what is there, compared with the same without what goes. That is a small
migration of its own, in old names; it stands before everything else in the script.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.compare.util import _InspectorConv
from alembic.operations import ops
from sqlalchemy import Column, ForeignKeyConstraint, Inspector, MetaData, Table, event

from ...dialects import name_of
from ..detours import leaving as aside
from ..names import Key
from .find import old_key
from .values import Renames, mentions
from .view import RenamedInspector, goes

_Drop = ops.DropIndexOp | ops.DropConstraintOp | ops.DropColumnOp


def gone_tables(
    inspector: Inspector, models: Mapping[Key, Table], tables: Mapping[Key, Key]
) -> frozenset[Key]:
    """The tables whose name goes to another one, and which have no new one themselves.

    One that keeps its own name as well can't be meant.
    """
    return frozenset(
        new
        for old, new in tables.items()
        if new not in tables
        and (old not in models or old in tables.values())
        and new[1] in inspector.get_table_names(schema=new[0])  # in these very letters
    )


def gone_columns(
    inspector: Inspector,
    models: Mapping[Key, Table],
    columns: Mapping[Key, Mapping[str, str]],
    tables: Mapping[Key, Key],
) -> dict[Key, frozenset[str]]:
    """The same for columns, by the new key of their table; but for :func:`keys_aside`."""
    found = {}
    for key, names in columns.items():
        schema, table = old_key(key, tables)
        read = inspector.get_columns(table, schema=schema)
        there = {column["name"] for column in read}
        gone = _taken(models[key], names, there)
        if gone:
            # What is generated from it is made anew, from what has its name then.
            found[key] = gone | {
                column["name"]
                for column in read
                if column.get("computed") and mentions(column["computed"]["sqltext"], gone)
                if column["name"] not in names
            }
    return found


def keys_aside(
    inspector: Inspector,
    models: Mapping[Key, Table],
    columns: Mapping[Key, Mapping[str, str]],
    tables: Mapping[Key, Key],
) -> dict[Key, dict[str, str]]:
    """The renames, with those of primary keys' columns whose name another column takes.

    They go later, when the table gets its new key: with a name of their own until then.
    """
    found = {}
    for key, names in columns.items():
        schema, table = old_key(key, tables)
        primary = inspector.get_pk_constraint(table, schema=schema)["constrained_columns"]
        gone = _taken(models[key], names, primary)
        found[key] = {**{name: aside(name) for name in sorted(gone)}, **names}
    return found


def _taken(model: Table, names: Mapping[str, str], there: Iterable[str]) -> frozenset[str]:
    """The columns whose name goes to another one. One that keeps its own can't be meant."""
    return frozenset(
        new
        for old, new in names.items()
        if new in {*there} - names.keys() and (old not in model.c or old in names.values())
    )


def gone_indexes(
    inspector: Inspector, there: Collection[Key], tables: Mapping[Key, Key]
) -> frozenset[Key]:
    """The indexes, with their schema, that are called as a table is to be.

    :param there: the tables of the database that are looked at, by their old keys.
    """
    found = _InspectorConv(inspector)
    return frozenset(
        (schema, str(index["name"]))
        for schema, table in (there if tables else ())
        for index in found.get_indexes(table, schema)
        if (schema, index["name"]) in tables.values()
    )


def leaving(
    context: AutogenContext, inspector: Inspector, there: Collection[Key], renames: Renames
) -> list[ops.MigrateOperation]:
    """What drops that which goes, and what stands on it or refers to it.

    :param there: the tables of the database that are looked at, by their old keys.
    """
    if not renames.leaves:
        return []
    return [
        *_parts(context, inspector, there, renames),
        *(
            op
            for key in sorted(renames.gone_tables, key=str)
            for op in _whole(context, inspector, key)
        ),
    ]


def _parts(
    context: AutogenContext, inspector: Inspector, there: Collection[Key], renames: Renames
) -> Iterator[ops.MigrateOperation]:
    """The parts of tables that stay, or go later."""
    gone = {renames.old_key(key): names for key, names in renames.gone.items()}
    first = Renames(gone=gone, gone_tables=renames.gone_tables, gone_indexes=renames.gone_indexes)
    for key in there:
        if key in renames.gone_tables or not _loses(inspector, key, first):
            continue
        found = read_table(context, inspector, key)
        modify = _compared(
            context, key, found, read_table(context, RenamedInspector(inspector, first), key)
        )
        modify.ops[:] = [op for op in modify.ops if isinstance(op, _Drop)]
        modify.ops += [
            ops.DropColumnOp.from_column_and_tablename(*key, found.c[name])
            for name in sorted(gone.get(key, ()), key=lambda n: (found.c[n].computed is None, n))
        ]
        yield modify


def _whole(
    context: AutogenContext, inspector: Inspector, key: Key
) -> Iterator[ops.MigrateOperation]:
    """A table, as Alembic drops it."""
    found = read_table(context, inspector, key)
    modify = _compared(context, key, found, None)
    yield from [modify] if modify.ops else []
    yield ops.DropTableOp.from_table(found)


def _loses(inspector: Inspector, key: Key, first: Renames) -> bool:
    """Whether a table has something that goes."""
    found = _InspectorConv(inspector)
    keys = found.get_foreign_keys(key[1], key[0])
    if first.gone.get(key) or any(goes("foreign_keys", key, dict(each), first) for each in keys):
        return True
    names = {index["name"] for index in found.get_indexes(key[1], key[0])}
    return any((key[0], name) in first.gone_indexes for name in names)


def _compared(
    context: AutogenContext, key: Key, found: Table, kept: Table | None
) -> ops.ModifyTableOps:
    schema, name = key
    modify = ops.ModifyTableOps(name, [], schema=schema)
    dispatch = context.comparators.dispatch("table", qualifier=name_of(context.dialect))
    dispatch(context, modify, schema, name, found, kept)
    return modify


def read_table(context: AutogenContext, inspector: Any, key: Key) -> Table:
    """A table as Alembic reads it.

    :param inspector: SQLAlchemy's, or one that answers in new names.
    """
    schema, name = key
    table = Table(name, MetaData(), schema=schema)
    listener = context.migration_context.impl._compat_autogen_column_reflect(inspector)
    event.listen(table, "column_reflect", listener)
    _InspectorConv(inspector).reflect_table(table)
    for constraint in table.foreign_key_constraints:
        _known(table.metadata, constraint)
    return table


def _known(tables: MetaData, key: ForeignKeyConstraint) -> None:
    """As much of the other table as a foreign key has to know of it."""
    for element in key.elements:
        place, _, name = element.target_fullname.rpartition(".")
        schema, _, table = place.rpartition(".")
        other = tables.tables.get(place)
        other = Table(table, tables, schema=schema or None) if other is None else other
        if name not in other.columns:
            other.append_column(Column(name))
