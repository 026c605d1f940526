"""What MySQL and MariaDB say about tables: the lines of SHOW CREATE TABLE."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import SQLAlchemyError

from ..mysql.column import parsed
from .counters import AUTO_INCREMENT, Counter
from .facts import Catalogue, ColumnFacts, TableFacts
from .mysql_options import default_collation, options_in

_COLUMN = re.compile(r"^\s*`((?:[^`]|``)+)` (.*?),?$")
_KEY = re.compile(r"^\s*((?:UNIQUE |FULLTEXT |SPATIAL )?)KEY `((?:[^`]|``)+)` (.*?),?$")
_CHECK = re.compile(r"^\s*CONSTRAINT `((?:[^`]|``)+)` CHECK (.*?),?$")
NOT_ENFORCED = re.compile(r" /\*!\d+ NOT ENFORCED \*/$")  # which no model can say
# What is no part of an index's meaning, or which no model can say: that it is not to be used for
# a while, and a comment. And the mark of what older servers don't know.
UNSAID = re.compile(r" /\*!\d+ (?:IN)?VISIBLE \*/| IGNORED$| COMMENT '(?:[^'\\]|''|\\.)*'")
_ROW = re.compile(r"^(?:PERIOD FOR|`(?:[^`]|``)+` .* GENERATED ALWAYS AS ROW (?:START|END)\b)")
_MARK = re.compile(r"^/\*!\d+ (.*) \*/$")
_VERSIONED = re.compile(rf"{UNSAID.pattern}| USING BTREE| KEY_BLOCK_SIZE=\d+|/\*!\d+ (.*?) ?\*/")
_TYPE = re.compile(r"\w+(?:\((?:'(?:[^'\\]|''|\\.)*'|[^')])*\))?(?: unsigned)?(?: zerofill)?")
_TEXT = re.compile(rf"({_TYPE.pattern})(?: CHARACTER SET (\w+))?(?: COLLATE (\w+))?")


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
        words = _full_text(copy, connection.dialect)
        try:
            copy.create(connection, checkfirst=False)
        except SQLAlchemyError as error:
            self.refusal = error
            yield None
            return
        try:
            found = _facts(connection, None, copy.name)
        finally:
            name = connection.dialect.identifier_preparer.format_table(copy)
            connection.exec_driver_sql(f"DROP TEMPORARY TABLE {name}")
        yield found and replace(found, indexes={**found.indexes, **words})


def _full_text(copy: Table, dialect: Dialect) -> dict[str, str]:
    """The full text indexes, taken out of a table: InnoDB has them in no temporary one."""
    quote = dialect.identifier_preparer.quote_identifier
    found = {}
    for index in list(copy.indexes):
        options = {
            name: index.kwargs.get(f"{dialect.name}_{name}") for name in ("prefix", "with_parser")
        }
        if str(options["prefix"]).upper() != "FULLTEXT":
            continue
        copy.indexes.discard(index)
        columns = ",".join(quote(column.name) for column in index.columns)
        parser = options["with_parser"]
        words = f" WITH PARSER {quote(parser)}" if parser else ""
        found[str(index.name)] = f"FULLTEXT ({columns}){words}"
    return found


def _facts(connection: Connection, schema: str | None, table: str) -> TableFacts | None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    name = ".".join(quote(part) for part in (schema, table) if part)
    try:
        created = connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1]
    except SQLAlchemyError:
        return None
    found = facts_of(created)
    charset = found.options.get("CHARSET")
    if charset is None or "COLLATE" in found.options:
        return found
    collation = default_collation(connection, charset)
    return replace(found, options={**found.options, "COLLATE": collation})


def facts_of(created: str) -> TableFacts:
    """The facts in what SHOW CREATE TABLE says."""
    *lines, last = created.split("\n)")
    options = options_in(last.split("\n")[0])
    columns: dict[str, ColumnFacts] = {}
    checks: list[tuple[str | None, str]] = []
    indexes: dict[str, str] = {}
    unsaid: dict[tuple[str, str], str] = {}
    for line in "\n)".join(lines).split("\n")[1:]:
        if found := _COLUMN.match(line):
            columns[_name(found[1])] = _column(of_table(found[2], options))
            if parsed(found[2]).others:
                unsaid["column", _name(found[1])] = found[2]
        elif found := _KEY.match(line):
            indexes[_name(found[2])] = (
                found[1] + _VERSIONED.sub(lambda mark: mark[1] or "", found[3]).strip()
            )
            unsaid["ix", _name(found[2])] = _unsaid(found[3])
        elif found := _CHECK.match(line):
            checks.append((_name(found[1]), NOT_ENFORCED.sub("", found[2])))
            if found[2] != checks[-1][1]:
                unsaid["ck", _name(found[1])] = "NOT ENFORCED"
    if "WITH SYSTEM VERSIONING" in last:
        unsaid["table", ""] = _versioned(lines)
    there = {key: words for key, words in unsaid.items() if words}
    return TableFacts(columns, tuple(checks), indexes, options=options, unsaid=there)


def _versioned(lines: list[str]) -> str:
    """What gives a table its history, with the columns and the period that somebody named."""
    found = [line.strip().removesuffix(",") for line in "\n)".join(lines).split("\n")[1:]]
    columns = {line: "COLUMN " if line.startswith("`") else "" for line in history_in(found)}
    parts = [f"ADD {what}{line}" for line, what in columns.items()]
    return ", ".join([*parts, "ADD SYSTEM VERSIONING"])


def history_in(lines: Sequence[str]) -> list[str]:
    """The lines about columns that hold since when a row is valid, and up to when."""
    return [line for line in lines if _ROW.search(line)]


def _unsaid(key: str) -> str:
    """What is said of an index beside its meaning."""
    found = (words.strip() for words in UNSAID.findall(key))
    return " ".join(_MARK.sub(r"\1", words) for words in found)


def of_table(definition: str, options: Mapping[str, str]) -> str:
    """A column without the character set and collation that its table has too."""
    found = _TEXT.match(definition)
    if found is None or found[2] not in (None, options.get("CHARSET")):
        return definition
    kind, _, collation = found.groups()
    said = f" COLLATE {collation}" if collation not in (None, options.get("COLLATE")) else ""
    if found[2] and not collation and "COLLATE" in options:
        said = f" CHARACTER SET {found[2]}"  # with its usual collation, which is not said
    return f"{kind}{said}{definition[found.end() :]}"


def _name(quoted: str) -> str:
    return quoted.replace("``", "`")


def _column(definition: str) -> ColumnFacts:
    text = definition.replace(" AUTO_INCREMENT", "")
    said = parsed(definition)
    generated = said.generated
    kind = _TEXT.match(text)
    charset = " ".join(found for found in (kind.groups()[1:] if kind else ()) if found)
    return ColumnFacts(
        default=said.whole_default or None,
        computed=f"{generated[1]} {generated[0]}" if generated else None,
        collation=charset or None,
        definition=text,
        type=kind[1] if kind else None,
        counter=Counter(AUTO_INCREMENT) if said.counter else None,
        check=said.check.partition(" ")[2] or None,
    )
