"""Views, functions and triggers as part of the models.

They stand in a MetaData like its tables: ``create_all()`` makes them, ``drop_all()`` drops them,
and a migration follows when they change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Dialect, MetaData, Table, event, text
from sqlalchemy.sql import Select, coercions, roles
from sqlalchemy.sql.elements import ClauseElement

from .dialects import class_for, dialect_for, is_one_of
from .dialects.object_answers import FUNCTION, MATERIALIZED_VIEW, PROCEDURE, TRIGGER, VIEW
from .dialects.objects import ObjectKey, header, quoted, tidy, view_statement
from .dialects.written import undoubled
from .errors import SettingsError


class Declared:
    """Something that is made after the tables of a MetaData, and dropped before them.

    What is declared first is made first.
    """

    kind: str
    of: str = ""

    def __init__(
        self, name: str, owner: Any, *, schema: str | None, dialects: str | Sequence[str] | None
    ) -> None:
        self.name = name
        self.metadata: MetaData = getattr(owner, "metadata", owner)
        if not isinstance(self.metadata, MetaData):
            raise SettingsError(
                f"{type(self).__name__}({name!r}, …) needs a MetaData, not {self.metadata!r}.",
                hint=f"{type(self).__name__}({name!r}, db.metadata, …)",
            )
        self.schema = schema
        self.dialects = (dialects,) if isinstance(dialects, str) else tuple(dialects or ())

    def statement(self, dialect: Dialect) -> str:
        """The statement that makes it on a database."""
        raise NotImplementedError

    def is_for(self, dialect: Dialect) -> bool:
        """Whether it is meant for a database of this kind."""
        return not self.dialects or is_one_of(dialect, self.dialects)

    def _attach(self, before_tables: bool = False) -> None:
        created = "before_create" if before_tables else "after_create"
        dropped = "after_drop" if before_tables else "before_drop"
        event.listen(self.metadata, created, self._create)
        # What was made last is dropped first.
        event.listen(self.metadata, dropped, self._drop, insert=True)

    def _create(self, _target: Any, connection: Connection, **options: Any) -> None:
        if not self.is_for(connection.dialect):
            return
        if not (options.get("checkfirst") and self._found(connection)):
            _send(connection, self.statement(connection.dialect))

    def _drop(self, _target: Any, connection: Connection, **options: Any) -> None:
        found = self._found(connection) if options.get("checkfirst") else None
        if not self.is_for(connection.dialect) or (options.get("checkfirst") and not found):
            return
        dialect, kind = connection.dialect, self._kind(connection.dialect)
        of = self.of if kind == TRIGGER else found and found.of
        statement = class_for(dialect).drop_object(dialect, kind, self.schema, self.name, of)
        _send(connection, statement)

    def _found(self, connection: Connection) -> ObjectKey | None:
        """What is there of that name; in a mock of a connection, nothing."""
        if not isinstance(connection, Connection):
            return None
        database = dialect_for(connection.engine.url, connection.dialect)
        kind, name = self._kind(connection.dialect), self.name.lower()
        schema = None if self.schema == connection.dialect.default_schema_name else self.schema
        for key in database.objects(connection):
            is_named = (key.kind, key.schema, key.name.lower()) == (kind, schema, name)
            if is_named and (not key.of or not self.of or key.of == self.of):
                return key
        return None

    def _kind(self, dialect: Dialect) -> str:
        if self.kind == MATERIALIZED_VIEW and not class_for(dialect).materializes_views:
            return VIEW
        return self.kind


class View(Declared):
    """A view that belongs to the models.

    ``view.c`` are its columns, and ``select(view)`` reads from it. A class is mapped to it by
    ``__table__ = view.table``.

    :param name: its name.
    :param metadata: the models' ``MetaData``, or what has one, such as ``db``.
    :param query: a ``select()``, the SQL of one, or a whole ``CREATE VIEW`` statement.
    :param columns: its columns, where ``query`` is a text that does not tell them, or where one is
        the key that mapping a class needs.
    :param schema: where it is, if not in the default schema.
    :param materialized: one that keeps its rows until it is refreshed. PostgreSQL has such views;
        elsewhere it is made a plain one.
    :param dialects: the only databases that it is meant for, such as ``"postgresql"``.
    """

    def __init__(
        self,
        name: str,
        metadata: Any,
        query: Select[Any] | ClauseElement | str,
        *columns: Column[Any],
        schema: str | None = None,
        materialized: bool = False,
        dialects: str | Sequence[str] | None = None,
    ) -> None:
        super().__init__(name, metadata, schema=schema, dialects=dialects)
        self.kind = MATERIALIZED_VIEW if materialized else VIEW
        self.query = query
        # In a MetaData of its own: it is no table to be created.
        apart = MetaData()
        apart.info.update(self.metadata.info)
        self.table = Table(name, apart, *(columns or _columns(query)), schema=schema)
        self._attach()

    @property
    def c(self) -> Any:
        """Its columns."""
        return self.table.c

    def __clause_element__(self) -> Table:
        """What SQLAlchemy reads from."""
        return self.table

    def statement(self, dialect: Dialect) -> str:
        """The ``CREATE VIEW`` statement."""
        is_kept = self._kind(dialect) == MATERIALIZED_VIEW
        query = tidy(self.query if isinstance(self.query, str) else _written(self.query, dialect))
        return view_statement(quoted(dialect, self.schema, self.name), query, materialized=is_kept)


class _Text(Declared):
    """Something that is declared by its statement."""

    def __init__(self, name: str, owner: Any, statement: str, **options: Any) -> None:
        super().__init__(name, owner, **options)
        self.text = tidy(statement)
        made = header(self.text)
        allowed = (FUNCTION, PROCEDURE) if self.kind == FUNCTION else (self.kind,)
        if made is None or made.kind not in allowed or made.name.lower() != name.lower():
            raise SettingsError(
                f"{type(self).__name__}({name!r}, …) needs the statement that makes it.",
                hint=f"CREATE {self.kind.upper()} {name} …",
            )
        self.kind = made.kind

    def statement(self, dialect: Dialect) -> str:
        """As it was declared."""
        return self.text


class Function(_Text):
    """A function or procedure that belongs to the models.

    :param name: its name.
    :param metadata: the models' ``MetaData``, or what has one, such as ``db``.
    :param statement: the whole ``CREATE FUNCTION`` or ``CREATE PROCEDURE`` statement.
    :param arguments: the types of its arguments, as PostgreSQL writes them, if there are several
        functions of the name.
    :param before_tables: make it before the tables, which need it: for a default or a check.
    :param schema: where it is, if not in the default schema.
    :param dialects: the only databases that it is meant for, such as ``"postgresql"``.
    """

    kind = FUNCTION

    def __init__(
        self,
        name: str,
        metadata: Any,
        statement: str,
        *,
        arguments: str = "",
        before_tables: bool = False,
        schema: str | None = None,
        dialects: str | Sequence[str] | None = None,
    ) -> None:
        super().__init__(name, metadata, statement, schema=schema, dialects=dialects)
        self.of = arguments
        self._attach(before_tables)


class Trigger(_Text):
    """A trigger that belongs to the models.

    :param name: its name.
    :param table: the ``Table`` or the model that it is for.
    :param statement: the whole ``CREATE TRIGGER`` statement.
    :param dialects: the only databases that it is meant for, such as ``"postgresql"``.
    """

    kind = TRIGGER

    def __init__(
        self,
        name: str,
        table: Any,
        statement: str,
        *,
        dialects: str | Sequence[str] | None = None,
    ) -> None:
        found = getattr(table, "__table__", getattr(table, "table", table))
        if not isinstance(found, Table):
            raise SettingsError(f"Trigger({name!r}, …) needs a table or a model, not {table!r}.")
        owner = table.metadata if isinstance(table, View) else found
        super().__init__(name, owner, statement, schema=found.schema, dialects=dialects)
        self.of = found.name
        self._attach()


def _columns(query: Any) -> list[Column[Any]]:
    """Columns like those that a query gives; none for a text."""
    if isinstance(query, str):
        return []
    found = coercions.expect(roles.ReturnsRowsRole, query)
    return [Column(column.name, column.type) for column in found.exported_columns]


def _written(query: ClauseElement, dialect: Dialect) -> str:
    said = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return undoubled(said, dialect)


def _send(connection: Connection, statement: str) -> None:
    # text() would take `:name` for a parameter.
    connection.execute(text(statement.replace(":", "\\:")))
