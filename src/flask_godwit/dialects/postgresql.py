"""PostgreSQL, through psycopg2 or psycopg."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Numeric,
    cast,
    func,
    text,
)
from sqlalchemy.types import TypeEngine

from .base import Alteration, Columns, Condition, Database, Size, Trouble
from .object_answers import FUNCTION, OF_TABLES, PROCEDURE, VIEW
from .postgresql_errors import outage, trouble
from .postgresql_options import PostgreSQLOptions
from .postgresql_states import gives_way
from .postgresql_type_answers import PostgreSQLTypes
from .type_answers import OwnedNames
from .written import quoted

if TYPE_CHECKING:
    from ..errors import Outage
    from ..plans import Cost, Facts
    from ..retry import Limits
    from ..sql.action import Action
    from .backups import Backup
    from .counters import CountedColumn
    from .deploy_lock import DeployLock
    from .facts import Catalogue
    from .glance import Glance
    from .guard import Guard, Sent
    from .objects import ObjectKey, Objects
    from .observer import Observer
    from .script import Script
    from .usual_sequence import Bounds
    from .witness import Witness

_LONGEST_NAME = 63
# Tables of extensions (PostGIS's spatial_ref_sys), and partitions.
_FOREIGN = text(
    """
    SELECT nullif(n.nspname, current_schema()) AS schema, c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND (c.relispartition OR EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
    """
)
_LAG = text("SELECT coalesce(max(extract(epoch FROM replay_lag)), 0) FROM pg_stat_replication")
_BUSY = text(
    """
    SELECT count(*) FROM pg_stat_activity
    WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    """
)
_OWNED = text(
    """
    SELECT a.attname, s.relname
    FROM pg_class s
    JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass
        AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    JOIN pg_class t ON t.oid = d.refobjid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE s.relkind = 'S' AND t.relname = :name
        AND n.nspname = coalesce(:schema, current_schema())
    """
)


def _pid(connection: Connection) -> int | None:
    """The server's process for a connection, as far as its driver knows it."""
    info = getattr(connection.connection.dbapi_connection, "info", None)
    return getattr(info, "backend_pid", None)


class PostgreSQL(PostgreSQLOptions, PostgreSQLTypes, Database):
    """PostgreSQL."""

    name: str = "PostgreSQL"
    extra: ClassVar[str] = "postgresql"
    reflects_collations: ClassVar[bool] = False  # since 2.1
    keeps_match: ClassVar[bool] = True
    user_query: ClassVar[str] = "SELECT current_user"
    takes_using: ClassVar[bool] = True
    shared_names: ClassVar[Collection[str]] = ("table", "ix", "uq", "pk", "ex")
    has_safe_forms: ClassVar[bool] = True
    failure_ends_transaction: ClassVar[bool] = True
    bytes_literal: ClassVar[str] = r"'\x{}'"

    def unreadable(self, old: Any, new: Any) -> Iterator[Condition]:
        from .postgresql_misfits import unreadable

        return unreadable(self, old, new)

    def altered(self, old: Any, new: Any) -> Iterator[Alteration]:
        from .postgresql_alterations import altered

        return altered(old, new)

    def rounded(self, number: ColumnElement[Any], scale: int) -> ColumnElement[Any]:
        return func.round(cast(number, Numeric()), scale)

    def trouble(self, error: BaseException) -> Trouble:
        return trouble(error)

    def outage(self, error: BaseException) -> type[Outage] | None:
        return outage(error)

    def deploy_lock(self, engine: Engine, name: str) -> DeployLock | None:
        from .server_locks import PostgreSQLLock

        return PostgreSQLLock(engine, name)

    def guards(self, connection: Connection, limits: Limits) -> tuple[Guard, ...]:
        from .postgresql_limits import PostgreSQLLimits

        return (PostgreSQLLimits(connection, limits),)

    def canceller(self, connection: Connection) -> Callable[[], None] | None:
        from .postgresql_cancel import canceller

        return canceller(connection, _pid(connection))

    def lost_session(self, connection: Connection) -> Callable[[Connection], bool]:
        from .lost_sessions import LostPostgreSQL

        return LostPostgreSQL(_pid(connection) or 0)

    def observer(self, connection: Connection) -> Observer:
        from .postgresql_progress import observer

        return observer(connection.engine, _pid(connection))

    def default_name(self, kind: str, table: str, columns: Sequence[str]) -> str | None:
        suffix = {"pk": "pkey", "uq": "key", "ix": "idx", "fk": "fkey", "nn": "not_null"}.get(kind)
        parts = (table, suffix) if kind == "pk" else (table, *columns, suffix)
        name = "_".join(part for part in parts if part)
        return name if suffix and len(name.encode()) <= _LONGEST_NAME else None

    def keeps_foreign_keys(
        self, connection: Connection, old: TypeEngine[Any], new: TypeEngine[Any]
    ) -> bool:
        from .postgresql_key_types import have_an_operator

        return have_an_operator(connection, old, new)

    def rename_constraint(self, kind: str, table: str, old: str, new: str) -> str:
        if kind != "ix":
            return f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}"
        schema, dot, _ = table.rpartition(".")
        return f"ALTER INDEX {schema}{dot}{old} RENAME TO {new}"

    def plain_type(self, said: str) -> str:
        from .postgresql_types import plain_type

        return plain_type(said)

    def foreign_tables(self, connection: Connection) -> Collection[tuple[str | None, str]]:
        return [(row.schema, row.name) for row in connection.execute(_FOREIGN)]

    def drop_expression(self, table: str, column: str) -> str:
        return f"ALTER TABLE {table} ALTER COLUMN {column} DROP EXPRESSION"

    counts_in_columns = False
    makes_schemas = True
    retypes_what_is_read = False
    has_counters = True

    def counter_changes(self, before: CountedColumn, after: CountedColumn) -> tuple[str, ...]:
        from .postgresql_counters import counter_changes

        return counter_changes(before, after)

    def sequence_bounds(self, kind: str, increment: int) -> Bounds:
        from .postgresql_counters import sequence_bounds

        return sequence_bounds(kind, increment)

    def sequences(
        self, connection: Connection
    ) -> Mapping[tuple[str | None, str], Mapping[str, str]]:
        from .postgresql_counters import free_sequences

        return free_sequences(connection)

    def set_sequence(self, sequence: str, number: str) -> str:
        quoted = sequence.replace("'", "''")
        return f"setval('{quoted}', {number}, false)"

    def owned_sequences(self, connection: Connection, schema: str | None, table: str) -> OwnedNames:
        values = {"schema": schema, "name": table}
        return {row.attname: row.relname for row in connection.execute(_OWNED, values)}

    def steady(self, expression: str) -> str:
        from .postgresql_facts import steady

        return steady(expression)

    @staticmethod
    def operations(context: Any) -> AbstractContextManager[None]:
        from .postgresql_using import percents_doubled

        return percents_doubled(context)

    def witness(self, connection: Connection) -> Witness | None:
        from .postgresql_witness import PostgreSQLWitness

        return PostgreSQLWitness(connection)

    @contextmanager
    def rehearsal(self, connection: Connection) -> Iterator[Connection]:
        from .raw import send_raw

        send_raw(connection, "SET default_transaction_read_only = on")
        try:
            yield connection
        finally:
            send_raw(connection, "RESET default_transaction_read_only")

    def script(self, connection: Connection) -> Script:
        from .postgresql_script import PostgreSQLScript

        return PostgreSQLScript(connection)

    def inline(self, sent: Sent, parameters: Any) -> str:
        if hasattr(sent.cursor, "mogrify"):  # psycopg2's
            return str(sent.cursor.mogrify(sent.statement, parameters).decode())
        if sent.context.dialect.driver != "psycopg":
            return ""
        from psycopg import ClientCursor

        with ClientCursor(sent.cursor.connection) as cursor:
            return str(cursor.mogrify(sent.statement, parameters))

    def cost(self, action: Action, facts: Facts) -> Cost:
        from .postgresql_locks import cost

        return cost(action, facts)

    def sizes(self, connection: Connection, tables: Collection[str]) -> Mapping[str, Size]:
        from .postgresql_sizes import sizes

        return sizes(connection, tables)

    def may_hold_nulls(self, connection: Connection, tables: Collection[str]) -> Columns:
        from .postgresql_sizes import may_hold_nulls

        return may_hold_nulls(connection, tables)

    def with_default_partition(
        self, connection: Connection, tables: Collection[str]
    ) -> Collection[str]:
        from .postgresql_sizes import with_default_partition

        return with_default_partition(connection, tables)

    def fills_rows(self, default: str) -> bool:
        from .postgresql_locks import is_volatile

        return is_volatile(default)

    def gives_way(self, error: BaseException) -> bool:
        return gives_way(error)

    orders_tuples: ClassVar[bool] = True

    def replica_lag(self, connection: Connection) -> float:
        return float(connection.scalar(_LAG) or 0)

    def busy_sessions(self, connection: Connection) -> int:
        return int(connection.scalar(_BUSY) or 0)

    def backup(self, connection: Connection) -> Backup:
        from .postgresql_backup import PostgreSQLBackup

        return PostgreSQLBackup(connection)

    def mend_reflection(self, dialect: Dialect) -> None:
        from .postgresql_reflection import read_columns, read_foreign_keys, read_types

        read_columns(dialect)
        read_foreign_keys(dialect)
        read_types(dialect)

    materializes_views: ClassVar[bool] = True
    replaces: ClassVar[frozenset[str]] = frozenset({VIEW, FUNCTION, PROCEDURE})
    or_replace: ClassVar[frozenset[str]] = replaces
    keeps_shape: ClassVar[bool] = True
    holds_dependents: ClassVar[bool] = True

    def objects(self, connection: Connection) -> Objects:
        from .postgresql_objects import objects

        return objects(connection)

    def rights(self, connection: Connection, key: ObjectKey) -> tuple[str, ...]:
        from .postgresql_objects import rights

        return rights(connection, key)

    @staticmethod
    def drop_object(
        dialect: Dialect, kind: str, schema: str | None, name: str, of: str | None
    ) -> str:
        if kind in OF_TABLES:  # which tell where it is
            return f"DROP {kind.upper()} {quoted(dialect, name)} ON {quoted(dialect, schema, of)}"
        arguments = f"({of})" if of is not None and kind in (FUNCTION, PROCEDURE) else ""
        return f"DROP {kind.upper()} {quoted(dialect, schema, name)}{arguments}"

    def catalogue(self) -> Catalogue:
        from .postgresql_facts import PostgreSQLCatalogue

        return PostgreSQLCatalogue()

    def glance(self) -> Glance:
        from .postgresql_glance import PostgreSQLGlance

        return PostgreSQLGlance()

    def inventory(self, connection: Connection) -> Mapping[str, str]:
        from .postgresql_inventory import inventory

        return inventory(connection)

    def scratch(self, real: Engine) -> AbstractContextManager[Engine]:
        from .postgresql_scratch import scratch

        return scratch(self._maintenance_engine(), real)

    def exists(self) -> bool:
        query = text("SELECT 1 FROM pg_database WHERE datname = :name")
        with self._maintenance_engine().connect() as connection:
            return connection.scalar(query, {"name": self._database()}) is not None

    def _database(self) -> str:
        return self.url.database or self.url.username or ""

    def _maintenance_url(self) -> URL:
        return self.url.set(database="postgres")
