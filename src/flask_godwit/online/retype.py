"""PostgreSQL: another type without a rewrite under the lock.

A new column is kept like the old one by a trigger, filled in batches, and takes its place. Only for
types that hold every value of the old one, so that no writer is refused meanwhile, and for columns
that nothing else depends on.
"""

from __future__ import annotations

import hashlib
from copy import copy
from typing import Any

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, MetaData, Table, text
from sqlalchemy.types import to_instance

from ..dialects.postgresql_types import Change, change_of_type, plain_type
from ..frozen import frozen
from .seen import seen_in
from .steps import in_batches

_LONGEST_NAME = 63
_NUMBERS = ("smallint", "integer", "bigint", "numeric")
_HELD = {("real", "double precision"), ("timestamp", "timestamp with time zone"),
         ("date", "timestamp"), ("date", "timestamp with time zone")}  # fmt: skip
_WRITTEN = (*_NUMBERS, "uuid", "date", "boolean", "timestamp", "real", "double precision")
_COLUMN = text(
    """
    SELECT format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null,
        pg_get_expr(d.adbin, d.adrelid) AS default,
        col_description(a.attrelid, a.attnum) AS comment, (
            SELECT n.conname FROM pg_constraint n
            WHERE n.conrelid = a.attrelid AND n.contype = 'n' AND n.conkey = ARRAY[a.attnum]
        ) AS not_null_name
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = to_regclass(:table) AND a.attname = :column AND c.relkind = 'r'
      AND a.attidentity = '' AND a.attgenerated = '' AND a.attacl IS NULL
      AND NOT EXISTS (SELECT FROM pg_inherits WHERE c.oid IN (inhrelid, inhparent))
      AND NOT EXISTS (
        SELECT FROM pg_depend p WHERE p.refclassid = 'pg_class'::regclass
          AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum
          AND p.classid <> 'pg_attrdef'::regclass
          AND NOT (p.classid = 'pg_constraint'::regclass
            AND EXISTS (SELECT FROM pg_constraint n WHERE n.oid = p.objid AND n.contype = 'n')))
    """
)


def retyped(operation: Any, context: MigrationContext) -> tuple[Any, ...]:
    """The operations that give a column its new type; () where it is given as the script says."""
    if not isinstance(operation, ops.AlterColumnOp) or operation.modify_type is None:
        return ()
    if operation.modify_name is not None or operation.kw.get("postgresql_using"):
        return ()
    table = Table(operation.table_name, MetaData(), schema=operation.schema)
    quoted = context.dialect.identifier_preparer.format_table(table)
    found = _as_told(operation, context) if context.as_sql else _as_is(operation, context, quoted)
    type_ = context.dialect.type_compiler_instance.process(to_instance(operation.modify_type))
    if found is None or not _is_worth_it(found.type, type_):
        return ()
    return _Swap(operation, context, str(quoted), type_, found).parts()


def _as_is(operation: ops.AlterColumnOp, context: MigrationContext, table: str) -> Any:
    """The column in the database, None where something else depends on it."""
    assert context.connection is not None
    values = {"table": table, "column": operation.column_name}
    return context.connection.execute(_COLUMN, values).first()


@frozen
class _Told:
    """A column, as a script says that it is."""

    type: str
    not_null: bool
    default: str | None = None
    comment: str | None = None
    not_null_name: str | None = None


def _as_told(operation: ops.AlterColumnOp, context: MigrationContext) -> Any:
    """The same where there is no database: as the revisions before have made it."""
    seen = seen_in(context)
    old = operation.existing_type
    if old is None or not seen.is_free(operation.table_name, operation.column_name):
        return None
    type_ = context.dialect.type_compiler_instance.process(to_instance(old))
    return _Told(type_.lower(), operation.existing_nullable is False)


def _is_worth_it(old: str, new: str) -> bool:
    """Whether the table would be written anew, and the new type holds all values."""
    if change_of_type(old, new) is not Change.REWRITE:
        return False
    before, after = plain_type(old), plain_type(new)
    if before in _NUMBERS and after in _NUMBERS:
        return _NUMBERS.index(before) < _NUMBERS.index(after)
    return (before, after) in _HELD or (before in _WRITTEN and after in ("text", "varchar"))


