"""Which tables and columns the operations of a script change so that a view may be in the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from alembic.operations import ops

from ...dialects.objects import SchemaObject, unquoted
from ...frozen import frozen
from ..names import Key
from ..renames.values import Renames
from ..steps import Sql, flat

_NAME = r'(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|[\w$]+)'
_TYPE_CHANGED = re.compile(
    rf"ALTER TABLE (?:({_NAME})\.)?({_NAME}) (?:ALTER COLUMN|MODIFY|CHANGE) ({_NAME}) (?!SET|DROP)",
    re.IGNORECASE,
)
_TYPE = re.compile(
    r"(?:ALTER|DROP) (?:TYPE|DOMAIN) "
    rf"(?:(?P<schema>{_NAME})\.)?(?P<name>{_NAME})(?: RENAME TO (?P<new>{_NAME}))?$",
    re.IGNORECASE,
)
_RENAMED = re.compile(
    rf"ALTER TABLE (?:({_NAME})\.)?({_NAME}) (?:RENAME|SET SCHEMA)\b", re.IGNORECASE
)


@frozen
class Touch:
    """A change of a table as the database has it now; ``column`` is "" for the whole of it.

    ``follows`` says that what depends on it may go along with it, such as with a new name,
    ``drops`` that it will not be there any more.
    """

    schema: str | None
    table: str
    column: str = ""
    follows: bool = False
    drops: bool = False
    is_type: bool = False
    """Whether it is a type, such as an enumeration, instead of a table."""

    def concerns(self, found: SchemaObject) -> bool:
        """Whether a view, function or trigger depends on what changes."""
        return self.is_owner(found) or found.reads(self.schema, self.table, self.column)

    def is_owner(self, found: SchemaObject) -> bool:
        """Whether it is the whole table of a trigger."""
        own = found.table == self.table and found.key.schema == self.schema
        return own and not self.column


def touches(upgrade: ops.OpContainer, renames: Renames) -> list[Touch]:
    """The changes of tables that matter to what depends on them."""
    found = [touch for operation in flat(upgrade) for touch in _touches(operation, renames)]
    return [*found, *_types(upgrade)]


def _types(upgrade: ops.OpContainer) -> Iterator[Touch]:
    """The types that go, or that another one takes the place of meanwhile."""
    names: dict[tuple[str | None, str], str] = {}
    for operation in flat(upgrade):
        found = _TYPE.match(operation.statement) if isinstance(operation, Sql) else None
        if found is None:
            continue
        schema = unquoted(found["schema"]) if found["schema"] else None
        name = unquoted(found["name"])
        if found["new"]:
            names[schema, unquoted(found["new"])] = name
        else:
            is_remade = (schema, name) in names
            old = names.get((schema, name), name)
            yield Touch(schema, old, drops=not is_remade, is_type=True)


def dropped_columns(upgrade: ops.OpContainer, renames: Renames) -> dict[str, set[str]]:
    """The columns that go for good, by the names that they and their tables have now."""
    operations = list(flat(upgrade))
    again = {
        (op.schema, op.table_name, op.column.name)
        for op in operations
        if isinstance(op, ops.AddColumnOp)
    }
    found: dict[str, set[str]] = {}
    for op in operations:
        if not isinstance(op, ops.DropColumnOp):
            continue
        place = (op.schema, op.table_name, op.column_name)
        if place not in again:
            touch = _column(*place, renames)
            found.setdefault(touch.table, set()).add(touch.column)
    return found


def dropped_tables(upgrade: ops.OpContainer) -> set[str]:
    """The tables that go for good."""
    operations = list(flat(upgrade))
    made = {op.table_name for op in operations if isinstance(op, ops.CreateTableOp)}
    return {op.table_name for op in operations if isinstance(op, ops.DropTableOp)} - made


def renamed(renames: Renames) -> dict[str, set[str]]:
    """The columns that have other names then, by the table's name of now; all of it is none."""
    found: dict[str, set[str]] = {}
    for key, columns in renames.columns.items():
        names = set(columns) - set(columns.values())
        if names:
            found[renames.old_key(key)[1]] = names
    taken = {table for _, table in renames.tables.values()}
    return found | {table: set() for _, table in renames.tables if table not in taken}


def named_anew(renames: Renames) -> list[Touch]:
    """What gets another name, by that of now."""
    tables = [Touch(*old, follows=True) for old in renames.tables]
    columns = (
        Touch(*renames.old_key(key), old, follows=True)
        for key, names in renames.columns.items()
        for old in names
    )
    return [*tables, *columns]


def _touches(operation: ops.MigrateOperation, renames: Renames) -> Iterator[Touch]:
    if isinstance(operation, ops.DropTableOp):
        yield Touch(operation.schema, operation.table_name, drops=True)
    elif isinstance(operation, ops.RenameTableOp):
        yield Touch(operation.schema, operation.table_name, follows=True)
    elif isinstance(operation, ops.DropColumnOp):
        column = _column(operation.schema, operation.table_name, operation.column_name, renames)
        yield replace(column, drops=True)
    elif isinstance(operation, ops.AlterColumnOp):
        if operation.modify_name is not None:
            yield Touch(operation.schema, operation.table_name, follows=True)
        if operation.modify_type is not None:
            yield _column(operation.schema, operation.table_name, operation.column_name, renames)
    elif isinstance(operation, ops.DropConstraintOp) and operation.constraint_name:
        # What groups by a primary key depends on that.
        old = renames.old_key((operation.schema, operation.table_name))
        yield Touch(*old, str(operation.constraint_name))
    elif isinstance(operation, Sql):
        yield from _said(operation.statement, renames)


def _said(statement: str, renames: Renames) -> Iterator[Touch]:
    for found in _TYPE_CHANGED.finditer(statement):
        schema, table, column = (unquoted(name) if name else None for name in found.groups())
        yield _column(schema, str(table), str(column), renames)
    for found in _RENAMED.finditer(statement):
        schema, table = (unquoted(name) if name else None for name in found.groups())
        yield Touch(schema, str(table), follows=True)


def _column(schema: str | None, table: str, column: str, renames: Renames) -> Touch:
    key: Key = (schema, table)
    old = next((o for o, n in renames.columns.get(key, {}).items() if n == column), column)
    return Touch(*renames.old_key(key), old)
