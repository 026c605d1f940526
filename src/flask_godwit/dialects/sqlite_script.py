"""SQLite: a script for the sqlite3 shell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..retry import Limits
from ..sqlite.tokens import NotUnderstood, all_tokens
from .script import ORPHANS, Script
from .sqlite_transactions import NOT_INSIDE, is_rebuild, referred_in

_KNOWN = "godwit_orphans"
_FOUND = "SELECT * FROM pragma_foreign_key_check"


class SQLiteScript(Script):
    """Real transactions, and foreign keys that are off while a table is rebuilt, then checked."""

    client: ClassVar[str] = "sqlite3"
    temporary: ClassVar[str] = "TEMP"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.enforced = bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())
        self.patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
        self.referred = set(referred_in(lambda sql: connection.exec_driver_sql(sql).fetchall()))
        self.is_rebuilding = False
        try:
            connection.exec_driver_sql(_FOUND).fetchall()
            self.can_check = True
        except DBAPIError:  # a key that refers to no key
            self.can_check = False

    def opening(self, limits: Limits, statements: Collection[str]) -> Sequence[str]:
        for statement in statements:
            self.referred.update(referred_in(lambda sql: (), statement))
        keys = "ON" if self.enforced else "OFF"
        patience = f"PRAGMA busy_timeout = {self.patience};"
        return (".bail on", patience, f"PRAGMA foreign_keys = {keys};")

    def begin(self, limits: Limits, statements: Sequence[str]) -> Sequence[str]:
        rebuilds = any(is_rebuild(statement, self.referred) for statement in statements)
        self.is_rebuilding = self.enforced and rebuilds
        if not self.is_rebuilding:
            return ("BEGIN IMMEDIATE;",)
        known = [f"CREATE TEMP TABLE {_KNOWN} AS {_FOUND};"] if self.can_check else []
        return ("PRAGMA foreign_keys = OFF;", *known, "BEGIN IMMEDIATE;")

    def commit(self) -> Sequence[str]:
        if not (self.is_rebuilding and self.can_check):
            return ("COMMIT;",)
        new = f"NOT EXISTS ({_FOUND} EXCEPT SELECT * FROM temp.{_KNOWN})"
        return (*self._checked({ORPHANS: new}), f"DROP TABLE temp.{_KNOWN};", "COMMIT;")

    def is_outside(self, statement: str) -> bool:
        return bool(NOT_INSIDE.match(statement))

    def finished(self) -> Sequence[str]:
        was, self.is_rebuilding = self.is_rebuilding, False
        return ("PRAGMA foreign_keys = ON;",) if was else ()


def filled_in(statement: str, literals: Sequence[str]) -> str:
    """A statement with literals in the place of its question marks; "" where it is not clear."""
    values = iter(literals)
    try:
        tokens = [
            next(values) if (token.kind, token.text) == ("sign", "?") else token.text
            for token in all_tokens(statement)
        ]
    except (NotUnderstood, StopIteration):
        return ""
    return "".join(tokens) if next(values, None) is None else ""
