"""MySQL, through mysqlclient or PyMySQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from re import Pattern
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    JSON,
    URL,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.types import TypeEngine

from ..errors import Outage
from ..interrupts import failures_ignored
from ..mysql.enum_copies import keep_charsets
from .base import Alteration, Condition, Database, Size, Trouble
from .mysql_errors import gives_way, outage, trouble
from .mysql_object_answers import MySQLObjectAnswers
from .mysql_options import MySQLOptions
from .stored_types import written_as

if TYPE_CHECKING:
    from ..plans import Cost, Facts
    from ..retry import Limits
    from ..sql.action import Action
    from .backups import Backup
    from .counters import CountedColumn
    from .deploy_lock import DeployLock
    from .facts import Catalogue
    from .glance import Glance
    from .guard import Guard, Sent
    from .observer import Observer, Query, Sight
    from .script import Script
    from .witness import Witness

keep_charsets()  # wherever MySQL is spoken, tables are copied


def _session(connection: Connection) -> int:
    """Asked before it works: then the driver lets no other thread near it."""
    raw: Any = connection.connection.dbapi_connection
    return int(raw.thread_id())


def _kill_query(engine: Engine, session: int) -> None:
    """End the statement that a session is executing, through another connection."""
    pool = engine.pool.recreate()
    other = pool.connect()
    try:
        other.cursor().execute(f"KILL QUERY {session}")
    finally:
        other.invalidate()
        pool.dispose()


def _at_driver(connection: Connection, statement: str) -> tuple[Any, ...]:
    """Execute something that begins no transaction of SQLAlchemy; its first row."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
        return tuple(cursor.fetchone() or ()) if cursor.description else ()
    finally:
        cursor.close()


