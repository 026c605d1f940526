"""MariaDB: MySQL's protocol and error numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import JSON, Connection, Dialect, LargeBinary, String, inspect
from sqlalchemy.types import TypeEngine

from .mysql import MySQL
from .object_answers import FUNCTION, PROCEDURE, VIEW
from .stored_types import written_as
from .usual_sequence import USUAL, Bounds, SequenceValues, unusual_options

if TYPE_CHECKING:
    from ..plans import Cost, Facts
    from ..retry import Limits
    from ..sql.action import Action
    from .backups import Backup
    from .guard import Guard
    from .observer import Query, Sight
    from .script import Script

# What these store is assigned to texts and bytes only, even where a table has no rows (error 4078).
_CLOSED = {"UUID", "INET4", "INET6", "GEOMETRY", "POINT", "LINESTRING", "POLYGON"}
_OPEN = (String, LargeBinary, JSON)
_UUIDS = {"UUID", "CHAR(32)"}

_WITH_HISTORY = """
    SELECT table_schema, table_name, table_schema = database() FROM information_schema.tables
    WHERE table_type = 'SYSTEM VERSIONED'
"""
_LOWEST, _HIGHEST = -(2**63) + 1, 2**63 - 2
_CACHE = 1000


class MariaDB(MySQL):
    """MariaDB."""

    name: str = "MariaDB"
    checks_in_columns: ClassVar[bool] = True
    shared_names: ClassVar[Collection[str]] = ("fk",)
    readers_block_renames: ClassVar[bool] = False
    restrict_goes_unsaid: ClassVar[bool] = True
    or_replace: ClassVar[frozenset[str]] = frozenset({VIEW, FUNCTION, PROCEDURE})
    no_action_goes_unsaid: ClassVar[bool] = False

    def mend_reflection(self, dialect: Dialect) -> None:
        from .mariadb_reflection import read_addresses, read_no_action

        super().mend_reflection(dialect)
        read_addresses(dialect)
        read_no_action(dialect)

    def cost(self, action: Action, facts: Facts) -> Cost:
        from .mariadb_locks import cost

        return cost(action, facts)

    def conversion(
        self, connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
    ) -> str | None:
        dialect = connection.dialect
        types = [dialect.type_compiler_instance.process(kind) for kind in (old, new)]
        if types[0] == types[1] or not _CLOSED & set(types) or set(types) == _UUIDS:
            return ""
        is_open = any(isinstance(written_as(kind, dialect), _OPEN) for kind in (old, new))
        return "" if is_open else None

    def backup(self, connection: Connection) -> Backup:
        from .mysql_backup import MariaDBBackup

        return MariaDBBackup(connection)

    def script(self, connection: Connection) -> Script:
        from .mysql_script import MariaDBScript

        return MariaDBScript(connection)

    def _look(self, session: int, query: Query) -> Sight:
        from .mysql_progress import look_mariadb

        return look_mariadb(session, query)

    def lock_limit(self, connection: Connection, limits: Limits) -> Guard:
        from .mysql_limits import MariaDBLimits

        return MariaDBLimits(connection, limits)

    may_change_history: ClassVar[Sequence[str]] = (
        "SET system_versioning_alter_history = 'KEEP'",
        "SET system_versioning_alter_history = DEFAULT",
    )

    def with_history(self, connection: Connection) -> Collection[tuple[str | None, str]]:
        return [
            (None if is_here else schema, table)
            for schema, table, is_here in connection.exec_driver_sql(_WITH_HISTORY)
        ]

    def every_version(self, table: str) -> str:
        return f"{table} FOR SYSTEM_TIME ALL"

    shares_rows_at_once: ClassVar[str] = "LOCK IN SHARE MODE NOWAIT"
    algorithms: ClassVar[Sequence[str]] = (
        "ALGORITHM=INSTANT",
        "ALGORITHM=NOCOPY, LOCK=NONE",
        "ALGORITHM=INPLACE, LOCK=NONE",
        "ALGORITHM=COPY, LOCK=NONE",
    )

    def fills_rows(self, default: str) -> bool:
        from .mariadb_locks import differs_by_row

        return differs_by_row(default)

    usual_sequence: ClassVar[Mapping[str, str]] = {
        **USUAL,
        "cache": f"CACHE {_CACHE}",
        "cycle": "NOCYCLE",
    }

    def sequence_bounds(self, kind: str, increment: int) -> Bounds:
        return _bounds(increment)

    def sequences(
        self, connection: Connection
    ) -> Mapping[tuple[str | None, str], Mapping[str, str]]:
        return {
            (None, name): _sequence_options(connection, name)
            for name in inspect(connection).get_sequence_names()
        }


def _sequence_options(connection: Connection, name: str) -> dict[str, str]:
    """The options of a sequence that are not the usual ones."""
    quoted = connection.dialect.identifier_preparer.quote(name)
    row = connection.exec_driver_sql(f"SELECT * FROM {quoted}").one()
    values = SequenceValues(
        row.start_value,
        row.increment,
        row.minimum_value,
        row.maximum_value,
        row.cache_size,
        bool(row.cycle_option),
    )
    return unusual_options(values, _HIGHEST, _CACHE)


def _bounds(increment: int) -> Bounds:
    return (1, _HIGHEST) if increment > 0 else (_LOWEST, -1)
