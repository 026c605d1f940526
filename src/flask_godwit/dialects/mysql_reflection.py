"""Clauses of a column that SQLAlchemy's regular expression passes over or cuts short.

A default such as ``b'101'``, ``lcase('ABC')`` or ``(curdate() + interval 1 day)``, that of an
INVISIBLE column, and whatever is said after it: a comment, for example. Labels with backslashes
are not read as they are meant, and types that SQLAlchemy does not know not at all. A script that
is to bring such a column back would make another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.dialects.mysql import ENUM, SET
from sqlalchemy.dialects.mysql.reflection import cleanup_text
from sqlalchemy.types import NullType

from ..mysql.column import ColumnText, column_on
from ..server_types import ServerType, without_doubts

_IGNORED = re.compile(r" IGNORED(?=,?$)")
# The columns in which MariaDB keeps since when a row is what it is: no model can say them.
_ROW = "GENERATED ALWAYS AS ROW "
_PERIOD = "PERIOD FOR SYSTEM_TIME "
_MARK = "_godwit_reads_columns"


def read_columns(dialect: Dialect) -> None:
    """Have a dialect reflect them."""
    parser: Any = dialect._tabledef_parser  # type: ignore[attr-defined]
    if hasattr(parser, _MARK):
        return
    read, parse_all = parser._parse_column, parser.parse

    def parse_column(line: str, state: Any) -> None:
        before = len(state.columns)
        with without_doubts():
            read(line, state)
        said = column_on(line)
        for column in state.columns[before:]:
            column["name"] = column["name"].replace("``", "`")
            column["type"] = _type(column["type"], said, dialect)
            if said is not None:
                column.update(_clauses(said))
        if said is not None and said.computed.startswith(_ROW):
            hidden = state.columns[before:]
            del state.columns[before:]
            state.godwit_hidden = [*_hidden(state), *(column["name"] for column in hidden)]

    def parse(created: str, charset: str) -> Any:
        state = parse_all(created, charset)
        for key in state.keys if _hidden(state) else ():
            key["columns"] = [part for part in key["columns"] if part[0] not in _hidden(state)]
        return state

    setattr(parser, _MARK, True)
    parser._parse_column, parser.parse = parse_column, parse
    parser._parse_constraints = partial(_named, parser._parse_constraints)


def _hidden(state: Any) -> list[str]:
    return getattr(state, "godwit_hidden", [])


def _named(read: Callable[[str], Any], line: str) -> Any:
    """A key or constraint under its own name, where SQLAlchemy leaves backticks doubled.

    It does not know the last word of an index that MariaDB is not to use.
    """
    if line.lstrip().startswith(_PERIOD):
        return "period", {}  # of the columns that are left out
    found = read(_IGNORED.sub("", line))
    said = found[1] if found else None
    if isinstance(said, dict) and said.get("name"):
        said["name"] = said["name"].replace("``", "`")
    return found


def _type(kind: Any, said: ColumnText | None, dialect: Any) -> Any:
    """The type, with labels as they are."""
    if isinstance(kind, NullType) and said is not None:
        return ServerType(said.type)
    if isinstance(kind, ENUM | SET) and dialect._backslash_escapes:
        labels = list(kind.enums if isinstance(kind, ENUM) else kind.values)
        meant = [cleanup_text(label) for label in labels]
        return kind if meant == labels else _with_labels(kind, meant)
    return kind


def _with_labels(kind: ENUM | SET, labels: list[str]) -> ENUM | SET:
    words: dict[str, Any] = {"charset": kind.charset, "collation": kind.collation}
    if isinstance(kind, SET):
        return SET(*labels, retrieve_as_bitwise=kind.retrieve_as_bitwise, **words)
    return ENUM(*labels, **words)


def _clauses(said: ColumnText) -> dict[str, Any]:
    found: dict[str, Any] = {
        "default": said.whole_default if said.default and said.whole_default != "NULL" else None,
        "comment": _comment(said),
        "nullable": "NOT NULL" not in said.null,
    }
    if said.generated:
        expression, kind = said.generated
        found["computed"] = {"sqltext": expression, "persisted": kind != "VIRTUAL"}
    if said.counter:
        found["autoincrement"] = True
    return found


def _comment(said: ColumnText) -> str | None:
    return cleanup_text(said.comment.partition("'")[2][:-1]) if said.comment else None
