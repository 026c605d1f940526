"""MySQL and MariaDB: a script for their clients, which stop at the first error by themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import ClassVar

from sqlalchemy import Connection, text

from ..retry import Limits
from .mysql_limits import DDL
from .script import CHECKS, Script

_NAMES = ("sql_mode", "time_zone", "foreign_key_checks", "unique_checks", "transaction_isolation")
_OLD_NAMES = {"transaction_isolation": "tx_isolation"}
_ASSERTS = re.compile(r",?\s+ALGORITHM=\w+(,?\s+LOCK=\w+)?\s*$")
_ASSERTED = (
    "-- Each ALGORITHM is the cheapest that the server is known to take. Should it refuse one,",
    "-- such as INSTANT when a table has had all its row versions, the script stops there, where",
    "-- flask db upgrade would try the next: INSTANT, NOCOPY (MariaDB), INPLACE with LOCK=NONE.",
)
_DELIMITERS = ("//", "$$", "~~", "@@@@")


class MySQLScript(Script):
    """As a driver runs it: nothing is committed by itself, but what changes the schema."""

    client: ClassVar[str] = "mysql"
    lock_wait: ClassVar[str] = "lock_wait_timeout"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.settings = dict(filter(None, (_differing(connection, name) for name in _NAMES)))
        collation = connection.scalar(text("SELECT @@SESSION.collation_connection"))
        charset = str(collation).partition("_")[0]
        self.names = f"SET NAMES {charset} COLLATE {collation};"

    def opening(self, limits: Limits, statements: Collection[str]) -> Sequence[str]:
        settings = [f"SET SESSION {name} = '{value}';" for name, value in self.settings.items()]
        told = _ASSERTED if any(map(_ASSERTS.search, statements)) else ()
        return (*told, self.names, *settings, *self._limits(limits), "SET autocommit = 0;")

    def begin(self, limits: Limits, statements: Sequence[str]) -> Sequence[str]:
        return self._limits(limits)

    def outside(self, statement: str) -> str:
        text = self.terminated(statement)
        return text if DDL.match(statement) else f"{text}\nCOMMIT;"

    def terminated(self, statement: str) -> str:
        text = super().terminated(statement)
        if ";" not in text[:-1]:
            return text
        mark = next(mark for mark in _DELIMITERS if mark not in text)
        return f"DELIMITER {mark}\n{text[:-1]}{mark}\nDELIMITER ;"

    def _drop_checks(self) -> str:
        return f"DROP TEMPORARY TABLE {CHECKS};\nCOMMIT;"

    def _limits(self, limits: Limits) -> Sequence[str]:
        # Not less than a second, as MariaDB's runs: nobody is there to try again.
        if not limits.lock_seconds:
            return ()
        return (f"SET SESSION {self.lock_wait} = {max(1, int(limits.lock_seconds))};",)


class MariaDBScript(MySQLScript):
    """MariaDB can stop any statement that takes too long."""

    client: ClassVar[str] = "mariadb"

    def _limits(self, limits: Limits) -> Sequence[str]:
        seconds = limits.statement_seconds
        longest = (f"SET SESSION max_statement_time = {seconds:g};",) if seconds else ()
        return (*super()._limits(limits), *longest)


def _differing(connection: Connection, name: str) -> tuple[str, str] | None:
    """What a session has another value of than the server gives to everybody."""
    if connection.dialect.is_mariadb:  # type: ignore[attr-defined]
        name = _OLD_NAMES.get(name, name)
    here, everywhere = connection.execute(text(f"SELECT @@SESSION.{name}, @@GLOBAL.{name}")).one()
    return None if here == everywhere else (name, str(here).replace("'", "''"))
