"""What an operation that makes or drops an index says of it. A unique constraint is one, too."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from alembic.operations import ops
from sqlalchemy import Table, TextClause, UniqueConstraint
from sqlalchemy.sql.elements import UnaryExpression

from .steps import Sql

MAKES_INDEX = (ops.CreateIndexOp, ops.CreateUniqueConstraintOp)

_COLUMN = re.compile(r"`((?:[^`]|``)+)`((?:\(\d+\))?(?: (?:ASC|DESC))?)(?:,\s*|$)", re.IGNORECASE)
"""One of MySQL's, as the server says it: with how much of it there is, and how that is sorted."""


def index_name(operation: Any) -> str:
    """What the index is called that an operation makes or drops."""
    return str(getattr(operation, "index_name", None) or operation.constraint_name)


def index_columns(made: Any) -> list[str]:
    """The columns of an index, by the operation that makes it; expressions as texts, and so what
    is said of a column beyond its name.
    """
    return [text for _, text in _parts(made)]


def indexed_columns(made: Any) -> list[str]:
    """The same, of a column its name alone."""
    return [name for name, _ in _parts(made)]


def declared_indexes(table: Table) -> Iterator[tuple[str, ...]]:
    """The columns of each index of a model, but its primary key."""
    for index in table.indexes:
        yield tuple(column.name for column in index.columns)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield tuple(column.name for column in constraint.columns)


def begins_with(index: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether a foreign key of these columns can use an index."""
    return tuple(index[: len(columns)]) == tuple(columns)


def _is_cut(made: Any) -> bool:
    """Whether an index has only the beginning of a column, as MySQL asks for a TEXT."""
    said = any(name.endswith("_length") and length for name, length in made.kw.items())
    return said or any("(" in text for text in index_columns(made))


def retyped_by(operation: ops.MigrateOperation) -> Collection[str]:
    """The columns that get another type, also those that only follow the table's character set."""
    if isinstance(operation, ops.AlterColumnOp):
        return [operation.column_name] if operation.modify_type is not None else []
    return operation.retyped if isinstance(operation, Sql) else ()


def are_apart(block: ops.ModifyTableOps, dropped: Any, new: Any) -> bool:
    """Whether a column changes between an index and the one that is called as it: one of them
    has only so much of it as the type of that time allows.
    """
    if dropped._reverse is None or index_name(dropped) != index_name(new):
        return False
    names = {*indexed_columns(dropped._reverse), *indexed_columns(new)}
    retyped = {name for op in block.ops for name in retyped_by(op)}
    return bool(names & retyped) and (_is_cut(dropped._reverse) or _is_cut(new))


def _parts(made: Any) -> Iterator[tuple[str, str]]:
    for column in made.columns:
        if isinstance(column, TextClause):
            yield from _in_words(column.text.replace("\\:", ":"))
        elif isinstance(column, UnaryExpression):
            yield str(getattr(column.element, "name", column)), str(column)
        else:
            name = str(getattr(column, "name", column))
            yield name, name


def _in_words(text: str) -> Iterator[tuple[str, str]]:
    """The server's own words are one text for all columns."""
    while match := _COLUMN.match(text):
        name = match[1].replace("``", "`")
        yield name, name + match[2]
        text = text[match.end() :]
    if text:
        yield text, text


def drops_index(operation: ops.MigrateOperation) -> bool:
    """Whether an index goes, or a unique constraint, which is one here."""
    if isinstance(operation, ops.DropConstraintOp):
        return isinstance(operation._reverse, ops.CreateUniqueConstraintOp)
    return isinstance(operation, ops.DropIndexOp)


def is_declared(table: Table, columns: Sequence[str]) -> bool:
    """Whether the models give an index that begins with the columns."""
    primary = [column.name for column in table.primary_key.columns]
    return any(begins_with(index, columns) for index in (*declared_indexes(table), primary))


def serves(operation: ops.MigrateOperation, columns: Sequence[str]) -> bool:
    """Whether it makes an index that a key of these columns can use."""
    if not isinstance(operation, MAKES_INDEX):
        return False
    return tuple(index_columns(operation)[: len(columns)]) == tuple(columns)


def dropped_columns(dropped: Any) -> tuple[str, ...]:
    """The columns of an index that goes; none where nobody knows."""
    return tuple(index_columns(dropped._reverse)) if dropped._reverse else ()
