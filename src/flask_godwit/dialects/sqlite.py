"""SQLite: a file, or memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Table,
    text,
)

from ..errors import DatabaseError, DiskFull, Outage, ReadOnly
from .base import Alteration, Condition, Database, Size, Trouble
from .object_answers import VIEW

if TYPE_CHECKING:
    from ..plans import Cost, Facts
    from ..retry import Limits
    from ..sql.action import Action
    from .backups import Backup
    from .deploy_lock import DeployLock
    from .facts import Catalogue
    from .glance import Glance
    from .guard import Guard, Sent
    from .objects import ObjectKey, Objects
    from .script import Script
    from .witness import Witness

# Its error codes are told from Python 3.11 on only.
_OUTAGES: dict[str, type[Outage]] = {
    "database or disk is full": DiskFull,
    "attempt to write a readonly database": ReadOnly,
    # The file can be read, and its folder can't be written: there is no place for a journal.
    "unable to open database file": ReadOnly,
}

_DAMAGED = ("file is not a database", "database disk image is malformed")

_SYNONYMS = {"decimal": "numeric", "timestamp": "datetime", "int": "integer", "bool": "boolean"}


class SQLite(Database):
    """SQLite. A file that does not exist is no trouble: connecting makes it."""

    name: str = "SQLite"
    transactional_ddl: ClassVar[bool | None] = True
    shared_names: ClassVar[Collection[str]] = ("table", "ix")

    def plain_type(self, said: str) -> str:
        # A rebuild for another word for the same affinity would be for nothing.
        name, bracket, size = super().plain_type(said).partition("(")
        return _SYNONYMS.get(name, name) + bracket + size

    @property
    def identity(self) -> tuple[object, ...]:
        file = self.file
        return ("sqlite", file.absolute() if file else object())

    @property
    def short_name(self) -> str:
        return self.file.name if self.file else ""

    @property
    def file(self) -> Path | None:
        """The database's file; None when it lives in memory."""
        return _file(self.url)

    denied_hint: ClassVar[str] = (
        "SQLALCHEMY_DATABASE_URI must name a file that you may read and write, in such a folder."
    )

    def trouble(self, error: BaseException) -> Trouble:
        if isinstance(error, sqlite3.DatabaseError) and str(error) in _DAMAGED:
            return Trouble.DAMAGED
        if "unable to open database file" not in str(error):
            return Trouble.OTHER
        file = self.file
        return Trouble.MISSING if file and not file.parent.is_dir() else Trouble.DENIED

    def outage(self, error: BaseException) -> type[Outage] | None:
        return _OUTAGES.get(str(error)) if isinstance(error, sqlite3.Error) else None

    def deploy_lock(self, engine: Engine, name: str) -> DeployLock | None:
        from .file_lock import FileLock

        file = self.file
        return FileLock(file.resolve()) if file else None

    def guards(self, connection: Connection, limits: Limits) -> tuple[Guard, ...]:
        from .sqlite_transactions import SQLiteTransactions, can_begin
        from .statement_limit import StatementLimit

        if not can_begin(connection):
            return ()
        return (
            SQLiteTransactions(connection, limits),
            StatementLimit(limits, self.canceller(connection)),
        )

    def refuses_orphans(self, connection: Connection) -> bool:
        """Only where the application has switched ``PRAGMA foreign_keys`` on."""
        return bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())

    def canceller(self, connection: Connection) -> Callable[[], None]:
        raw: Any = connection.connection.dbapi_connection
        interrupt: Callable[[], None] = raw.interrupt
        return interrupt

    @staticmethod
    def operations(context: Any) -> AbstractContextManager[None]:
        from ..sqlite.impl import faithful

        return faithful(context)

    def foreign_tables(self, connection: Connection) -> Collection[tuple[str | None, str]]:
        # Virtual tables, such as those of full text search, and the tables they keep data in.
        query = text("SELECT name FROM pragma_table_list WHERE type IN ('shadow', 'virtual')")
        return [(None, name) for name in connection.scalars(query)]

    folds_columns: ClassVar[bool] = True
    enforces_limits: ClassVar[bool] = False
    keeps_what_it_generated: ClassVar[bool] = True
    kinds_of_tables: ClassVar[Mapping[str, bool]] = {
        "sqlite_strict": False,
        "sqlite_with_rowid": True,
        "sqlite_autoincrement": False,
    }

    def move_table(self, table: str, schema: str, name: str) -> str:
        return ""

    def names_key_of(self, table: Table) -> bool:
        # AUTOINCREMENT stands in the column, for which SQLAlchemy writes no name.
        return not table.dialect_options["sqlite"]["autoincrement"]

    def unreadable(self, old: Any, new: Any) -> Iterator[Condition]:
        from .sqlite_misfits import unreadable

        return unreadable(old, new)

    def converted(
        self, connection: Connection, column: ColumnElement[Any], old: Any, new: Any
    ) -> ColumnElement[Any]:
        from .sqlite_conversions import converted

        return converted(connection.dialect, column, old, new)

    def altered(self, old: Any, new: Any) -> Iterator[Alteration]:
        from .sqlite_alterations import altered

        return altered(old, new)

    reads_names_as_texts: ClassVar[bool] = True
    reflects_collations: ClassVar[bool] = False
    carries_out_rehearsals: ClassVar[bool] = True

    @contextmanager
    def rehearsal(self, connection: Connection) -> Iterator[Connection]:
        from .sqlite_rehearsal import copied

        with copied(connection) as copy:
            yield copy

    def script(self, connection: Connection) -> Script:
        from .sqlite_script import SQLiteScript

        return SQLiteScript(connection)

    def inline(self, sent: Sent, parameters: Any) -> str:
        if not isinstance(sent.cursor, sqlite3.Cursor) or isinstance(parameters, Mapping):
            return ""
        from .sqlite_script import filled_in

        quote = sent.cursor.connection.execute
        literals = [str(quote("SELECT quote(?)", (value,)).fetchone()[0]) for value in parameters]
        return filled_in(sent.statement, literals)

    def cost(self, action: Action, facts: Facts) -> Cost:
        from .sqlite_locks import cost

        return cost(action, facts)

    def sizes(self, connection: Connection, tables: Collection[str]) -> Mapping[str, Size]:
        from .sqlite_rehearsal import sizes

        return sizes(connection, tables)

    def witness(self, connection: Connection) -> Witness | None:
        from .sqlite_transactions import can_begin
        from .sqlite_witness import SQLiteWitness

        return SQLiteWitness(connection) if can_begin(connection) else None

    def gives_way(self, error: BaseException) -> bool:
        from .sqlite_patience import is_locked

        return is_locked(error)

    orders_tuples: ClassVar[bool] = True

    def backup(self, connection: Connection) -> Backup:
        from .sqlite_backup import SQLiteBackup

        return SQLiteBackup(connection)

    def objects(self, connection: Connection) -> Objects:
        from .sqlite_objects import objects

        return objects(connection)

    def broken_without(
        self, connection: Connection, columns: Mapping[str, Collection[str]]
    ) -> Collection[ObjectKey]:
        from .sqlite_objects import broken_without

        return broken_without(connection, columns)

    def stopping_renames(
        self, connection: Connection, columns: Mapping[str, Collection[str]]
    ) -> ObjectKey | None:
        from .sqlite_objects import stopping_renames

        return stopping_renames(connection, columns)

    def stands_on(self, connection: Connection, key: ObjectKey) -> tuple[str, ...]:
        from .sqlite_objects import triggers_of

        return triggers_of(connection, key.name) if key.kind == VIEW else ()

    def catalogue(self) -> Catalogue:
        from .sqlite_facts import SQLiteCatalogue

        return SQLiteCatalogue()

    def glance(self) -> Glance:
        from .sqlite_glance import SQLiteGlance

        return SQLiteGlance()

    def mend_reflection(self, dialect: Dialect) -> None:
        from ..sqlite.reflection import read_computed, read_indexes, read_keys, read_types

        read_keys(dialect)
        read_indexes(dialect)
        read_computed(dialect)
        read_types(dialect)

    def inventory(self, connection: Connection) -> Mapping[str, str]:
        from .sqlite_inventory import inventory

        return inventory(connection)

    @contextmanager
    def scratch(self, real: Engine) -> Iterator[Engine]:
        from .sqlite_inventory import engine_in_memory

        engine = engine_in_memory(real, _file(real.url))
        try:
            yield engine
        finally:
            engine.dispose()

    def has_schemas(self, engine: Engine, names: Collection[str]) -> None:
        from .sqlite_inventory import attach

        attach(engine, names)

    def exists(self) -> bool:
        file = self.file
        return file is None or file.exists()

    def create(self) -> None:
        file = self._needed_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()

    def drop(self) -> None:
        file = self._needed_file()
        for suffix in ("", "-journal", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)

    def _needed_file(self) -> Path:
        file = self.file
        if file is None:
            raise DatabaseError("An SQLite database in memory can't be created or dropped.")
        return file


def _file(url: URL) -> Path | None:
    name = url.database
    if not name or name == ":memory:" or "mode=memory" in name:
        return None
    return Path(name.removeprefix("file:").partition("?")[0])
