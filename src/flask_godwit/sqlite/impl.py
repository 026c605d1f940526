"""Where Alembic's operations reach SQLite: in a batch block, and outside of one.

Only runs of ours do this; :func:`faithful` says where one begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import alembic.operations.batch as alembic_batch
from alembic.operations.schemaobj import SchemaObjects
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Constraint, PrimaryKeyConstraint
from sqlalchemy.types import NullType

from . import IS_BEHIND
from .alter import Batch, Operation, Wishes
from .kinds import KINDS
from .names import USUAL, Convention
from .native import RENAMES_COLUMNS
from .offline import needs_a_database, write_script
from .reflected import by_reflection
from .schema import Schema
from .table_text import parse_table
from .tokens import TEMPORARY, NotUnderstood

_DONE = "godwit_done"


@contextmanager
def faithful(context: MigrationContext) -> Iterator[None]:
    """Let the operations of a context on SQLite keep everything that they don't concern.

    Whoever else uses Alembic meanwhile, in another thread, is not concerned: our batch does
    what Alembic's does, unless it finds our ``impl``.
    """
    plain, its_batch = context.impl, alembic_batch.BatchOperationsImpl
    if isinstance(plain, FaithfulImpl):
        yield
        return
    ours = object.__new__(_faithful_class(type(plain)))
    ours.__dict__.update(plain.__dict__)
    context.impl = ours
    alembic_batch.BatchOperationsImpl = FaithfulBatch  # type: ignore[misc]
    try:
        yield
    finally:
        context.impl = plain
        alembic_batch.BatchOperationsImpl = its_batch  # type: ignore[misc]


@cache
def _faithful_class(plain: type[Any]) -> type[Any]:
    """Ours on top of the application's own, if it registered one for SQLite."""
    # Under its name: an env.py may print it.
    return type(plain.__name__, (FaithfulImpl, plain), {})


class FaithfulImpl:
    """Alembic's ``impl`` of SQLite, for operations outside of a batch: each is a batch of one."""

    as_sql: bool
    dialect: Any
    connection: Any
    context_opts: dict[str, Any]

    def alter_column(self, table_name: str, column_name: str, **options: Any) -> None:
        operation: Operation = ("alter_column", (table_name, column_name), options)
        self._change(table_name, options.get("schema"), [operation])

    def drop_column(self, table_name: str, column: Column[Any], **options: Any) -> None:
        operation: Operation = ("drop_column", (table_name, column), options)
        self._change(table_name, options.get("schema"), [operation])

    def add_column(self, table_name: str, column: Column[Any], **options: Any) -> None:
        """The column, and with it what Alembic would add after it: its key, its CHECK."""
        with_it = _constraints(column)
        operations: list[Operation] = [("add_column", (table_name, column), options)]
        for constraint in with_it:
            operations.append(("add_constraint", (constraint,), {}))
            constraint.info[_DONE] = True
        self._change(table_name, options.get("schema"), operations)

    def add_constraint(self, const: Constraint, **options: Any) -> None:
        if not const.info.pop(_DONE, False):
            self._change_constraint("add_constraint", const, options)

    def drop_constraint(self, const: Constraint, **options: Any) -> None:
        self._change_constraint("drop_constraint", const, options)

    def rename_table(self, old_table_name: str, new_table_name: str, schema: Any = None) -> None:
        operation: Operation = ("rename_table", (old_table_name, new_table_name), {})
        if old_table_name.startswith(TEMPORARY) or self.as_sql:
            super().rename_table(old_table_name, new_table_name, schema=schema)  # type: ignore[misc]
        else:
            self._change(old_table_name, schema, [operation])

    def _change_constraint(self, name: str, const: Any, options: dict[str, Any]) -> None:
        self._change(const.table.name, const.table.schema, [(name, (const,), options)])

    def _change(self, table: str, schema: str | None, operations: list[Operation]) -> None:
        if self.as_sql:
            write_script(self, table, schema, operations)
            return
        if self._is_behind():
            return
        place = Schema(self, schema)
        if _is_for_us(place, table):
            Batch(place, table, operations, Wishes(conventions=self._conventions())).run()
            return
        for name, args, options in operations:
            if name == "rename_table":
                options = {"schema": schema}
            getattr(super(), name)(*args, **options)

    def _is_behind(self) -> bool:
        ask = self.context_opts.get(IS_BEHIND)
        return ask is not None and bool(ask())

    def _conventions(self) -> tuple[Convention, ...]:
        metadata = self.context_opts.get("target_metadata")
        every = metadata if isinstance(metadata, list | tuple) else [metadata]
        own = [getattr(one, "naming_convention", None) for one in every]
        return (*(convention for convention in own if convention), *USUAL)


