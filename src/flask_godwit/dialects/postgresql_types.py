"""Which changes of a column's type PostgreSQL makes without writing the table anew.

https://www.postgresql.org/docs/current/sql-altertable.html: where the old type is binary
coercible to the new one, and no stored value would change. ``tests/plan`` runs each pair.
"""

from __future__ import annotations

import re
from enum import Enum


class Change(Enum):
    """What a change of type costs."""

    NOTHING = "nothing"
    INDEXES = "indexes"
    """Indexes on the column are built anew."""
    REWRITE = "rewrite"


_ALIASES = {
    "character varying": "varchar",
    "character": "char",
    "decimal": "numeric",
    "timestamp without time zone": "timestamp",
    "time without time zone": "time",
    "bit varying": "varbit",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "float8": "double precision",
    "float": "double precision",
}
# Old and new type, both without a length.
_FREE = {("varchar", "text"), ("text", "varchar"), ("cidr", "inet"), ("xml", "text"),
         ("integer", "oid"), ("text", "text"), ("varchar", "varchar")}  # fmt: skip
_INDEXED = {("text", "citext"), ("citext", "text"), ("varchar", "citext")}
# Types whose first number may grow without any change of what is stored.
_GROWING = ("varchar", "varbit", "timestamp", "time", "interval", "timestamp with time zone")
_UNBOUND_PRECISION = 6


_MOVING = re.compile(r"'\s*(now|today|tomorrow|yesterday)\s*'(::[\w ]+)?", re.IGNORECASE)
_MOMENT = re.compile(r"'[^']+'::(date|time|timestamp)\b.*")


def is_frozen(said: str, actual: str | None) -> bool:
    """Whether a default is a word for a moment, of which PostgreSQL keeps the moment."""
    return bool(actual and _MOVING.fullmatch(said) and _MOMENT.fullmatch(actual))


def change_of_type(old: str, new: str) -> Change:
    """What it costs to make a column of one type one of another."""
    (old_name, old_size), (new_name, new_size) = _parsed(old), _parsed(new)
    if (old_name, old_size) == (new_name, new_size):
        return Change.NOTHING
    if old_name == new_name == "numeric":
        return _numeric(old_size, new_size)
    if old_name == new_name and old_name in _GROWING:
        return Change.NOTHING if _grows(old_name, old_size, new_size) else Change.REWRITE
    if (old_name, new_name) in _INDEXED:
        return Change.INDEXES
    if (old_name, new_name) in _FREE and not new_size:
        return Change.NOTHING
    return Change.REWRITE


def plain_type(type_: str) -> str:
    """A type in one spelling; ``FLOAT(20)`` is the smaller of the two that there are."""
    name, size = _parsed(type_)
    if type_.lower().startswith("float") and size:
        return "real" if size[0] <= 24 else "double precision"
    return f"{name}{size or ''}"


def _parsed(type_: str) -> tuple[str, tuple[int, ...]]:
    text = re.sub(r"\s+COLLATE\s+\S+$", "", " ".join(type_.split()), flags=re.IGNORECASE).lower()
    numbers = re.search(r"\(([\d\s,]+)\)", text)
    name = " ".join(re.sub(r"\([\d\s,]+\)", " ", text).split())
    size = tuple(int(part) for part in numbers[1].split(",")) if numbers else ()
    return _ALIASES.get(name, name), size


def _grows(name: str, old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    if "time" in name or name == "interval":
        return (new or (_UNBOUND_PRECISION,)) >= (old or (_UNBOUND_PRECISION,))
    return not new or bool(old and new >= old)


def _numeric(old: tuple[int, ...], new: tuple[int, ...]) -> Change:
    if not new:
        return Change.NOTHING
    same_scale = old[1:] == new[1:] or {old[1:], new[1:]} == {(), (0,)}
    return Change.NOTHING if old and same_scale and new[0] >= old[0] else Change.REWRITE
