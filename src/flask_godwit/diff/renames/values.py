"""What was renamed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import field
from functools import cache

from ...frozen import frozen
from ..names import Key

_TOKEN = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[A-Za-z_]\w*|.""", re.DOTALL
)

_CAST = re.compile(r"""::(?:(?:\w+|"(?:[^"]|"")*")\.)?\Z""")
_CALL = re.compile(r"\s*\(")
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


@frozen
class Renames:
    """Old and new names of one database.

    ``columns`` are by the table's *new* key. ``names`` are those of constraints and indexes
    that get their new name together with the table, by what they are (:func:`namespace`):
    the index of a foreign key may be called as the key itself, and get another name than that.
    ``gone`` are columns that are dropped before, by the table's new key, ``gone_tables`` tables
    and ``gone_indexes`` indexes with their schema: another thing takes their name.
    """

    tables: Mapping[Key, Key] = field(default_factory=dict)
    columns: Mapping[Key, Mapping[str, str]] = field(default_factory=dict)
    names: Mapping[Key, Mapping[tuple[str, str], str]] = field(default_factory=dict)
    gone: Mapping[Key, Collection[str]] = field(default_factory=dict)
    gone_tables: Collection[Key] = ()
    gone_indexes: Collection[Key] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or any(self.columns.values()))

    @property
    def leaves(self) -> bool:
        """Whether something goes before the renames."""
        return bool(self.gone or self.gone_tables or self.gone_indexes)

    def schemas(self) -> set[str]:
        """The schemas that tables come to under their new names."""
        return {new[0] for old, new in self.tables.items() if new[0] and new[0] != old[0]}

    def new_key(self, key: Key) -> Key:
        """What a table is called now."""
        return self.tables.get(key, key)

    def old_key(self, key: Key) -> Key:
        """What a table was called."""
        return next((old for old, new in self.tables.items() if new == key), key)

    def new_column(self, key: Key, name: str) -> str:
        """What a column is called now.

        :param key: the new one of its table.
        """
        return self.columns.get(key, {}).get(name, name)

    def new_name(self, key: Key, kind: str, name: str) -> str:
        """What a constraint or index is called now.

        :param kind: ``fk``, ``ck``, or that of an index.
        """
        return self.names.get(key, {}).get((namespace(kind), name), name)

    def old_name(self, key: Key, kind: str, name: str) -> str:
        """What a constraint or index that is called so now was called before."""
        known = self.names.get(key, {}).items()
        space = namespace(kind)
        return next((old for (of, old), new in known if of == space and new == name), name)

    def new_text(self, key: Key, text: str) -> str:
        """An SQL expression over the columns of a table, with their new names."""
        columns = self.columns.get(key)
        if not columns:
            return text
        return "".join(_renamed(found, columns) for found in _TOKEN.finditer(text))


def mentions(text: str, columns: Collection[str]) -> bool:
    """Whether an SQL expression speaks of one of these columns."""
    return any(
        (token[0][1:-1] if token[0][0] in '"`[' else token[0]) in columns
        and not _CAST.search(text, 0, token.start())
        for token in _TOKEN.finditer(text)
    )


def namespace(kind: str) -> str:
    """Where the name of a constraint or index is the only one."""
    return kind if kind in ("fk", "ck") else "ix"


def _renamed(found: re.Match[str], columns: Mapping[str, str]) -> str:
    token = found[0]
    is_quoted = token[0] in '"`['
    name = columns.get(token[1:-1] if is_quoted else token)
    # A type may be called as its column; most tokens are no column, and need no look around.
    if name is None or _CAST.search(found.string, 0, found.start()):
        return token
    if is_quoted:
        return token[0] + name + token[-1]
    return token if _CALL.match(found.string, found.end()) else _written(name)


def _written(name: str) -> str:
    """A name where another one stood without quotes, as only PostgreSQL and SQLite have them."""
    is_plain = _PLAIN.fullmatch(name) and name not in _reserved()
    return name if is_plain else f'"{name}"'


@cache
def _reserved() -> frozenset[str]:
    # Few need them: a command on MySQL doesn't load the other dialects.
    from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS
    from sqlalchemy.dialects.sqlite.base import SQLiteIdentifierPreparer

    return frozenset(RESERVED_WORDS) | frozenset(SQLiteIdentifierPreparer.reserved_words)
