"""PostgreSQL: indexes CONCURRENTLY, constraints NOT VALID first and VALIDATE afterwards."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, Constraint, Index, text
from sqlalchemy.schema import AddConstraint, CreateIndex, DropIndex

from ..dialects import dialect_for
from ..journal.kinds import is_several
from ..plans import builds_wrong_indexes
from .forms import Makers, Part, SafeForm
from .names import is_free
from .not_null import required
from .partitions import detached, is_whole, leaves_of

_LEFTOVER = text(
    """
    SELECT count(*) FROM pg_index i
    WHERE i.indexrelid = to_regclass(:index) AND i.indrelid = to_regclass(:table)
      AND NOT i.indisvalid AND NOT EXISTS (
        SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
    """
)
_OWNER = text(
    "SELECT indrelid::regclass::text FROM pg_index WHERE indexrelid = to_regclass(:index)"
)
_ADDS_VALUE = re.compile(r"\s*ALTER\s+TYPE\s+\S+\s+ADD\s+VALUE\b", re.IGNORECASE)
_UNIQUE_OPTIONS = {"deferrable", "initially"}


def _create_index(operation: ops.CreateIndexOp, context: MigrationContext) -> SafeForm | None:
    if "postgresql_concurrently" in operation.kw:
        return None
    index = operation.to_index(context)
    return _built(context, index, f"index {index.name}", if_not_exists=operation.if_not_exists)


def _built(
    context: MigrationContext,
    index: Index,
    what: str,
    *more: Part,
    if_not_exists: bool | None = None,
) -> SafeForm | None:
    """An index that is built while writers go on, and what is done with it."""
    assert index.table is not None
    if builds_wrong_indexes(getattr(context.dialect, "server_version_info", None) or ()):
        return None
    index.dialect_options["postgresql"]["concurrently"] = True
    table, name = _quoted(context, index.table), _name_of_index(context, index)
    create = Part(CreateIndex(index, if_not_exists=bool(if_not_exists)))
    return SafeForm(
        f"{what} on {table}: built CONCURRENTLY",
        (table,),
        (create, *more),
        leftover=partial(_leftover, name, table),
    )


def _leftover(index: str, table: str, connection: Connection) -> str:
    """An index of that name which nobody is building, and nobody can use."""
    found = connection.scalar(_LEFTOVER, {"index": index, "table": table})
    return f"DROP INDEX CONCURRENTLY {index}" if found else ""


def _drop_index(operation: ops.DropIndexOp, context: MigrationContext) -> SafeForm | None:
    if "postgresql_concurrently" in operation.kw:
        return None
    index = operation.to_index(context)
    index.dialect_options["postgresql"]["concurrently"] = True
    name = _name_of_index(context, index)
    table = operation.table_name
    if not context.as_sql:
        assert context.connection is not None
        table = context.connection.scalar(_OWNER, {"index": name})
    drop = Part(DropIndex(index, if_exists=bool(operation.if_exists)))
    # Once it is gone nobody knows whose it was: the journal does, in the run that goes on.
    tables = (str(table),) if table else ()
    return SafeForm(f"index {index.name}: dropped CONCURRENTLY", tables, (drop,))


def _foreign_key(operation: ops.CreateForeignKeyOp, context: MigrationContext) -> SafeForm | None:
    columns = operation.local_cols
    named = _named(operation, "fk", operation.source_table, columns, context)
    form = _constraint(named, context) if named is not None else None
    form = _if_free(form, named, operation)
    version = context.dialect.server_version_info or ()
    if form is None or context.as_sql or version >= (18,):
        return form
    whole = partial(is_whole, form.tables[0])  # NOT VALID came later to partitioned tables
    free = form.applies
    return replace(form, applies=lambda connection: whole(connection) and free(connection))


def _if_free(form: SafeForm | None, named: Any, operation: Any) -> SafeForm | None:
    """Where the server would have to number its own name, it does."""
    if form is None or named is operation:
        return form
    return replace(form, applies=partial(is_free, form.tables[0], named.constraint_name))


def _check(operation: ops.CreateCheckConstraintOp, context: MigrationContext) -> SafeForm | None:
    return _constraint(operation, context) if operation.constraint_name else None


def _constraint(operation: Any, context: MigrationContext) -> SafeForm | None:
    """It holds for new rows at once; the old ones are looked at afterwards."""
    if "postgresql_not_valid" in operation.kw:
        return None
    changed = copy(operation)
    changed.kw = {**operation.kw, "postgresql_not_valid": True}
    constraint = changed.to_constraint(context)
    table = _quoted(context, constraint.table)
    name = _name_of(context, constraint)
    others = [_quoted(context, each.column.table) for each in getattr(constraint, "elements", ())]
    undo = f"ALTER TABLE {table} DROP CONSTRAINT {name}"
    return SafeForm(
        f"{name} on {table}: added NOT VALID, then VALIDATE",
        (table, *others[:1], *leaves_of(table, context)),
        (
            Part(AddConstraint(constraint), brief=True, undo=undo),
            Part(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"),
        ),
    )


def _unique(operation: ops.CreateUniqueConstraintOp, context: MigrationContext) -> SafeForm | None:
    named = _named(operation, "uq", operation.table_name, operation.columns, context)
    if named is None or not operation.kw.keys() <= _UNIQUE_OPTIONS:
        return None
    constraint = named.to_constraint(context)
    name, table = _name_of(context, constraint), _quoted(context, constraint.table)
    index = Index(str(constraint.name), *constraint.columns, unique=True)
    options = " DEFERRABLE" if constraint.deferrable else ""
    if constraint.initially:
        options += f" INITIALLY {constraint.initially}"
    use = f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}{options}"
    form = _built(context, index, f"unique constraint {name}", Part(use, brief=True))
    return _if_free(form, named, operation)


def _primary_key(operation: ops.CreatePrimaryKeyOp, context: MigrationContext) -> SafeForm | None:
    named = _named(operation, "pk", operation.table_name, operation.columns, context)
    if named is None or not operation.kw.keys() <= _UNIQUE_OPTIONS:
        return None
    constraint = named.to_constraint(context)
    name, table = _name_of(context, constraint), _quoted(context, constraint.table)
    index = Index(str(constraint.name), *constraint.columns, unique=True)
    use = f"ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name}"
    form = _built(context, index, f"primary key {name}", Part(use, brief=True))
    return _if_free(form, named, operation)


def _execute(operation: ops.ExecuteSQLOp, context: MigrationContext) -> SafeForm | None:
    """SQL that has a better form, as far as it is read."""
    statement = str(operation.sqltext)
    return detached(statement, context) or _new_value(statement)


def _new_value(statement: str) -> SafeForm | None:
    """A new value of an enumeration can't be used before it is committed."""
    if not _ADDS_VALUE.match(statement) or is_several(statement):
        return None
    words = f"{' '.join(statement.split())}: committed at once, so that it can be used"
    return SafeForm(words, (), (Part(statement, brief=True),), always=True)


def _named(
    operation: Any, kind: str, table: str, columns: Any, context: MigrationContext
) -> Any | None:
    """The operation with the name that the server would give; None where that is not free."""
    if operation.constraint_name is not None:
        return operation
    if operation.to_constraint(context).name is not None:  # by a naming convention
        return operation
    database = dialect_for(URL.create("postgresql"), context.dialect)
    name = database.default_name(kind, table, list(columns))
    if name is None:
        return None
    changed = copy(operation)
    changed.constraint_name = name
    return changed


def _name_of(context: MigrationContext, constraint: Constraint) -> str:
    return str(context.dialect.identifier_preparer.format_constraint(constraint))


def _name_of_index(context: MigrationContext, index: Index) -> str:
    """The quoted name, with the schema in which its table is."""
    preparer = context.dialect.identifier_preparer
    schema = index.table.schema if index.table is not None else None
    name = str(preparer.format_index(index))
    return f"{preparer.quote_schema(schema)}.{name}" if schema else name


def _quoted(context: MigrationContext, table: Any) -> str:
    return str(context.dialect.identifier_preparer.format_table(table))


MAKERS: Makers = {
    ops.CreateIndexOp: _create_index,
    ops.DropIndexOp: _drop_index,
    ops.CreateForeignKeyOp: _foreign_key,
    ops.CreateCheckConstraintOp: _check,
    ops.CreateUniqueConstraintOp: _unique,
    ops.CreatePrimaryKeyOp: _primary_key,
    ops.AlterColumnOp: required,
    ops.ExecuteSQLOp: _execute,
}
