"""MySQL and MariaDB: SHOW CREATE before and after tells whether a DDL statement took effect."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from sqlalchemy import Connection

from ..interrupts import failures_ignored
from .mysql_errors import says_nothing
from .witness import Definitions, Witness

_NAME = r"(?:`(?:[^`]|``)+`|[\w$]+)"
_QUALIFIED = rf"{_NAME}(?:\s*\.\s*{_NAME})?"
_EXISTS = r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
_TABLES = re.compile(
    rf"\b(?:TABLE|VIEW|TRUNCATE(?!\s+TABLE))\s+{_EXISTS}({_QUALIFIED}(?:\s*,\s*{_QUALIFIED})*)",
    re.IGNORECASE,
)
_OTHER_TABLES = re.compile(
    rf"\bON\s+(?!DELETE\b|UPDATE\b)({_QUALIFIED})"
    rf"|\bRENAME\s+(?:TO|AS)?\s*({_QUALIFIED})|\bTO\s+({_QUALIFIED})|,\s*({_QUALIFIED})\s+TO\b",
    re.IGNORECASE,
)
_ROUTINES = re.compile(
    rf"\b(TRIGGER|PROCEDURE|FUNCTION|EVENT|DATABASE|SCHEMA)\s+{_EXISTS}({_QUALIFIED})",
    re.IGNORECASE,
)
_LITERALS = re.compile(r"'(?:[^'\\]|''|\\.)*'|/\*.*?\*/|--[^\n]*", re.DOTALL)
_PARTS = re.compile(_NAME)
_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")
_SPREADS = re.compile(r"\b(RENAME|CHANGE)\b", re.IGNORECASE)
_TRUNCATE = re.compile(r"\s*TRUNCATE\b", re.IGNORECASE)
_MISSING = {1049, 1146, 1305, 1347, 1360, 1539, 4092}
"""No such database, table, routine, view, trigger, event, sequence."""
_NOT_READABLE = "?"


class MySQLWitness(Witness):
    """Asks the server itself, at the driver: what it asks is no statement of the revision."""

    commits_schema: ClassVar[bool] = True

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._session = ""

    def names(self, statement: str) -> tuple[str, ...]:
        """What SHOW CREATE takes, such as "TABLE `users`"."""
        bare = _LITERALS.sub("''", statement)
        found = [f"{kind} {name}" for kind, text in _named(bare) for name in _quoted(text)]
        if _TRUNCATE.match(statement):
            found += [f"CREATED {name.partition(' ')[2]}" for name in found]
        return tuple(dict.fromkeys(found))

    def definitions(self, names: Iterable[str]) -> Definitions:
        return {name: self._definition(name) for name in names}

    def changes_others(self, statement: str) -> bool:
        # A foreign key of another table names the table or column that is renamed.
        return bool(_SPREADS.search(statement))

    def is_autocommit(self) -> bool:
        raw: Any = self.connection.connection.dbapi_connection
        return bool(raw.get_autocommit())

    def session(self) -> str:
        """A user lock's name: unlike a session's number it is never used again."""
        if not self._session:
            self._session = f"godwit-{uuid.uuid4().hex}"
            self._rows("SELECT GET_LOCK(%s, 0)", (self._session,))
        return self._session

    def lives(self, session: str) -> bool:
        (free,) = self._rows("SELECT IS_FREE_LOCK(%s)", (session,))[0]
        return session != self._session and free == 0

    def close(self) -> None:
        if self._session:
            with failures_ignored():  # a lost session has lost its lock
                self._rows("SELECT RELEASE_LOCK(%s)", (self._session,))
            self._session = ""

    def _definition(self, name: str) -> str:
        kind, _, quoted = name.partition(" ")
        query = _CREATED.format(_condition(quoted)) if kind == "CREATED" else f"SHOW CREATE {name}"
        try:
            rows = self._rows(query.replace("%", "%%"), ())
        except Exception as error:
            if error.args and error.args[0] in _MISSING:
                return ""
            if says_nothing(error):
                raise
            return _NOT_READABLE
        text = _COUNTER.sub("", repr(rows))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _rows(self, query: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        cursor = self.connection.connection.cursor()
        try:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())
        finally:
            cursor.close()


_CREATED = "SELECT create_time FROM information_schema.tables WHERE {}"


def _condition(quoted: str) -> str:
    *schema, table = (_text(part) for part in _PARTS.findall(quoted))
    where = f"'{schema[0]}'" if schema else "DATABASE()"
    return f"table_schema = {where} AND table_name = '{table}'"


def _text(name: str) -> str:
    return name.strip("`").replace("``", "`").replace("'", "''")


def _named(statement: str) -> Iterator[tuple[str, str]]:
    for found in _TABLES.finditer(statement):
        yield "TABLE", found[1]
    for found in _OTHER_TABLES.finditer(statement):
        yield "TABLE", next(filter(None, found.groups()))
    for found in _ROUTINES.finditer(statement):
        yield found[1].upper().replace("SCHEMA", "DATABASE"), found[2]


def _quoted(text: str) -> Iterator[str]:
    """Each name of a list, in backticks: a word may be a keyword."""
    for item in re.findall(_QUALIFIED, text):
        parts = _PARTS.findall(item)
        yield ".".join(part if part.startswith("`") else f"`{part}`" for part in parts)
