"""A migration of SQLite as a script (``--sql``): what SQLite can do by itself.

What needs a copy of the table needs the table's text, and so a database.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.schema import CreateIndex, DropIndex

from ..errors import RebuildRefused
from .alter import Operation
from .columns import ColumnText
from .render import Renderer, Statement, identifier, inlined
from .tokens import same_name

_COMMENTS = ("create_column_comment", "create_table_comment", "drop_table_comment")


def write_script(
    impl: Any, table: str, schema: str | None, operations: Sequence[Operation]
) -> None:
    """Write the statements.

    :raises RebuildRefused: SQLite has none for one of the operations.
    """
    place = ".".join(identifier(impl.dialect, name) for name in (schema, table) if name)
    for statement in _statements(impl, place, operations):
        impl._exec(statement)


def _statements(impl: Any, place: str, operations: Sequence[Operation]) -> list[Any]:
    statements: list[Any] = []
    column: ColumnText | None = None
    for name, args, options in operations:
        if name == "add_constraint" and not _is_needed(impl, args[0]):
            continue
        if name == "add_column":
            column = Renderer(impl.dialect).column(args[1])
            statements.append(_add(place, column))
        elif name == "add_constraint":
            column = _with(Renderer(impl.dialect), column, args[0])
            statements[-1] = _add(place, column)
        elif name not in _COMMENTS:
            column = None
            statements.append(_statement(impl, place, name, args, options))
    return statements


def _statement(impl: Any, place: str, name: str, args: Sequence[Any], options: Any) -> Any:
    if name == "drop_column":
        column = identifier(impl.dialect, args[1].name)
        return Statement(f"ALTER TABLE {place} DROP COLUMN {column}")
    if name == "create_index":
        return CreateIndex(args[0], **options)
    if name == "drop_index":
        return DropIndex(args[0], **options)
    changed = options.get("nullable"), options.get("type_"), options.get("server_default", False)
    if name == "alter_column" and options.get("name") and changed == (None, None, False):
        old, new = (identifier(impl.dialect, name) for name in (args[1], options["name"]))
        return Statement(f"ALTER TABLE {place} RENAME COLUMN {old} TO {new}")
    raise needs_a_database(place)


def _add(place: str, column: ColumnText) -> Statement:
    if column.clause("PRIMARY", "UNIQUE") or column.is_stored:
        raise needs_a_database(place)
    return Statement(f"ALTER TABLE {place} ADD COLUMN {column.text}")


def _with(renderer: Renderer, column: ColumnText | None, constraint: Any) -> ColumnText:
    """The column with a foreign key of its own, or the CHECK of its type."""
    columns = [c.name for c in constraint.columns]
    if column is None or len(columns) != 1 or not same_name(columns[0], column.name):
        raise needs_a_database(str(constraint.table.name))
    text = inlined(renderer.constraint(constraint))
    if not text:
        raise needs_a_database(str(constraint.table.name))
    return column.with_clause(text)


def _is_needed(impl: Any, constraint: Any) -> bool:
    rule = constraint._create_rule
    return rule is None or bool(rule(Renderer(impl.dialect).compiler))


def needs_a_database(place: str) -> RebuildRefused:
    """The refusal of what can't be written."""
    return RebuildRefused(
        f"SQLite has no statement for this change of table {place}: the table must be copied, and"
        " a script without a database can't know what is in it.",
        hint="Run it on the database: flask db upgrade; or give batch_alter_table() a copy_from.",
    )
