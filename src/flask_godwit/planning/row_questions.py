"""What an operation asks of the rows that are there: none NULL, none twice, none an orphan …"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from alembic.operations import ops
from sqlalchemy import DateTime, Time, Uuid

from ..diff.misfits import misfits
from ..diff.names import Key, said
from ..diff.row_queries import compared, orphaned, unique_columns, violating
from ..frozen import frozen

if TYPE_CHECKING:
    from .row_search import RowSearch


@frozen
class Question:
    """Which rows of ``source`` an operation would fail on.

    The first of ``tables`` is the one that is changed. ``unique`` are the columns that no two of
    the rows may share, ``condition`` is a CHECK in words of SQL.
    """

    subject: str
    nouns: tuple[str, str]
    source: Any
    where: Any
    tables: tuple[Key, ...]
    columns: tuple[tuple[Key, str], ...] = ()
    unique: tuple[Any, ...] = ()
    condition: str = ""
    is_about_nulls: bool = False
    """Whether nothing is in the way once the columns have values."""

    @property
    def is_about_values(self) -> bool:
        """Whether it depends on what the values are, not only on which are alike, or missing."""
        return not self.unique and not self.is_about_nulls


@singledispatch
def questions(operation: object, search: RowSearch) -> Iterator[Question]:
    """What is asked before an operation; only of tables and columns that are there."""
    yield from ()


@questions.register(ops.AlterColumnOp)
def _(operation: ops.AlterColumnOp, search: RowSearch) -> Iterator[Question]:
    key, name = (operation.schema, operation.table_name), operation.column_name
    source = search.table_to_be(key, name)
    if source is None:
        return
    column, about = source.c[name], ((key, name),)
    if operation.modify_nullable is False:
        subject, nouns = f"{said(key, name)} NOT NULL", ("NULL", "NULLs")
        where = column.is_(None)
        yield Question(subject, nouns, source, where, (key,), about, is_about_nulls=True)
    new = operation.modify_type
    if new is None or operation.kw.get("postgresql_using"):
        return  # the values that an expression fails on are not known
    dialect, old = search.connection.dialect, search.type_of(key, name)
    if search.goes_back and (_is_left(old, new) or not search.database.enforces_limits):
        return  # what a downgrade can't read it leaves as it is
    nouns = ("value that does not fit", "values that don't fit")
    for condition in misfits(search.database, dialect, old, new):
        subject = f"{said(key, name)} {search.written(new)}"
        yield Question(subject, nouns, source, condition(column), (key,), about)


def _is_left(old: Any, new: Any) -> bool:
    """Whether a way back makes something of all values, be it not what there was."""
    return isinstance(new, Uuid) or (isinstance(old, Time) and isinstance(new, DateTime))


@questions.register(ops.CreateUniqueConstraintOp)
@questions.register(ops.CreateIndexOp)
def _(
    operation: ops.CreateUniqueConstraintOp | ops.CreateIndexOp, search: RowSearch
) -> Iterator[Question]:
    key, names = (operation.schema, operation.table_name), tuple(unique_columns(operation))
    source = search.table_to_be(key, *names) if names else None
    if source is None or getattr(operation, "if_not_exists", None):
        return
    columns = tuple(source.c[name] for name in names)
    subject, nouns = f"{_place(key, names)} UNIQUE", ("duplicate", "duplicates")
    about = tuple((key, name) for name in names)
    where = compared(operation, columns)
    yield Question(subject, nouns, source, where, (key,), about, columns)


@questions.register(ops.CreateForeignKeyOp)
def _(operation: ops.CreateForeignKeyOp, search: RowSearch) -> Iterator[Question]:
    options = operation.kw
    key = (options.get("source_schema"), operation.source_table)
    target = (options.get("referent_schema"), operation.referent_table)
    names, others = tuple(operation.local_cols), tuple(operation.remote_cols)
    child, parent = search.table_to_be(key, *names), search.table_to_be(target, *others)
    if not search.database.refuses_orphans(search.connection):
        return
    if child is None or parent is None or options.get("postgresql_not_valid"):
        return
    child, parent = child.alias("c"), parent.alias("p")
    where = orphaned([child.c[n] for n in names], parent, [parent.c[n] for n in others])
    about = (*((key, name) for name in names), *((target, name) for name in others))
    subject, nouns = f"{_place(key, names)} FOREIGN KEY", ("orphan", "orphans")
    yield Question(subject, nouns, child, where, (key, target), about)


@questions.register(ops.CreateCheckConstraintOp)
def _(operation: ops.CreateCheckConstraintOp, search: RowSearch) -> Iterator[Question]:
    key = (operation.schema, operation.table_name)
    source = search.table_to_be(key)
    if source is None or operation.kw.get("postgresql_not_valid"):
        return
    condition = search.as_text(operation.condition)
    if search.database.reads_names_as_texts and _quoted(condition) - {*source.c.keys()}:
        return  # a column that gets its name in this script
    subject, nouns = f"{said(key)} CHECK {operation.constraint_name}", ("violation", "violations")
    where = violating(condition)
    yield Question(subject, nouns, source, where, (key,), condition=condition)


_QUOTED = re.compile(r"""'(?:[^']|'')*'|"((?:[^"]|"")+)\"""")


def _quoted(condition: str) -> set[str]:
    """The names in double quotes."""
    return {found[1].replace('""', '"') for found in _QUOTED.finditer(condition) if found[1]}


def _place(key: Key, names: tuple[str, ...]) -> str:
    return said(key, names[0]) if len(names) == 1 else f"{said(key)} ({', '.join(names)})"
