"""Both sides of a comparison as the server sees them: the table, and the model's twin of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Column, Connection, Dialect, MetaData, Sequence, Table
from sqlalchemy.exc import SQLAlchemyError

from ...dialects import dialect_for
from ...failure import reason_of
from ..inheritance import after_renames, parents_of
from ..ownership import OWNERSHIP, History
from ..renames.values import Renames, mentions

if TYPE_CHECKING:
    from ...dialects.counters import Counter
    from ...dialects.facts import Catalogue, ColumnFacts, TableFacts
    from ...errors import ChangeRefused
    from ..names import Key
    from ..steps import Sql

_KEPT: WeakKeyDictionary[AutogenContext, Sides] = WeakKeyDictionary()


class Sides:
    """Facts of one comparison, each read once."""

    def __init__(self, context: AutogenContext, connection: Connection) -> None:
        self.connection = connection
        self.database = dialect_for(connection.engine.url, connection.dialect)
        self._twins: dict[Table, TableFacts | None] = {}
        self._found: dict[Key, TableFacts | None] = {}
        self.counted: dict[Key, tuple[Table, str, Sql | None]] = {}
        """Keys that counted and go: the table as it was, the column, what makes the new key."""
        self.notes: list[str] = []
        """What differs, and can't be brought along by a script."""
        self.refused: list[ChangeRefused] = []
        """What a script would have to do, and can't."""
        self.unmade: dict[str, str] = {}
        """Tables that the server does not make as the models say, each with the reason."""
        ownership = context.opts.get(OWNERSHIP)
        self._history: History | None = ownership.history if ownership else None

    @cached_property
    def catalogue(self) -> Catalogue:
        """What reads the facts, which there is no need of where all tables are unchanged."""
        return self.database.catalogue()

    @cached_property
    def constraint_comments(self) -> Mapping[tuple[str | None, str, str], str]:
        """What is said of constraints; nothing where a database keeps no such comments."""
        return self.catalogue.constraint_comments(self.connection)

    def actual(self, context: AutogenContext, schema: str | None, name: str) -> TableFacts | None:
        """The table in the database, in the names that it will have after the renames."""
        renames = getattr(context.inspector, "renames", None) or Renames()
        key = (schema, name)
        found = self.catalogue.read(self.connection, *renames.old_key(key))
        self._found[key] = _renamed(key, found, renames) if found and renames else found
        return self._found[key]

    def twin(self, table: Table) -> TableFacts | None:
        """The model's table, made for a moment; None where the server refuses it."""
        if table not in self._twins:
            self.catalogue.refusal = None
            self._twins[table] = self._made(table) or self._made_with_functions(table)
            if self._twins[table] is None and self.catalogue.refusal:
                self.unmade[table.fullname] = reason_of(self.catalogue.refusal)
        return self._twins[table]

    def _made_with_functions(self, table: Table) -> TableFacts | None:
        """The same with the functions of the models, of which it may need a new one.

        They are made and gone again, where that needs no more than a savepoint.
        """
        if not self.database.holds_dependents:
            return None
        from .functions import made_meanwhile, makers_of_functions

        makers = makers_of_functions(table.metadata)
        if not makers:
            return None
        with made_meanwhile(self.connection, table.metadata, makers):
            return self._made(table)

    def _made(self, table: Table) -> TableFacts | None:
        try:
            copy = _copied(table, self.connection.dialect, self.database.inherits_by)
        except SQLAlchemyError:
            return None
        wanted = self.wanted_options(table)
        if wanted is not None:
            found = self._options(table)
            kept = {name: value for name, value in found.items() if name not in wanted}
            self.database.keep_options(copy, kept)
        with self.catalogue.twin(self.connection, copy) as facts:
            return facts

    def wanted_options(self, table: Table) -> Mapping[str, str] | None:
        """What the table as a whole is to be given; None where that is not compared.

        What no model says is left as it is, unless a revision of ours has said it.
        """
        said = self.database.said_options(table)
        if said is None:
            return None
        other = {
            name: self.usual.get(name, "")
            for name, value in self._options(table).items()
            if name not in said and value.lower() != self.usual.get(name, "").lower()
        }
        ours = self._history.options_of(table.name) if other and self._history else frozenset()
        return {**{name: other[name] for name in other.keys() & ours}, **said}

    def _options(self, table: Table) -> Mapping[str, str]:
        found = self._found.get((table.schema, table.name))
        return found.options if found else {}

    @cached_property
    def usual(self) -> Mapping[str, str]:
        """The options of a table for which nobody says anything."""
        return self.database.usual_options(self.connection)


