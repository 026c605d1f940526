"""MySQL's and MariaDB's tables at a glance: SHOW CREATE TABLE says everything of a table."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Column, Connection, String, Table
from sqlalchemy.exc import SQLAlchemyError

from .glance import (
    CHECK,
    COLUMN,
    COMMENT,
    INDEX,
    Glance,
    Line,
    Manner,
    Meant,
    Seen,
    bare,
    meant_by,
)

_LINE = re.compile(
    r"(?P<column>`)(?P<name>(?:[^`]|``)+)` (?P<words>.*)"
    r"|(?:CONSTRAINT `(?P<constraint>(?:[^`]|``)+)` )?"
    r"(?P<kind>PRIMARY KEY|FOREIGN KEY|CHECK|(?P<unique>UNIQUE )?KEY `(?P<key>(?:[^`]|``)+)`)"
    r" (?P<rest>.*)"
)
_COMMENT = re.compile(r" COMMENT[ =]'((?:[^'\\]|''|\\.)*)'$")
_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")
_ESCAPE = re.compile(r"\\(.)|''")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_COUNTS = " AUTO_INCREMENT"
_MOST = 40
_TWIN = "godwit_meant"


class MySQLGlance(Glance):
    """MySQL and MariaDB."""

    manner = Manner(
        unique=INDEX, names_primary_keys=False, says_deferrable=False, indexes_foreign_keys=True
    )

    def tables(
        self, connection: Connection, schema: str | None, names: Collection[str]
    ) -> Mapping[str, Seen]:
        quote = connection.dialect.identifier_preparer.quote_identifier
        # At the driver, since SQLAlchemy takes twice the time of the server for each of them.
        with closing(connection.connection.cursor()) as cursor:
            found = ((name, _created(connection, cursor, quote(name))) for name in names)
            return {name: seen for name, said in found if (seen := seen_in(said)) is not None}

    def meant(self, connection: Connection, options: str, wanted: Collection[str]) -> Meant | None:
        return meant_by(list(wanted), lambda part: _made(connection, options, part), _MOST)

    def options(self, compiler: Any, table: Table) -> str | None:
        said = _said_comment(compiler, "COMMENT=", table.comment)
        return str(compiler.post_create_table(table)).replace(said, "", 1)

    def definition(self, compiler: Any, column: Column[Any]) -> str:
        said = _said_comment(compiler, " COMMENT ", column.comment)
        return super().definition(compiler, column).replace(said, "", 1)


def _created(connection: Connection, cursor: Any, name: str) -> str:
    """What SHOW CREATE TABLE says; nothing where it says an error."""
    try:
        cursor.execute(f"SHOW CREATE TABLE {name}")
    except connection.dialect.loaded_dbapi.Error:
        return ""
    return str(cursor.fetchone()[1])


def seen_in(created: str) -> Seen | None:
    """The lines of SHOW CREATE TABLE; None where one of them is of another kind."""
    first, *lines = created.split("\n")
    if not first.startswith("CREATE TABLE ") or not lines or not lines[-1].startswith(")"):
        return None
    options, comment = _parted(_COUNTER.sub("", lines.pop()))
    found = [Line(COMMENT, "", comment)] if comment else []
    for line in lines:
        match = _LINE.fullmatch(line.strip().removesuffix(","))
        if match is None:
            return None
        found += _column(match) if match["column"] else [_constraint(match)]
    return Seen(options, found)


def _column(match: re.Match[str]) -> Iterator[Line]:
    name = _name(match["name"])
    words, comment = _parted(match["words"])
    # MariaDB's JSON has a CHECK that names the column.
    yield Line(COLUMN, name, words.replace(f"`{match['name']}`", "``"))
    if comment:
        yield Line(COMMENT, name, comment)


def _constraint(match: re.Match[str]) -> Line:
    kind, rest = match["kind"], match["rest"]
    if match["key"]:
        unique = "UNIQUE " if match["unique"] else ""
        return Line(INDEX, _name(match["key"]), bare(unique + rest))
    if kind == CHECK:
        return Line(CHECK, _name(match["constraint"] or ""), rest)
    return Line(kind, _name(match["constraint"] or ""), bare(rest))


def _parted(text: str) -> tuple[str, str]:
    """A definition without its comment, and the comment."""
    found = _COMMENT.search(text)
    if found is None:
        return text, ""
    comment = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]) or "'", found[1])
    return text[: found.start()], comment


def _name(quoted: str) -> str:
    return quoted.replace("``", "`")


def _said_comment(compiler: Any, word: str, comment: str | None) -> str:
    """A comment as SQLAlchemy writes it into the definition of a column or a table."""
    if comment is None:
        return ""
    return word + str(compiler.sql_compiler.render_literal_value(comment, String()))


def _made(connection: Connection, options: str, definitions: Sequence[str]) -> Meant | None:
    """A temporary table. A counter needs a key, and no table has two."""
    counted = [each.endswith(_COUNTS) for each in definitions]
    plain = [each.removesuffix(_COUNTS) for each in definitions]
    columns = ", ".join(f"`c{place}` {each}" for place, each in enumerate(plain))
    try:
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {_TWIN} ({columns}) {options}")
    except SQLAlchemyError:
        return None
    try:
        said = connection.exec_driver_sql(f"SHOW CREATE TABLE {_TWIN}").one()[1]
    finally:
        connection.exec_driver_sql(f"DROP TEMPORARY TABLE {_TWIN}")
    seen = seen_in(said.replace("CREATE TEMPORARY TABLE", "CREATE TABLE", 1))
    if seen is None:
        return None
    words = [line.text for line in seen.lines if line.kind == COLUMN]
    made = zip(definitions, words, counted, strict=True)
    return Meant(
        seen.options, {each: said + (_COUNTS if counts else "") for each, said, counts in made}
    )
