"""Values for existing rows: from an option, from the model's default, or neutral ones."""

from __future__ import annotations

import datetime as dt
import enum
import json
import re
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Dialect, Enum, cast, literal, types
from sqlalchemy.sql.elements import ClauseElement

from ..dialects.base import Database
from ..dialects.stored_types import of_dialect, stored_as
from ..dialects.written import undoubled
from ..errors import AnswerWrong
from ..frozen import frozen
from .array_values import array_words
from .own_types import meant

SQL_PREFIX = "sql:"
"""What a value begins with that is an SQL expression: ``sql:lower(name)``."""

_ON_UPDATE = re.compile(r"\s+ON\s+UPDATE\s.*$", re.IGNORECASE | re.DOTALL)
"""What MySQL has after a default that is no value."""

_SPAN = re.compile(
    r"""(?=.)(?:(?P<days>-?\d+)\s*d(?:ays?)?(?:,?\s+|$))?
    (?:(?P<hours>\d+):(?P<minutes>\d\d)(?::(?P<seconds>\d\d(?:\.\d{1,6})?))?)?""",
    re.VERBOSE,
)
"""A span of time as Python and PostgreSQL print it: ``1 day, 2:03:04.5``."""

_TRUE = {"true", "t", "yes", "y", "on", "1"}
_FALSE = {"false", "f", "no", "n", "off", "0"}
_CONSTANT_CALLABLES: dict[str, Any] = {"dict": {}, "list": [], "str": "", "int": 0, "float": 0.0}


@frozen
class Value:
    """A value in SQL.

    ``constant``: whether it is the same for all rows, so that it can be a server default.
    """

    sql: str
    constant: bool = True
    text: str | None = None
    """The value itself, where it is a text."""


def given(
    column: Column[Any], text: Any, dialect: Dialect, database: Database, place: str
) -> Value:
    """The value that was typed for a column.

    :param place: the column, as it was typed.
    :raises AnswerWrong: it is no value of the column's type.
    """
    if isinstance(text, str) and text.startswith(SQL_PREFIX):
        return Value(text[len(SQL_PREFIX) :].strip(), constant=False)
    try:
        declared = of_dialect(column.type, dialect)
        if isinstance(_under_domain(declared), types.ARRAY):
            words = array_words(text)
            return Value(_quoted(words, dialect), text=words)
        value = _parsed(declared, text, dialect)
        kind = meant(declared, value, dialect)
        return _literal(Column(column.name, kind), value, dialect, database)
    except (ValueError, TypeError, ArithmeticError, LookupError) as error:
        raise AnswerWrong(f"{text!r} is no value for {place}, {column.type!r}.") from error


def _parsed(declared: Any, text: Any, dialect: Dialect) -> Any:
    if not isinstance(text, str):
        return text
    type_ = _under_domain(declared)
    if isinstance(type_, Enum):
        return _of_enum(type_, text)
    if isinstance(stored_as(type_, dialect), types.JSON):
        return json.loads(text)
    kind = _python_type(type_)
    if kind is bool:
        return _boolean(text)
    if kind is bytes:
        return text.encode()
    if kind in (int, float, Decimal):
        return kind(text)
    if kind is dt.timedelta:
        return _span(text)
    if kind in (dt.date, dt.datetime, dt.time):
        return kind.fromisoformat(text)
    return uuid.UUID(text) if kind is uuid.UUID else text


def _of_enum(kind: Enum, text: str) -> Any:
    if text not in kind.enums:
        raise ValueError(text)
    return text if kind.enum_class is None else kind._object_lookup[text]


def _span(text: str) -> dt.timedelta:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return dt.timedelta(**{unit: float(number or 0) for unit, number in found.groupdict().items()})