def sides_of(context: AutogenContext) -> Sides:
    """The facts that belong to a comparison."""
    assert context.connection is not None
    if context not in _KEPT:
        _KEPT[context] = Sides(context, context.connection)
    return _KEPT[context]


def has_own_sequence(dialect: Dialect, column: Column[Any]) -> bool:
    """Whether a model gives a column numbers from a sequence that stands on its own."""
    default = column.default
    return dialect.supports_sequences and isinstance(default, Sequence) and not default.optional


def _copied(table: Table, dialect: Dialect, option: str) -> Table:
    """A table of its own, without schema, comment and foreign keys."""
    metadata = MetaData(naming_convention=table.metadata.naming_convention)
    copy = table.to_metadata(metadata, schema=None)  # type: ignore[arg-type]
    _inherit(table, copy, dialect, option)
    copy.primary_key._implicit_generated = table.primary_key._implicit_generated  # tells its order
    for constraint in list(copy.foreign_key_constraints):
        copy.constraints.discard(constraint)
    copy.foreign_keys.clear()
    for column in copy.columns:
        column.foreign_keys.clear()
        if has_own_sequence(dialect, column):
            # The sequence would be made with the table, and without it the column would count.
            column.default, column.autoincrement = None, False
    return copy


def _inherit(table: Table, copy: Table, dialect: Dialect, option: str) -> None:
    """Give a copy the columns that its table inherits, of which those there are may be others.

    :param option: what a model calls the tables that they are from.
    """
    tables = {(one.schema, one.name): one for one in table.metadata.tables.values()}
    names = parents_of(table, option) if option else []
    if not names or not all(name in tables for name in names):
        return
    copy.kwargs[option] = None
    for name in names:
        parent = _copied(tables[name], dialect, option)
        for column in parent.columns:
            if column.name not in copy.columns:
                plain = Column(column.name, column.type, nullable=column.nullable)
                copy.append_column(plain)


def _renamed(key: Key, facts: TableFacts, renames: Renames) -> TableFacts:
    gone = renames.gone.get(key, ())

    def named(kind: str, name: str) -> str:
        return renames.new_name(key, kind, name)

    return replace(
        facts,
        columns={
            renames.new_column(key, name): _renamed_in(key, name, column, renames)
            for name, column in facts.columns.items()
            if name not in gone
        },
        checks=tuple(
            (name and named("ck", name), renames.new_text(key, text))
            for name, text in facts.checks
            if not mentions(text, gone)
        ),
        inherited_checks=frozenset(named("ck", name) for name in facts.inherited_checks),
        key_names={
            tuple(renames.new_column(key, column) for column in columns): named("fk", name)
            for columns, name in facts.key_names.items()
            if not set(columns) & {*gone}
        },
        said={name: _renamed_said(key, said, renames) for name, said in facts.said.items()},
        exclusions={
            named("ix", name): renames.new_text(key, text)
            for name, text in facts.exclusions.items()
            if not mentions(text, gone)
        },
        conflicts=facts.conflicts
        and {
            tuple(renames.new_column(key, column) for column in columns): said
            for columns, said in facts.conflicts.items()
            if not set(columns) & {*gone}
        },
        uniques=facts.uniques
        and {
            named("uq", name): replace(
                said, include=tuple(renames.new_column(key, column) for column in said.include)
            )
            for name, said in facts.uniques.items()
        },
        indexes={
            named("ix", name): renames.new_text(key, text)
            for name, text in facts.indexes.items()
            if not mentions(text, gone) and (key[0], name) not in renames.gone_indexes
        },
    )


def _renamed_said(key: Key, said: Any, renames: Renames) -> Any:
    """What is said of a table as a whole: an expression, tables, or words."""
    if isinstance(said, str):
        return renames.new_text(key, said)
    return after_renames(said, renames) if isinstance(said, tuple) else said


def _renamed_in(key: Key, name: str, column: ColumnFacts, renames: Renames) -> ColumnFacts:
    """A column whose expressions and sequence have the new names."""
    computed, check, definition = column.computed, column.check, column.definition
    if definition and (computed or check):
        definition = renames.new_text(key, definition)
    return replace(
        column,
        definition=definition,
        counter=column.counter and _follows(key, name, column.counter, renames),
        computed=computed and renames.new_text(key, computed),
        check=check and renames.new_text(key, check),
    )


def _follows(key: Key, name: str, counter: Counter, renames: Renames) -> Counter:
    """A sequence that is called after its column is renamed with it."""
    if counter.sequence != f"{renames.old_key(key)[1]}_{name}_seq":
        return counter
    return replace(counter, sequence=f"{key[1]}_{renames.new_column(key, name)}_seq")
