"""How values follow their column into another type.

SQLite keeps what it is given: a column's affinity converts what it can without loss, and the rest
stays as it was. CAST would make 0 of 'abc' and 2024 of a date, so it is not used for those.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import types

from ..frozen import frozen
from .moments import hour, moment
from .render import affinity


@frozen
class Conversion:
    """The expression that gives the new values, and which kinds of values they must be."""

    expression: str
    kinds: tuple[str, ...] = ()


def conversion(column: str, old: str, new: str, type_: Any, before: Any) -> Conversion:
    """How the values of a column are copied.

    :param old: the type as it was written, ``new`` as it will be.
    :param type_: the new type for SQLAlchemy, which says how it stores dates and UUIDs.
    :param before: the old one for SQLAlchemy, if the script names it.
    """
    type_ = _plain(type_)
    old_affinity, new_affinity = affinity(old), affinity(new)
    kinds = _kinds(type_) if new_affinity != old_affinity else ()
    return Conversion(_expression(column, old, old_affinity, new_affinity, type_, before), kinds)


def _expression(
    column: str,
    old: str,
    old_affinity: str,
    new_affinity: str,
    type_: types.TypeEngine[Any],
    before: Any,
) -> str:
    was = old.upper()
    if old_affinity == "BLOB" and new_affinity not in ("TEXT", "BLOB"):
        # What was written down as bytes is read as that again.
        return _where(column, f"typeof({column}) = 'blob'", f"CAST({column} AS TEXT)")
    if isinstance(type_, types.DateTime) and was == "DATE":
        return _where(column, f"length({column}) = 10", f"{column} || ' 00:00:00.000000'")
    if isinstance(type_, types.DateTime | types.Time) and old_affinity == "TEXT":
        return _of_text(column, type_)
    if isinstance(type_, types.Date) and old_affinity == "TEXT":
        return _where(column, f"{column} LIKE '____-__-__%'", f"substr({column}, 1, 10)")
    if isinstance(type_, types.Date) and was.startswith(("DATETIME", "TIMESTAMP")):
        return _where(column, f"typeof({column}) = 'text'", f"substr({column}, 1, 10)")
    if isinstance(type_, types.Time) and was.startswith(("DATETIME", "TIMESTAMP")):
        return _where(column, f"typeof({column}) = 'text'", f"substr({column}, 12)")
    if isinstance(type_, types.Uuid) and old_affinity == "TEXT":
        return _where(column, f"length({column}) = 36", f"lower(replace({column}, '-', ''))")
    if isinstance(before, types.Uuid) and isinstance(type_, types.String) and _has_room(type_):
        return _where(column, f"length({column}) = 32", _dashed(column))
    if isinstance(type_, types.Boolean) and old_affinity == "TEXT":
        return _boolean(column)
    if isinstance(type_, types.Boolean):
        return _where(column, f"typeof({column}) IN ('integer', 'real')", f"{column} <> 0")
    if new_affinity == "INTEGER" and old_affinity in ("REAL", "NUMERIC"):
        return _where(column, f"typeof({column}) = 'real'", f"CAST({column} AS INTEGER)")
    if (new_affinity == "BLOB") != (old_affinity == "BLOB") and new_affinity in ("TEXT", "BLOB"):
        return f"CAST({column} AS {new_affinity})"
    return column


def _plain(type_: Any) -> types.TypeEngine[Any]:
    """What an application's own type is made of."""
    type_ = types.to_instance(type_)
    while isinstance(type_, types.TypeDecorator):
        type_ = type_.impl_instance
    return type_  # type: ignore[no-any-return]


def _where(column: str, condition: str, then: str) -> str:
    return f"CASE WHEN {condition} THEN {then} ELSE {column} END"


def _has_room(type_: types.String) -> bool:
    """Whether a UUID fits with its dashes."""
    return type_.length is None or type_.length >= 36


def _dashed(column: str) -> str:
    pieces = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr({column}, {start}, {size})" for start, size in pieces)


def _of_text(column: str, type_: types.TypeEngine[Any]) -> str:
    """A text that says a time, as SQLAlchemy writes it; not where the application has its own."""
    if "_storage_format" in vars(type_):
        return column
    if isinstance(type_, types.Time):
        return _where(column, f"{column} LIKE '__:__%'", hour(column, zoned=True))
    return _where(column, f"{column} LIKE '____-__-__%'", moment(column))


def _boolean(column: str) -> str:
    return (
        f"CASE WHEN lower({column}) IN ('true', 't', 'yes', 'y', 'on', '1') THEN 1"
        f" WHEN lower({column}) IN ('false', 'f', 'no', 'n', 'off', '0') THEN 0 ELSE {column} END"
    )


def _kinds(type_: types.TypeEngine[Any]) -> tuple[str, ...]:
    """What typeof() may say of the values; none where anything goes."""
    if isinstance(type_, types.Boolean | types.Integer):
        return ("integer",)
    if isinstance(type_, types.Numeric | types.Float):
        return ("integer", "real")
    return ()
