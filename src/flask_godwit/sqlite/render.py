"""SQLAlchemy's columns and constraints, as SQLite's text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Constraint, MetaData, Table, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn, ExecutableDDLElement
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine

from ..frozen import frozen
from .columns import ColumnText
from .tokens import Token, folded, is_syntax, quoted, tokens_of

STRICT_TYPES = ("INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY")


@frozen
class Renderer:
    """Writes for one dialect: the application may have taught it how to write its own types."""

    dialect: Any

    @property
    def compiler(self) -> Any:
        """What SQLAlchemy asks whether a type's own constraint is needed here."""
        return self.dialect.statement_compiler(self.dialect, None)

    def column(self, column: Column[Any], *, strict: bool = False) -> ColumnText:
        """A column's definition, without the constraints of its table."""
        text = ColumnText(str(CreateColumn(column).compile(dialect=self.dialect)))
        return text.with_type(strict_type(text.type)) if strict else text

    def constraint(self, constraint: Constraint) -> str:
        """A constraint as it stands in CREATE TABLE."""
        compiler = self.dialect.ddl_compiler(self.dialect, None)
        return (compiler.process(constraint) or "").strip()

    def attributes(self, type_: TypeEngine[Any] | None = None, **options: Any) -> ColumnText:
        """A column that has only a type or a default, to read their texts from."""
        column: Column[Any] = Column("x", type_ if type_ is not None else Text(), **options)
        Table("x", MetaData(), column)
        return self.column(column)


def identifier(dialect: Any, name: str) -> str:
    """A name, quoted where SQLAlchemy would quote it."""
    return str(dialect.identifier_preparer.quote(quoted_name(name, None)))


class Statement(ExecutableDDLElement):
    """SQL that is executed as it is: colons and percent signs mean nothing in it."""

    inherit_cache = False

    def __init__(self, sql: str) -> None:
        self.sql = sql


@compiles(Statement)
def _as_it_is(element: Statement, _compiler: Any, **_: Any) -> str:
    return element.sql


def strict_type(type_: str) -> str:
    """The type of a STRICT table that holds the same values."""
    name = type_.upper().partition("(")[0].strip()
    if name in STRICT_TYPES:
        return type_
    words = (
        ("INTEGER", ("INT", "BOOL")),
        ("TEXT", ("CHAR", "CLOB", "TEXT", "DATE", "TIME", "JSON", "UUID")),
        ("BLOB", ("BLOB", "BINARY")),
        ("REAL", ("REAL", "FLOA", "DOUB")),
    )
    return next((strict for strict, parts in words if any(p in name for p in parts)), "ANY")


def affinity(type_: str) -> str:
    """How SQLite stores what is put into a column of a type, by its own rules."""
    name = type_.upper()
    rules = (
        ("INTEGER", ("INT",)),
        ("TEXT", ("CHAR", "CLOB", "TEXT")),
        ("BLOB", ("BLOB",)),
        ("REAL", ("REAL", "FLOA", "DOUB")),
    )
    if not name or name == "ANY":
        return "BLOB"
    return next((kind for kind, parts in rules if any(p in name for p in parts)), "NUMERIC")


def renamed(text: str, names: Mapping[str, str]) -> str:
    """A constraint with other names for columns of its table; keys are folded names."""
    tokens = tokens_of(text)
    for number in range(len(tokens) - 1, -1, -1):
        token = tokens[number]
        if _names_a_column(tokens, number) and folded(token.name) in names:
            new = quoted(names[folded(token.name)])
            text = text[: token.start] + new + text[token.end :]
    return text


def _names_a_column(tokens: Sequence[Token], number: int) -> bool:
    """Whether a token can be a column: not a constraint's name, a function or another table."""
    token = tokens[number]
    before = tokens[number - 1].keyword if number else ""
    elsewhere = any(t.keyword == "REFERENCES" for t in tokens[:number])
    return (
        token.kind in ("word", "quoted")
        and token.depth > 0
        and before not in ("CONSTRAINT", "COLLATE")
        and not is_syntax(tokens, number)
        and not elsewhere
    )


def inlined(text: str) -> str:
    """A constraint as it stands in the definition of its only column; "" if it can't."""
    tokens = tokens_of(text)
    words = [token.keyword for token in tokens]
    if "CHECK" in words[:3]:
        return text
    if "FOREIGN" not in words[:3]:
        return ""
    return (
        text[: tokens[words.index("FOREIGN")].start]
        + text[tokens[words.index("REFERENCES")].start :]
    )