def _boolean(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


def _under_domain(kind: Any) -> Any:
    """A type, or that which a domain of PostgreSQL's stands on."""
    while kind.__visit_name__ == "DOMAIN":
        kind = kind.data_type
    return kind


def _python_type(kind: Any) -> Any:
    try:
        found = kind.python_type
    except NotImplementedError:
        found = object  # as newer versions of SQLAlchemy say
    if found is not object:
        return found
    return _python_type(kind.impl_instance) if isinstance(kind, types.TypeDecorator) else str


def default_of(column: Column[Any], dialect: Dialect, database: Database) -> Value | None:
    """The model's own default, where it is a value: not one that Python computes each time."""
    default = column.default
    if default is None or default.is_sequence:
        return None
    if default.is_clause_element:
        return Value(_sql(default.arg, dialect), constant=False)  # type: ignore[attr-defined]
    value = default.arg  # type: ignore[attr-defined]
    if default.is_callable:
        name = getattr(value, "__name__", "")
        if name not in _CONSTANT_CALLABLES:
            return None
        value = _CONSTANT_CALLABLES[name]
    try:
        return _literal(column, value, dialect, database)
    except (ValueError, TypeError, LookupError, NotImplementedError):
        return None


def server_default_of(default: Any, dialect: Dialect) -> Value | None:
    """A server default as a value for rows that are there already."""
    argument = getattr(default, "arg", default)
    if isinstance(argument, str):
        return Value(_quoted(argument, dialect))
    if isinstance(argument, ClauseElement):
        sql = _ON_UPDATE.sub("", _sql(argument, dialect))
        return None if sql.upper() == "NULL" else Value(sql, constant=False)
    return None


_NEUTRAL: tuple[tuple[type[Any], Any], ...] = (
    (types.Boolean, False),
    (types.Integer, 0),
    (types.Numeric, 0),
    (types.Float, 0),  # no Numeric since SQLAlchemy 2.1
    (types.DateTime, dt.datetime(1970, 1, 1)),
    (types.Date, dt.date(1970, 1, 1)),
    (types.Time, dt.time(0)),
    (types.Uuid, uuid.UUID(int=0)),
    (types.JSON, {}),
    (types.String, ""),
)


_NEUTRAL_WORDS: Mapping[str, str] = {
    "ARRAY": "{}",
    "CIDR": "0.0.0.0/0",
    "CITEXT": "",
    "HSTORE": "",
    "INET": "0.0.0.0",
    "INET4": "0.0.0.0",
    "INET6": "::",
    "MACADDR": "00:00:00:00:00:00",
    "MACADDR8": "00:00:00:00:00:00:00:00",
    "MONEY": "0",
    "OID": "0",
    "SET": "",
    "TSQUERY": "",
    "TSVECTOR": "",
    "YEAR": "1970",
}

_NILS = ("0" * 32, str(uuid.UUID(int=0)))
"""A UUID where there is no type for it: an application could not read an empty text."""


def neutral(column: Column[Any], dialect: Dialect, database: Database) -> Value | None:
    """A value that says nothing, for a column whose own values are gone."""
    declared = of_dialect(column.type, dialect)
    kind: Any = _under_domain(declared)
    if getattr(declared, "check", None) is not None:
        return None  # a domain, which may take no such value
    if isinstance(kind, Enum):
        first = _of_enum(kind, kind.enums[0]) if kind.enums else None
        return None if first is None else _literal(column, first, dialect, database)
    if isinstance(kind, types.LargeBinary):
        return Value(_sql(cast(literal("", types.String()), kind), dialect), constant=False)
    nil = next((nil for nil in _NILS if len(nil) == getattr(kind, "length", None)), None)
    if isinstance(kind, types.CHAR) and nil:
        return _literal(column, nil, dialect, database)
    if _python_type(kind) is dt.timedelta:
        return _literal(column, dt.timedelta(), dialect, database)
    for wanted, value in _NEUTRAL:
        if isinstance(kind, wanted):
            return _literal(column, value, dialect, database)
    words = _neutral_words(kind)
    return None if words is None else Value(_quoted(words, dialect), text=words)


def _neutral_words(kind: Any) -> str | None:
    """The same of a type that one database alone has, as a text that it reads."""
    name = str(getattr(kind, "__visit_name__", "")).upper()
    if name == "BIT" and hasattr(kind, "varying"):  # PostgreSQL's
        return "" if kind.varying else "0" * int(kind.length or 1)
    if name.endswith("RANGE"):
        return "{}" if name.endswith("MULTIRANGE") else "empty"
    return _NEUTRAL_WORDS.get(name)


def _literal(column: Column[Any], value: Any, dialect: Dialect, database: Database) -> Value:
    kind = _under_domain(of_dialect(column.type, dialect))
    if isinstance(stored_as(kind, dialect), types.JSON):
        said = json.dumps(_bound(kind, value, dialect))  # SQLAlchemy can't say one of an own type
        return Value(_quoted(said, dialect), text=said)
    if isinstance(kind, types.PickleType):  # an application reads nothing else there
        value = kind.pickler.dumps(value, kind.protocol)
    if isinstance(value, bytes):
        return Value(database.bytes_literal.format(value.hex()))
    try:
        sql = _sql(literal(*_as_stored(kind, value, dialect)), dialect)
        is_text = isinstance(kind, types.String) and type(value) is str
        return Value(sql, text=value if is_text else None)
    except Exception as error:  # whatever a type of the application raises
        raise ValueError(str(value)) from error


def _bound(kind: Any, value: Any, dialect: Dialect) -> Any:
    """What a type of the application makes of a value before it is stored."""
    while isinstance(kind, types.TypeDecorator):
        if type(kind).process_bind_param is not types.TypeDecorator.process_bind_param:
            value = kind.process_bind_param(value, dialect)
        kind = kind.load_dialect_impl(dialect)
    return value


def _as_stored(kind: Any, value: Any, dialect: Dialect) -> tuple[Any, Any]:
    """A value and its type as they are where the database has none for it.

    An interval is a moment then, counted from a day of SQLAlchemy's; and an enumeration that a
    script makes as a type of its own knows labels only, and no class.
    """
    if isinstance(value, dt.timedelta) and isinstance(kind.dialect_impl(dialect), types.Interval):
        return types.Interval.epoch + value, types.DateTime()
    if isinstance(value, enum.Enum) and isinstance(kind, Enum) and kind.enum_class is None:
        return (value.name if value.name in kind.enums else value.value), kind
    if isinstance(value, dt.datetime) and value.tzinfo and not _has_zones(dialect):
        return value.replace(tzinfo=None), kind  # as drivers write it, too
    return value, kind


def _has_zones(dialect: Dialect) -> bool:
    """Whether a moment with a time zone is another type than one without."""
    said = dialect.type_compiler_instance.process
    return said(types.DateTime(timezone=True)) != said(types.DateTime())


def _quoted(text: str, dialect: Dialect) -> str:
    return _sql(literal(text, types.String()), dialect)


def _sql(expression: Any, dialect: Dialect) -> str:
    compiled = expression.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return undoubled(str(compiled), dialect)
