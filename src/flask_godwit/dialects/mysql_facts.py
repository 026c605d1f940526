"""What MySQL and MariaDB say about tables: the lines of SHOW CREATE TABLE."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table
from sqlalchemy.exc import SQLAlchemyError

from .counters import AUTO_INCREMENT, Counter
from .facts import Catalogue, ColumnFacts, TableFacts

_COLUMN = re.compile(r"^\s*`((?:[^`]|``)+)` (.*?),?$")
_KEY = re.compile(r"^\s*((?:UNIQUE |FULLTEXT |SPATIAL )?)KEY `((?:[^`]|``)+)` (.*?),?$")
_CHECK = re.compile(r"^\s*CONSTRAINT `((?:[^`]|``)+)` CHECK (.*?),?$")
_OPTION = re.compile(r"\b(ENGINE|CHARSET|COLLATE|ROW_FORMAT|KEY_BLOCK_SIZE)=(\w+)")
_COLLATE = re.compile(r"\bCOLLATE (\w+)")
_CHARSET = re.compile(r"\bCHARACTER SET (\w+)")
_TYPE = re.compile(r"\w+(?:\((?:'(?:[^'\\]|''|\\.)*'|[^')])*\))?(?: unsigned)?(?: zerofill)?")
_COMPUTED = re.compile(r"\bGENERATED ALWAYS AS (\(.*\)) (VIRTUAL|STORED|PERSISTENT)")
_DEFAULT = re.compile(
    r"\bDEFAULT ('(?:[^'\\]|''|\\.)*'"
    r"|(?:(?!\s(?:ON UPDATE|COMMENT|CHECK|INVISIBLE|/\*)).)+)(?:\s(ON UPDATE [\w()]+))?"
)


class MySQLCatalogue(Catalogue):
    """The answers of MySQL and MariaDB, kept for one comparison."""

    def __init__(self) -> None:
        self._read: dict[tuple[str | None, str], TableFacts | None] = {}

    def read(self, connection: Connection, schema: str | None, table: str) -> TableFacts | None:
        key = (schema, table)
        if key not in self._read:
            self._read[key] = _facts(connection, *key)
        return self._read[key]

    @contextmanager
    def twin(self, connection: Connection, copy: Table) -> Iterator[TableFacts | None]:
        """A temporary table, which hides the real one of its name while it is there."""
        copy._prefixes = ["TEMPORARY"]
        found = None
        try:
            copy.create(connection, checkfirst=False)
        except SQLAlchemyError:
            yield None
            return
        try:
            found = _facts(connection, None, copy.name)
        finally:
            name = connection.dialect.identifier_preparer.format_table(copy)
            connection.exec_driver_sql(f"DROP TEMPORARY TABLE {name}")
        yield found


def _facts(connection: Connection, schema: str | None, table: str) -> TableFacts | None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    name = ".".join(quote(part) for part in (schema, table) if part)
    try:
        created = connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1]
    except SQLAlchemyError:
        return None
    return facts_of(created)


def facts_of(created: str) -> TableFacts:
    """The facts in what SHOW CREATE TABLE says."""
    *lines, last = created.split("\n)")
    columns: dict[str, ColumnFacts] = {}
    checks: list[tuple[str | None, str]] = []
    indexes: dict[str, str] = {}
    for line in "\n)".join(lines).split("\n")[1:]:
        if found := _COLUMN.match(line):
            columns[_name(found[1])] = _column(found[2])
        elif found := _KEY.match(line):
            indexes[_name(found[2])] = found[1] + found[3].replace(" USING BTREE", "")
        elif found := _CHECK.match(line):
            checks.append((_name(found[1]), found[2]))
    return TableFacts(columns, tuple(checks), indexes, options=dict(_OPTION.findall(last)))


def _name(quoted: str) -> str:
    return quoted.replace("``", "`")


def _column(definition: str) -> ColumnFacts:
    text = definition.replace(" AUTO_INCREMENT", "")
    computed = _COMPUTED.search(text)
    default = None if computed else _DEFAULT.search(text)
    charset, collation = _CHARSET.search(text), _COLLATE.search(text)
    kind = _TYPE.match(text)
    said = " ".join(found[1] for found in (charset, collation) if found)
    return ColumnFacts(
        default=" ".join(part for part in default.groups() if part) if default else None,
        computed=f"{computed[2]} {computed[1]}" if computed else None,
        collation=said or None,
        definition=text,
        type=kind[0] if kind else None,
        counter=Counter(AUTO_INCREMENT) if text != definition else None,
    )