class _Swap:
    """The steps for one column."""

    def __init__(
        self,
        operation: ops.AlterColumnOp,
        context: MigrationContext,
        table: str,
        type_: str,
        now: Any,
    ) -> None:
        self.operation = operation
        self.table = table
        self.type = type_
        self.now = now
        self.quote = quote = context.dialect.identifier_preparer.quote
        self.new = _name(f"{operation.column_name}_godwit_new")
        self.old_quoted, self.new_quoted = quote(operation.column_name), quote(self.new)
        whole = _name(f"godwit_{operation.table_name}_{operation.column_name}")
        schema = f"{quote(operation.schema)}." if operation.schema else ""
        self.function = schema + quote(whole)
        # Of several triggers the last one in the alphabet comes last.
        self.trigger = quote(_name(f"zzz_godwit_{operation.column_name}"))

    def parts(self) -> tuple[Any, ...]:
        name, schema = self.operation.table_name, self.operation.schema
        value = f"{self.old_quoted}::{self.type}"
        where = f"{self.new_quoted} IS NULL AND {self.old_quoted} IS NOT NULL"
        filled = in_batches(name, {self.new: text(value.replace(":", "\\:"))}, where, schema)
        bare: Column[Any] = Column(self.new, self.operation.modify_type)
        parts = [
            ops.AddColumnOp(name, bare, schema=schema),
            *self._kept_alike(),
            filled,
        ]
        if self.now.not_null:
            parts.append(ops.AlterColumnOp(name, self.new, schema=schema, modify_nullable=False))
        return (*parts, *self._swapped(), *self._rest())

    def _kept_alike(self) -> list[Any]:
        body = f"NEW.{self.new_quoted} := NEW.{self.old_quoted}::{self.type}; RETURN NEW;"
        return [
            _sql(
                f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql"
                f" AS $$ BEGIN {body} END $$"
            ),
            _sql(
                f"CREATE TRIGGER {self.trigger} BEFORE INSERT OR UPDATE ON {self.table}"
                f" FOR EACH ROW EXECUTE FUNCTION {self.function}()"
            ),
        ]

    def _swapped(self) -> list[Any]:
        """In one transaction, the revision's own."""
        alter = f"ALTER TABLE {self.table}"
        default, comment = self.now.default, self.now.comment
        kept = []
        if default is not None:
            kept.append(f"{alter} ALTER COLUMN {self.old_quoted} SET DEFAULT {default}")
        if comment is not None:
            said = comment.replace("'", "''")
            kept.append(f"COMMENT ON COLUMN {self.table}.{self.old_quoted} IS '{said}'")
        made = f"{self.operation.table_name}_{self.new}_not_null"
        if self.now.not_null_name is not None and len(made.encode()) <= _LONGEST_NAME:
            name = self.quote(self.now.not_null_name)
            kept.append(f"{alter} RENAME CONSTRAINT {self.quote(made)} TO {name}")
        statements = [
            f"DROP TRIGGER {self.trigger} ON {self.table}",
            f"DROP FUNCTION {self.function}()",
            f"{alter} DROP COLUMN {self.old_quoted}",
            f"{alter} RENAME COLUMN {self.new_quoted} TO {self.old_quoted}",
            *kept,
        ]
        return [_sql(statement) for statement in statements]

    def _rest(self) -> list[Any]:
        """What it changes of the column beside its type."""
        rest = copy(self.operation)
        rest.modify_type = None
        return [rest] if rest.has_changes() else []


def _sql(statement: str) -> ops.ExecuteSQLOp:
    """A statement for Alembic, which takes a colon for a parameter."""
    return ops.ExecuteSQLOp(statement.replace(":", "\\:"))


def _name(wanted: str) -> str:
    if len(wanted.encode()) <= _LONGEST_NAME:
        return wanted
    return f"godwit_{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