class FaithfulBatch(alembic_batch.BatchOperationsImpl):
    """Alembic's batch, which hands its operations to ours."""

    def flush(self) -> None:
        """Do what was noted since the block began."""
        impl = self.operations.impl
        if not isinstance(impl, FaithfulImpl):
            super().flush()
        elif impl.as_sql:
            self._write(impl)
        elif impl._is_behind():
            return
        elif self._wishes_for_reflection or not _is_for_us(self._place, self.table_name):
            by_reflection(self._place, self.table_name, self.batch, super().flush)
        else:
            Batch(self._place, self.table_name, self.batch, self._wishes(impl)).run()

    def add_column(self, *args: Any, **options: Any) -> None:
        # Alembic refuses insert_after where it would not copy the table; ours copies it then.
        self.batch.append(("add_column", args, options))

    @property
    def _place(self) -> Schema:
        return Schema(self.operations.impl, self.schema)

    @property
    def _wishes_for_reflection(self) -> bool:
        """Whether the script says what the table is, where we would read its text."""
        listeners = self.reflect_kwargs.get("listeners", ())
        others = any(not isinstance(arg, Constraint) for arg in self.table_args)
        return bool(
            self.copy_from is not None
            or self.table_kwargs.keys() - KINDS
            or self.reflect_args
            or len(listeners) > 1
            or self.reflect_kwargs.keys() - {"listeners"}
            or others
        )

    def _wishes(self, impl: FaithfulImpl) -> Wishes:
        given = self.naming_convention
        return Wishes(
            recreate=self.recreate,
            constraints=self._constraints(),
            naming_convention=given,
            conventions=(*([given] if given else []), *impl._conventions()),
            options=self.table_kwargs,
            reordering=tuple(tuple(group) for group in self.partial_reordering or ()),
        )

    def _constraints(self) -> tuple[Constraint, ...]:
        """The constraints in ``table_args``, each in a table, as its columns are known there."""
        if not self.table_args:
            return ()
        names = [row[1] for row in self._place.columns_of(self.table_name)]
        added = [args[1].name for name, args, _ in self.batch if name == "add_column"]
        columns = [Column(name, NullType()) for name in dict.fromkeys([*names, *added])]
        objects = SchemaObjects(self.operations.migration_context)
        table = objects.table(self.table_name, *columns, *self.table_args, schema=self.schema)
        return tuple(c for c in table.constraints if not _is_implied(c))

    def _write(self, impl: FaithfulImpl) -> None:
        if self.copy_from is not None:
            super().flush()
        elif self.recreate == "always":
            raise needs_a_database(self.table_name)
        else:
            write_script(impl, self.table_name, self.schema, self.batch)


def _is_for_us(schema: Schema, table: str) -> bool:
    """Whether we understand the table, and this SQLite renames columns everywhere."""
    if schema.version < RENAMES_COLUMNS:
        return False
    try:
        parse_table(schema.table_sql(table))
    except NotUnderstood:
        return False
    return True


def _constraints(column: Column[Any]) -> list[Constraint]:
    """What Alembic adds after a column."""
    table = getattr(column, "table", None)
    every = () if table is None else table.constraints
    return [c for c in every if not isinstance(c, PrimaryKeyConstraint)]


def _is_implied(constraint: Constraint) -> bool:
    """The empty primary key that every table of SQLAlchemy has."""
    return isinstance(constraint, PrimaryKeyConstraint) and not constraint.columns
