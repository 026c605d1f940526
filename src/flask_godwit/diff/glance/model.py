"""A model's table as lines: what a database that has just created it would say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Constraint,
    Date,
    DateTime,
    DefaultClause,
    Dialect,
    Double,
    Float,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    Unicode,
    UnicodeText,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.exc import SQLAlchemyError

from ...dialects.glance import (
    CHECK,
    COMMENT,
    FOREIGN_KEY,
    INDEX,
    PRIMARY_KEY,
    UNIQUE,
    Glance,
    Line,
    dialect_words,
)
from ...frozen import frozen
from ..compare.names import final_name
from ..compare.text import written
from ..key_order import key_columns

_PLAIN_NAME = re.compile(r"\w+")
_SIMPLE = {
    *(String, Text, Unicode, UnicodeText, LargeBinary, Uuid),
    *(Boolean, SmallInteger, Integer, BigInteger, Numeric, Float, Double),
    *(Date, DateTime, Time),
}
"""Types whose words are made of what SQLAlchemy's cache knows them by, and of nothing else."""
_INLINE_KEY = " PRIMARY KEY"


@frozen
class Wanted:
    """A table of the models."""

    options: str
    """What stands behind its CREATE TABLE."""
    columns: dict[str, str]
    """The definitions, by name."""
    lines: list[Line]


class _NotPlain(Exception):
    """A model says something that is not told in lines."""


class Models:
    """Writes models down for one database."""

    def __init__(self, dialect: Dialect, glance: Glance) -> None:
        self.dialect = dialect
        self.glance = glance
        self.manner = glance.manner
        self._definitions: dict[Any, str] = {}
        self.compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]

    def wanted(self, table: Table) -> Wanted | None:
        """The lines of a table; None where a model says more than lines tell."""
        try:
            return self._wanted(table)
        except (_NotPlain, SQLAlchemyError):
            return None

    def _wanted(self, table: Table) -> Wanted:
        options = self.glance.options(self.compiler, table)
        if options is None or table._prefixes:
            raise _NotPlain
        columns = {_plain(column.name): self._column(column) for column in table.columns}
        lines = [Line(COMMENT, "", table.comment)] if table.comment else []
        lines += [Line(COMMENT, c.name, c.comment) for c in table.columns if c.comment]
        lines += [self._constraint(item) for item in self._constraints(table, columns)]
        lines += [self._index(index) for index in table.indexes]
        return Wanted(options, columns, lines)

    def _column(self, column: Column[Any]) -> str:
        """A column's definition. Most columns of an application are like others of it."""
        key = _likeness(column)
        if key is None:
            return self._definition(column)
        if key not in self._definitions:
            self._definitions[key] = self._definition(column)
        return self._definitions[key]

    def _definition(self, column: Column[Any]) -> str:
        text = self.glance.definition(self.compiler, column)
        default = column.server_default
        is_known = default is None or isinstance(default, DefaultClause | Identity)
        # An expression may be about other columns; `%` is doubled for some drivers; CHECKs inside
        # of a column are not in the text, and stay there or become the table's. Words of a dialect
        # may be about the column's key.
        is_more = column.system or column.computed is not None or column.constraints
        if not is_known or is_more or dialect_words(column) or "%" in text:
            raise _NotPlain
        return text

    def _constraints(self, table: Table, columns: dict[str, str]) -> Iterator[Constraint]:
        for constraint in table.constraints:
            if isinstance(constraint, PrimaryKeyConstraint):
                inline = any(_INLINE_KEY in text for text in columns.values())
                if inline or not constraint.columns:
                    continue
            yield constraint

    def _constraint(self, constraint: Any) -> Line:
        if constraint.comment and self.dialect.supports_constraint_comments:
            raise _NotPlain
        if constraint._ddl_if is not None or constraint._create_rule or dialect_words(constraint):
            raise _NotPlain
        name = final_name(self.dialect, constraint)
        kind = type(constraint)
        if kind is CheckConstraint:
            return Line(CHECK, name, f"({written(constraint.sqltext, self.dialect)})")
        ends = self._deferral(constraint)
        if kind is PrimaryKeyConstraint:
            named = name if self.manner.names_primary_keys else None
            return Line(PRIMARY_KEY, named, _listed(c.name for c in key_columns(constraint)) + ends)
        if kind is UniqueConstraint:
            unique = UNIQUE if self.manner.unique == INDEX else ""
            columns = [column.name for column in constraint.columns]
            return Line(self.manner.unique, name, unique + _listed(columns) + ends)
        if kind is ForeignKeyConstraint:
            return Line(FOREIGN_KEY, name, self._reference(constraint) + ends)
        raise _NotPlain

    def _reference(self, constraint: ForeignKeyConstraint) -> str:
        table, target = constraint.parent, constraint.referred_table
        if constraint.match:
            raise _NotPlain
        schema = target.schema
        prefix = f"{_plain(schema)}." if schema and not self._is_default(schema) else ""
        if prefix and not self.manner.schemas and table.schema != schema:
            raise _NotPlain
        said = {"ON DELETE": constraint.ondelete, "ON UPDATE": constraint.onupdate}
        cascades = "".join(f"{word} {said[word]}" for word in self.manner.cascades if said[word])
        columns = _listed(element.parent.name for element in constraint.elements)
        referred = _listed(element.column.name for element in constraint.elements)
        return f"{columns}REFERENCES {prefix}{_plain(target.name)}{referred}{cascades}"

    def _is_default(self, schema: str) -> bool:
        return schema == self.dialect.default_schema_name

    def _deferral(self, constraint: Constraint) -> str:
        if constraint.deferrable is None and constraint.initially is None:
            return ""
        if not self.manner.says_deferrable:
            raise _NotPlain
        text = str(self.compiler.define_constraint_deferrability(constraint)).strip()
        for word in self.manner.implied:
            text = text.replace(word, "").strip()
        return text

    def _index(self, index: Index) -> Line:
        if index._ddl_if is not None or dialect_words(index, self.dialect):
            raise _NotPlain
        if not all(isinstance(element, Column) for element in index.expressions):
            raise _NotPlain
        unique = UNIQUE if index.unique else ""
        columns = [column.name for column in index.columns]
        return Line(INDEX, final_name(self.dialect, index), unique + _listed(columns))


def _likeness(column: Column[Any]) -> Any:
    """Two columns of one likeness are defined in the same words; None where that isn't known."""
    kind = column.type
    if type(kind) not in _SIMPLE or kind._variant_mapping or column.system:
        return None
    says_more = (column.server_default, column.comment, column.computed, column.identity)
    if any(more is not None for more in says_more):
        return None
    if column.constraints or dialect_words(column) or dialect_words(column.table):
        return None
    key = (kind._static_cache_key, column.nullable)
    return (*key, *_counting(column)) if column.primary_key else key


def _counting(column: Column[Any]) -> tuple[Any, ...]:
    """What it depends on whether a column of a primary key counts, and in which words."""
    default, table = column.default, column.table
    own = column if isinstance(default, Sequence) else default is None
    return column is table._autoincrement_column, own, len(table.primary_key.columns)


def _listed(names: Any) -> str:
    return f"({','.join(_plain(name) for name in names)})"


def _plain(name: str) -> str:
    """A name that reads the same with quotes and without.

    :raises _NotPlain: it is another kind of name.
    """
    if not _PLAIN_NAME.fullmatch(name):
        raise _NotPlain
    return str(name)
