"""The types of columns that random schemas have, in groups of those that become one another."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


@dataclass(frozen=True)
class Kind:
    """A type, what a row holds in it, and what a column of it can have."""

    group: str
    make: Callable[[tuple[str, ...], str], Any]
    """Of the labels of the schema, and a name for a CHECK."""
    value: Callable[[int], object]
    default: Any = None
    check: Callable[[Any], Any] | None = None
    can_be_key: bool = True
    """Whether it can be indexed, and hold another value in each row."""

    @property
    def is_numeric(self) -> bool:
        """Whether it is of a type that one can count with."""
        return self.group == "number" and self.value is int


def _day(number: int) -> datetime.date:
    return datetime.date(2020, 1, number + 1)


def _moment(number: int) -> datetime.datetime:
    return datetime.datetime(2020, 1, number + 1)


def _uuid(number: int) -> uuid.UUID:
    return uuid.UUID(int=number << 64 | 0xABCDEF)


def _number(type_: Any, check: Callable[[Any], Any] = lambda c: c >= 0) -> Kind:
    return Kind("number", lambda *_: type_, int, "7", check)


def _digits(type_: Any, **more: Any) -> Kind:
    return Kind("number", lambda *_: type_, str, check=lambda c: c != "it's", **more)


def _label(make: Callable[[tuple[str, ...], str], Any]) -> Kind:
    return Kind("label", make, lambda _: "new", "new", can_be_key=False)


def _sorted() -> Any:
    """A text with a collation, which each database has its own names for."""
    other = {"postgresql": "C", "mysql": "utf8mb4_bin", "mariadb": "utf8mb4_bin"}
    made = sa.String(20, collation="NOCASE")
    for dialect, collation in other.items():
        made = made.with_variant(sa.String(20, collation=collation), dialect)
    return made


class Guid(sa.types.TypeDecorator[Any]):
    """A UUID, as applications have made one before there was a type."""

    impl = sa.CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        own = sa.Uuid() if dialect.name == "postgresql" else sa.CHAR(36)
        return dialect.type_descriptor(own)

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else str(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return value if value is None else uuid.UUID(str(value))


def _roomy() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _uuid_variant() -> Any:
    return sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def _document() -> Any:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _list() -> Any:
    return sa.JSON().with_variant(sa.ARRAY(sa.Integer), "postgresql")


def _flag(_labels: tuple[str, ...], name: str) -> Any:
    return sa.Boolean(create_constraint=True, name=name)


KINDS: Mapping[str, Kind] = {
    "smallint": _number(sa.SmallInteger()),
    "integer": _number(sa.Integer(), lambda c: c < 1000),
    "bigint": _number(sa.BigInteger()),
    "roomy": _number(_roomy()),
    "numeric": Kind("number", lambda *_: sa.Numeric(10, 2), int, "1.50", lambda c: c >= 0),
    "wide": _number(sa.Numeric(14, 4)),
    "double": _number(sa.Double()),
    "float": _number(sa.Float()),
    "string": _digits(sa.String(20), default="8"),
    "longer": _digits(sa.String(40), default="8"),
    "char": _digits(sa.CHAR(20), default="8"),
    "text": _digits(sa.Text(), can_be_key=False),
    "sorted": _digits(_sorted()),
    "boolean": Kind("truth", lambda *_: sa.Boolean(), lambda n: True, sa.true(), None, False),
    "bit": Kind(
        "truth", lambda *_: sa.SmallInteger(), lambda n: 1, sa.text("1"), lambda c: c < 2, False
    ),
    "flag": Kind("truth", _flag, lambda n: True, sa.true(), None, False),
    "date": Kind("moment", lambda *_: sa.Date(), _day, "2020-02-02"),
    "datetime": Kind("moment", lambda *_: sa.DateTime(), _moment, "2020-02-02 00:00:00"),
    "clock": Kind("moment", lambda *_: sa.DateTime(), _moment, sa.func.now()),
    "aware": Kind("moment", lambda *_: sa.DateTime(timezone=True), _moment),
    "interval": Kind("span", lambda *_: sa.Interval(), lambda n: datetime.timedelta(n, 5)),
    "enum": _label(lambda labels, _: sa.Enum(*labels, name="label")),
    "checked": _label(
        lambda labels, name: sa.Enum(
            *labels, name=name, native_enum=False, create_constraint=True, length=20
        )
    ),
    "word": _label(lambda *_: sa.String(20)),
    "uuid": Kind("uuid", lambda *_: sa.Uuid(), _uuid),
    "uuid text": Kind("uuid", lambda *_: sa.String(36), lambda n: str(_uuid(n))),
    "guid": Kind("uuid", lambda *_: Guid(), _uuid),
    "uuid variant": Kind("uuid", lambda *_: _uuid_variant(), lambda n: str(_uuid(n))),
    "document": Kind(
        "json", lambda *_: _document(), lambda n: {"a": [n, "it's 50%"]}, None, None, False
    ),
    "json": Kind("json", lambda *_: sa.JSON(), lambda n: {"a": [n, "it's 50%"]}, can_be_key=False),
    "list": Kind("list", lambda *_: _list(), lambda n: [n, 50], can_be_key=False),
    "bytes": Kind("bytes", lambda *_: sa.LargeBinary(), lambda n: b"\0'%d" % n, can_be_key=False),
    "time": Kind("time", lambda *_: sa.Time(), lambda n: datetime.time(n, 5), "01:02:03"),
}
