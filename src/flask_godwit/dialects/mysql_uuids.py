"""UUIDs among texts: with dashes they are longer than the column that SQLAlchemy makes for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Dialect, MetaData, String, Table, Uuid
from sqlalchemy.types import TypeEngine

from .stored_types import written_as
from .written import quoted, undoubled

_LONG = 36  # with dashes

# What stands before a change of type, and what stands after it.
Around = tuple[tuple[str, ...], tuple[str, ...]]


def around(
    dialect: Dialect, table: str, said: Column[Any], new: TypeEngine[Any], kept: str
) -> Around:
    """The statements that have UUIDs fit a column's new type; the table's name is quoted.

    :param said: the column as it is before.
    :param kept: what an UPDATE says besides.
    """
    process = dialect.type_compiler_instance.process
    old, new = written_as(said.type, dialect), written_as(new, dialect)
    column = quoted(dialect, said.name)
    is_native = [process(kind) == "UUID" for kind in (old, new)]
    if isinstance(old, String) and isinstance(new, Uuid) and not is_native[1]:
        return ((_undash(table, column, kept),) if _has_room(old) else ()), ()
    if is_native[0] and not is_native[1] and not _has_room(new):
        return (_widened(dialect, table, said), _undash(table, column, kept)), ()
    if isinstance(old, Uuid) and not is_native[0] and isinstance(new, String) and _has_room(new):
        return (), (_dash(table, column, kept),)
    return (), ()


def _widened(dialect: Dialect, table: str, said: Column[Any]) -> str:
    """The column as a text; what MODIFY doesn't say is gone."""
    compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]
    wide: Column[Any] = Column(
        said.name, String(_LONG), nullable=said.nullable, comment=said.comment
    )
    wide.server_default = said.server_default
    Table("t", MetaData(), wide)
    definition = undoubled(str(compiler.get_column_specification(wide)), dialect)
    return f"ALTER TABLE {table} MODIFY {definition}"


def _has_room(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, String) and (kind.length is None or kind.length >= _LONG)


def _undash(table: str, column: str, kept: str) -> str:
    return (
        f"UPDATE {table} SET {column} = LOWER(REPLACE({column}, '-', '')){kept}"
        f" WHERE CHAR_LENGTH({column}) = {_LONG}"
    )


def _dash(table: str, column: str, kept: str) -> str:
    pieces = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    parts = ", ".join(f"SUBSTR({column}, {start}, {size})" for start, size in pieces)
    return (
        f"UPDATE {table} SET {column} = CONCAT_WS('-', {parts}){kept}"
        f" WHERE CHAR_LENGTH({column}) = 32"
    )