class MySQL(MySQLObjectAnswers, MySQLOptions, Database):
    """MySQL."""

    name: str = "MySQL"
    extra: ClassVar[str] = "mysql"
    user_query: ClassVar[str] = "SELECT CURRENT_USER()"

    def mend_reflection(self, dialect: Dialect) -> None:
        from .mysql_reflection import read_columns

        read_columns(dialect)

    def trouble(self, error: BaseException) -> Trouble:
        return trouble(error)

    def outage(self, error: BaseException) -> type[Outage] | None:
        return outage(error)

    def deploy_lock(self, engine: Engine, name: str) -> DeployLock | None:
        from .server_locks import MySQLLock

        return MySQLLock(engine, name)

    def guards(self, connection: Connection, limits: Limits) -> tuple[Guard, ...]:
        from .statement_limit import StatementLimit

        own = (self.lock_limit(connection, limits),) if limits.lock_seconds else ()
        return (*own, StatementLimit(limits, self.canceller(connection)))

    def lock_limit(self, connection: Connection, limits: Limits) -> Guard:
        from .mysql_limits import MySQLLimits

        return MySQLLimits(connection, limits)

    def _look(self, session: int, query: Query) -> Sight:
        from .mysql_progress import look_mysql

        return look_mysql(session, query)

    def canceller(self, connection: Connection) -> Callable[[], None]:
        return partial(_kill_query, connection.engine, _session(connection))

    def lost_session(self, connection: Connection) -> Callable[[Connection], bool]:
        from .lost_sessions import LostMySQL

        return LostMySQL(_session(connection))

    def observer(self, connection: Connection) -> Observer:
        from .observer import ServerObserver

        return ServerObserver(connection.engine, partial(self._look, _session(connection)))

    readers_block_renames: ClassVar[bool] = True
    follows_renames: ClassVar[bool] = False
    restrict_goes_unsaid: ClassVar[bool] = False

    def default_name(self, kind: str, table: str, columns: Sequence[str]) -> str | None:
        return columns[0] if kind in ("uq", "ix") and columns else None

    def name_after_rename(self, name: str, old: str, new: str) -> str:
        made_up = re.fullmatch(rf"{re.escape(old)}(_(?:ibfk|chk)_\d+)", name, re.IGNORECASE)
        return new + made_up[1] if made_up else name

    stores_positions: ClassVar[bool] = True

    def can_default(self, kind: TypeEngine[Any]) -> bool:
        return not isinstance(kind, Text | LargeBinary | JSON)

    def unreadable(self, old: Any, new: Any) -> Iterator[Condition]:
        from .mysql_misfits import unreadable

        return unreadable(old, new)

    def altered(self, old: Any, new: Any) -> Iterator[Alteration]:
        from .mysql_alterations import altered

        return altered(old, new)

    def refused_dates(self, connection: Connection) -> Condition | None:
        from .mysql_zero_dates import refused_dates

        return refused_dates(connection)

    def whole_numbers(self, kind: Any) -> tuple[int, int] | None:
        from .mysql_misfits import whole_numbers

        return whole_numbers(kind)

    def converted(
        self, connection: Connection, column: ColumnElement[Any], old: Any, new: Any
    ) -> ColumnElement[Any]:
        from .mysql_conversions import converted

        return converted(column, old, written_as(new, connection.dialect))

    def around_conversion(
        self, connection: Connection, table: str, column: Column[Any], new: Any, kept: str
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        from .mysql_uuids import around

        return around(connection.dialect, table, column, new, kept)

    def plain_type(self, said: str) -> str:
        from .mysql_types import type_with_width

        return type_with_width(said)

    has_counters = True

    def counter_changes(self, before: CountedColumn, after: CountedColumn) -> tuple[str, ...]:
        counts = " AUTO_INCREMENT" if after.counter else ""
        return (f"ALTER TABLE {after.table} MODIFY {after.column} {after.definition}{counts}",)

    def rename_column(self, table: str, old: str, new: str) -> str:
        # Alembic's CHANGE repeats the whole definition, and loses what it can't say.
        return f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}"

    shares_rows_at_once: ClassVar[str] = "FOR SHARE NOWAIT"
    has_safe_forms: ClassVar[bool] = True
    algorithms: ClassVar[Sequence[str]] = ("ALGORITHM=INSTANT", "ALGORITHM=INPLACE, LOCK=NONE")

    def fills_rows(self, default: str) -> bool:
        from .mysql_locks import is_expression

        # SQLAlchemy puts what is called into parentheses: an expression, whatever it is.
        calls = (
            "(" in default and not default.startswith("'") and "ON UPDATE" not in default.upper()
        )
        return calls or is_expression(default)

    indexes_foreign_keys: ClassVar[bool] = True

    def keeps_foreign_keys(self, connection: Connection, old: Any, new: Any) -> bool:
        return False

    folds_columns: ClassVar[bool] = True
    names_primary_keys: ClassVar[bool] = False
    shared_names: ClassVar[Collection[str]] = ("fk", "ck")
    spells_defaults: ClassVar[bool] = True

    def replace_primary_key(self, table: str, old: Sequence[str], new: Sequence[str]) -> str:
        # An AUTO_INCREMENT column must be a key all the time.
        parts = ["DROP PRIMARY KEY"] if old else []
        parts += [f"ADD PRIMARY KEY ({', '.join(new)})"] if new else []
        return f"ALTER TABLE {table} {', '.join(parts)}"

    def rename_constraint(self, kind: str, table: str, old: str, new: str) -> str:
        return f"ALTER TABLE {table} RENAME INDEX {old} TO {new}" if kind in ("uq", "ix") else ""

    def witness(self, connection: Connection) -> Witness | None:
        from .mysql_witness import MySQLWitness

        return MySQLWitness(connection)

    @staticmethod
    def operations(context: Any) -> AbstractContextManager[None]:
        from ..mysql.impl import Abilities, faithful

        if getattr(context.dialect, "is_mariadb", False):
            return faithful(context, Abilities(renames_columns=(10, 5, 2), texts_default=True))
        return faithful(context, Abilities(renames_columns=(8,), texts_default=False))

    @contextmanager
    def rehearsal(self, connection: Connection) -> Iterator[Connection]:
        from .raw import send_raw

        send_raw(connection, "SET SESSION TRANSACTION READ ONLY")
        try:
            yield connection
        finally:
            send_raw(connection, "SET SESSION TRANSACTION READ WRITE")

    def script(self, connection: Connection) -> Script:
        from .mysql_script import MySQLScript

        return MySQLScript(connection)

    def inline(self, sent: Sent, parameters: Any) -> str:
        if not hasattr(sent.cursor, "mogrify"):
            return ""
        said = sent.cursor.mogrify(sent.statement, parameters)
        return said.decode() if isinstance(said, bytes) else str(said)

    def cost(self, action: Action, facts: Facts) -> Cost:
        from .mysql_locks import cost

        return cost(action, facts)

    def sizes(self, connection: Connection, tables: Collection[str]) -> Mapping[str, Size]:
        from .mysql_sizes import sizes

        return sizes(connection, tables)

    def traits(
        self, connection: Connection, tables: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        from .mysql_sizes import traits

        return traits(connection, tables)

    def gives_way(self, error: BaseException) -> bool:
        return gives_way(error)

    @contextmanager
    def impatient(self, connection: Connection, seconds: float) -> Iterator[None]:
        (before,) = _at_driver(connection, "SELECT @@SESSION.innodb_lock_wait_timeout")
        name = "SET SESSION innodb_lock_wait_timeout"
        _at_driver(connection, f"{name} = {max(1, int(seconds))}")
        try:
            yield
        finally:
            with failures_ignored():  # the connection may be lost, and the setting with it
                _at_driver(connection, f"{name} = {before}")

    def busy_sessions(self, connection: Connection) -> int:
        # Ours is one of them.
        running = connection.execute(text("SHOW GLOBAL STATUS LIKE 'Threads_running'")).one()
        return max(0, int(running[1]) - 1)

    def backup(self, connection: Connection) -> Backup:
        from .mysql_backup import MySQLBackup

        return MySQLBackup(connection)

    def catalogue(self) -> Catalogue:
        from .mysql_facts import MySQLCatalogue

        return MySQLCatalogue()

    def glance(self) -> Glance:
        from .mysql_glance import MySQLGlance

        return MySQLGlance()

    def inventory(self, connection: Connection) -> Mapping[str, str]:
        from .mysql_inventory import inventory

        return inventory(connection)

    def scratch(self, real: Engine) -> AbstractContextManager[Engine]:
        from .mysql_scratch import scratch

        return scratch(self._maintenance_engine(), real)

    def neighbours(self, real: Engine) -> Pattern[str] | None:
        from .mysql_scratch import neighbours

        return neighbours(self._maintenance_engine())

    def exists(self) -> bool:
        query = text("SELECT 1 FROM information_schema.schemata WHERE schema_name = :name")
        with self._maintenance_engine().connect() as connection:
            return connection.scalar(query, {"name": self.url.database}) is not None

    def create(self) -> None:
        # utf8mb4 is MySQL 8's own default; older servers would fall back to latin1.
        self._administer(f"CREATE DATABASE {self._quoted_name()} CHARACTER SET utf8mb4")

    def _maintenance_url(self) -> URL:
        return self.url.set(database="information_schema")
