"""SQLite's tables at a glance: the CREATE statements that it keeps say everything."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table

from .glance import (
    CHECK,
    COLUMN,
    FOREIGN_KEY,
    INDEX,
    Glance,
    Line,
    Meant,
    Seen,
    bare,
    dialect_words,
)

# What is written otherwise, with comments or brackets, is compared in full.
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|[(),]|[^'"`(),]+""")
_STRANGE = re.compile(r"--|/\*|\[")
_NAME = r"""(?:"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|(\w+))"""
_SPACES = re.compile(r"\s+")
_HEAD = re.compile(rf"CREATE\s+TABLE\s+{_NAME}\s*\(", re.IGNORECASE)
_CONSTRAINT = re.compile(
    rf"(?:CONSTRAINT\s+{_NAME}\s+)?(PRIMARY\s+KEY|UNIQUE|FOREIGN\s+KEY|CHECK)\s*(\(.*)",
    re.IGNORECASE | re.DOTALL,
)
_COLUMN = re.compile(rf"{_NAME}(?:\s+(.*))?", re.DOTALL)
_REFERS = re.compile(
    rf"(.*?)\s+(?:CONSTRAINT\s+{_NAME}\s+)?(REFERENCES\s.*)", re.IGNORECASE | re.DOTALL
)
_INDEX = re.compile(rf"CREATE\s+(UNIQUE\s+)?INDEX\s+{_NAME}\s+ON\s+{_NAME}\s*(?=\()", re.IGNORECASE)


class SQLiteGlance(Glance):
    """SQLite."""

    def tables(
        self, connection: Connection, schema: str | None, names: Collection[str]
    ) -> Mapping[str, Seen]:
        rows = connection.exec_driver_sql(
            "SELECT type, name, tbl_name, sql FROM sqlite_master"
            " WHERE type IN ('table', 'index') AND sql IS NOT NULL"
        ).all()
        found = {
            name: seen
            for kind, name, _, sql in rows
            if kind == "table" and name in names and (seen := _table(sql)) is not None
        }
        for kind, name, table, sql in rows:
            if kind == "index" and table in found:
                found[table].lines.append(_index(name, sql))
        return found

    def meant(self, connection: Connection, options: str, wanted: Collection[str]) -> Meant | None:
        """SQLite keeps the words as they are."""
        return Meant(options, {each: _spaced(each) for each in wanted})

    def options(self, compiler: Any, table: Table) -> str | None:
        if not dialect_words(table):
            return ""
        return str(compiler.post_create_table(table)).strip()


def _table(sql: str) -> Seen | None:
    head = _HEAD.match(sql)
    if head is None or _STRANGE.search(sql):
        return None
    end = sql.rindex(")")
    lines: list[Line] = []
    for item in _items(sql[head.end() : end]):
        found = list(_lines(item))
        if not found:
            return None
        lines += found
    return Seen(_spaced(sql[end + 1 :]), lines)


def _items(body: str) -> Iterator[str]:
    """What the commas outside of parentheses stand between."""
    parts: list[str] = []
    depth = 0
    for token in _TOKEN.findall(body):
        depth += (token == "(") - (token == ")")
        if token == "," and depth == 0:
            yield "".join(parts).strip()
            parts = []
        else:
            parts.append(token)
    yield "".join(parts).strip()


def _lines(item: str) -> Iterator[Line]:
    """A column, perhaps with a foreign key of its own, or a constraint; else nothing."""
    found = _CONSTRAINT.fullmatch(item)
    if found:
        *name, kind, rest = found.groups()
        kind = " ".join(kind.upper().split())
        yield Line(kind, _name(name) or None, rest if kind == CHECK else bare(rest))
        return
    found = _COLUMN.fullmatch(item)
    if not found:
        return
    *names, words = found.groups()
    column, words = _name(names), words or ""
    key = _REFERS.fullmatch(words)
    if key and "'" not in words:
        words, *name, rest = key.groups()
        yield Line(FOREIGN_KEY, _name(name) or None, bare(f"({column}) {rest}"))
    yield Line(COLUMN, column, _spaced(words))


def _index(name: str, sql: str) -> Line:
    found = _INDEX.match(sql)
    if found is None:
        return Line(INDEX, name, sql)
    return Line(INDEX, name, bare(("UNIQUE " if found[1] else "") + sql[found.end() :]))


def _name(groups: Sequence[str | None]) -> str:
    """The one of three spellings that is there."""
    double, back, plain = groups
    return (double or "").replace('""', '"') or (back or "").replace("``", "`") or plain or ""


def _spaced(text: str) -> str:
    """A definition with one space between words; what is in quotes stays as it is."""
    if "'" not in text and '"' not in text:
        return " ".join(text.split())
    tokens = _TOKEN.findall(text)
    spaced = (token if token[0] in "'\"`" else _SPACES.sub(" ", token) for token in tokens)
    return "".join(spaced).strip()
