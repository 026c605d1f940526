"""Comments of constraints, where a database keeps such: Alembic neither compares nor writes them.

One that changes stands among the operations on its table. A constraint that is made, whatever
for, gets its comment at the end of the script, when it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Constraint, Dialect, Table

from ..dialects.objects import unquoted
from .compare.names import final_name
from .names import Key, quoted, said
from .renames.values import Renames
from .steps import Sql, flat

_CREATES = (
    ops.CreateUniqueConstraintOp,
    ops.CreateCheckConstraintOp,
    ops.CreatePrimaryKeyOp,
    ops.CreateForeignKeyOp,
)
_NAME = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_ADDED = re.compile(
    rf"ALTER TABLE (?:({_NAME})\.)?({_NAME}) ADD CONSTRAINT ({_NAME}) ", re.IGNORECASE
)
Comments = Mapping[tuple[str | None, str, str], str]
"""By schema, table and name."""


def compare_comments(
    context: AutogenContext, modify: ops.ModifyTableOps, table: Table, found: Comments
) -> Iterator[Sql]:
    """What gives the constraints of a table the comments of its model.

    :param found: those in the database.
    """
    key, made = (modify.schema, modify.table_name), {name for _, name in _made(modify)}
    assert context.dialect is not None
    renames = getattr(context.inspector, "renames", None) or Renames()
    there = renames.old_key(key)
    for name, new in sorted(_said(context.dialect, table).items()):
        old = found.get((*there, name))
        if old != new and name not in made:
            yield Sql(
                _statement(context.dialect, key, name, new),
                _statement(context.dialect, key, name, old),
                words=_words(key, name, new),
                back=_words(key, name, old),
            )


def comment_what_is_made(
    dialect: Dialect,
    models: Mapping[Key, Table],
    found: Comments,
    renames: Renames,
    upgrade: ops.OpContainer,
    downgrade: ops.OpContainer,
) -> None:
    """Have a constraint that a script makes get the comment that belongs to it."""
    wanted = {
        (*key, name): comment
        for key, table in models.items()
        for name, comment in _said(dialect, table).items()
        if comment
    }
    _at_the_end(dialect, upgrade, wanted, Renames())
    _at_the_end(dialect, downgrade, found, renames)


def _at_the_end(
    dialect: Dialect, operations: ops.OpContainer, comments: Comments, renames: Renames
) -> None:
    if not comments:
        return
    made = {(*renames.old_key(key), name) for key, name in _made(operations)}
    statements = [
        _statement(dialect, (schema, table), name, comment)
        for (schema, table, name), comment in sorted(comments.items(), key=str)
        if (schema, table, name) in made
    ]
    operations.ops += map(Sql, statements)


def _made(operations: ops.OpContainer) -> Iterator[tuple[Key, str]]:
    """The constraints with names that operations make: their tables, and their names."""
    for operation in flat(operations):
        made: Any = operation
        if isinstance(operation, ops.CreateTableOp):
            key = (operation.schema, operation.table_name)
            parts: list[Any] = [each for each in operation.columns if _has_name(each)]
            yield from ((key, str(each.name)) for each in parts)
        elif isinstance(operation, ops.CreateForeignKeyOp):
            key = (operation.kw.get("source_schema"), operation.source_table)
            yield key, str(operation.constraint_name)
        elif isinstance(operation, _CREATES):
            yield (made.schema, made.table_name), str(made.constraint_name)
        elif isinstance(operation, Sql):
            for schema, table, name in _ADDED.findall(operation.statement):
                yield (unquoted(schema) or None, unquoted(table)), unquoted(name)


def _has_name(item: Any) -> bool:
    return isinstance(item, Constraint) and bool(item.name)


def _said(dialect: Dialect, table: Table) -> dict[str, str | None]:
    """What a model says of its constraints, which have to have names for that."""
    names = {final_name(dialect, each): each for each in table.constraints}
    return {name: each.comment or None for name, each in names.items() if name}


def _statement(dialect: Dialect, key: Key, name: str, comment: str | None) -> str:
    said = "NULL" if comment is None else "'" + comment.replace("'", "''") + "'"
    return f"COMMENT ON CONSTRAINT {quoted(dialect, name)} ON {quoted(dialect, *key)} IS {said}"


def _words(key: Key, name: str, comment: str | None) -> str:
    what = "no comment" if comment is None else f"comment {comment!r}"
    return f"constraint {name} on {said(key)}: {what}"
