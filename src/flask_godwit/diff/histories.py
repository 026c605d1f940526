"""Tables that keep old versions of their rows, as MariaDB's WITH SYSTEM VERSIONING does.

The server refuses to alter them, since that alters what is kept, unless it is told otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeGuard

from alembic.operations import ops
from sqlalchemy import Dialect

from ..dialects.base import Database
from ..errors import RowsInTheWay
from .compare.text import literally
from .names import Key, quoted, said
from .rows import Rows
from .sentences import counted
from .steps import Comment, Sql, flat


def keep_history(
    operations: ops.OpContainer,
    dialect: Dialect,
    database: Database,
    with_history: Callable[[], Collection[Key]],
) -> None:
    """Have a script that alters such tables tell the server that it may.

    :param with_history: reads which tables they are, by their old and new names.
    """
    altered = {key for step in flat(operations) for key in _altered(step)}
    statements = [step.sqltext for step in flat(operations) if isinstance(step, ops.ExecuteSQLOp)]
    if not database.may_change_history or not (altered or statements):
        return
    found = [
        key
        for key in sorted(with_history(), key=str)
        if key in altered or _is_in(f"ALTER TABLE {quoted(dialect, *key)} ", statements)
    ]
    if not found:
        return
    before, after = database.may_change_history
    names = ", ".join(map(said, dict.fromkeys(found)))
    words = f"The old versions of rows that {names} keeps are altered too, or lose a column."
    operations.ops[:] = [Comment(words), Sql(before), *operations.ops, Sql(after)]


def refuse_old_nulls(
    upgrade: ops.OpContainer,
    dialect: Dialect,
    database: Database,
    rows: Rows,
    with_history: Callable[[], Collection[Key]],
) -> None:
    """Stop where a column becomes NOT NULL, and an old version of a row has no value in it.

    What fills a row leaves such a version behind, and nothing changes that.

    :raises RowsInTheWay: there is one, or would be.
    """
    needed = [step for step in flat(upgrade) if _forbids_null(step)]
    found = set(with_history()) if needed else set()
    for step in needed:
        key = (step.schema, step.table_name)
        if key not in found:
            continue
        name = quoted(dialect, rows.name(key, step.column_name))
        table = quoted(dialect, *rows.renames.old_key(key))
        query = f"SELECT count(*) FROM {database.every_version(table)} WHERE {name} IS NULL"
        count = int(rows.connection.scalar(literally(query)) or 0)
        if count:
            words = f"have no value in {step.column_name}, and nothing fills old ones"
            raise RowsInTheWay(
                f"{counted(count, 'version', f'rows of {said(key)}', words)}.",
                hint=f"Fill it in a revision of its own, run DELETE HISTORY FROM {table} after it,"
                " and make it NOT NULL then; or leave it as it is.\n"
                "--no-row-check writes the script all the same.",
            )


def _forbids_null(step: ops.MigrateOperation) -> TypeGuard[ops.AlterColumnOp]:
    return isinstance(step, ops.AlterColumnOp) and step.modify_nullable is False


def _is_in(beginning: str, statements: list[Any]) -> bool:
    return any(str(statement).startswith(beginning) for statement in statements)


def _altered(step: Any) -> Iterator[Key]:
    if isinstance(step, ops.CreateTableOp | ops.DropTableOp | ops.RenameTableOp):
        return
    if isinstance(step, ops.CreateForeignKeyOp):
        yield step.kw.get("source_schema"), step.source_table
    elif getattr(step, "table_name", None):
        yield getattr(step, "schema", None), step.table_name
