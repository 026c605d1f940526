"""All there is in a database, as plain values that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    create_engine,
    inspect,
)
from sqlalchemy.engine.reflection import ObjectKind

Snapshot = Mapping[str, Any]

VERSION_TABLE = "alembic_version"
OUR_TABLES = "godwit_"
"""What we note for ourselves is no part of the comparison."""

_ASPECTS = (
    "columns",
    "pk_constraint",
    "foreign_keys",
    "indexes",
    "unique_constraints",
    "check_constraints",
)


def snapshot(url: URL) -> Snapshot:
    """Every table with its columns, keys, indexes, constraints and rows, and what else there is."""
    with _engine(url).connect() as connection:
        return {**_tables(connection), **_beside_tables(connection)}


@cache
def _engine(url: URL) -> Engine:
    """An engine asks its server many things when it first connects, and keeps no connection."""
    return create_engine(url, poolclass=NullPool)


def _tables(connection: Connection) -> Snapshot:
    inspector = inspect(connection)
    found: dict[str, dict[str, Any]] = {}
    comments = ["table_comment"] if connection.dialect.supports_comments else []
    for aspect in (*_ASPECTS, *comments):
        reflected = getattr(inspector, f"get_multi_{aspect}")(kind=ObjectKind.ANY)
        for (_schema, name), value in reflected.items():
            if name.startswith(OUR_TABLES):
                continue
            found.setdefault(name, {})[aspect] = _comparable(value)
    for name in found:
        found[name]["rows"] = _rows(connection, name)
    # A command that fails early may have made its version table before or not.
    if not found.get(VERSION_TABLE, {"rows": ()})["rows"]:
        found.pop(VERSION_TABLE, None)
    return found


def _rows(connection: Connection, name: str) -> list[str]:
    quoted = connection.dialect.identifier_preparer.quote(name)
    return sorted(repr(tuple(row)) for row in connection.exec_driver_sql(f"SELECT * FROM {quoted}"))


def _beside_tables(connection: Connection) -> Snapshot:
    """Views, sequences and named types, which belong to no table."""
    inspector = inspect(connection)
    views = {name: inspector.get_view_definition(name) for name in inspector.get_view_names()}
    enums = inspector.get_enums() if hasattr(inspector, "get_enums") else []
    names = inspector.get_sequence_names() if connection.dialect.supports_sequences else []
    # A server gives them in no order.
    sequences = sorted(name for name in names if not name.startswith(OUR_TABLES))
    return {"(views)": views, "(enums)": enums, "(sequences)": sequences}


def _comparable(value: Any) -> Any:
    """Reflected values without SQLAlchemy's objects, sorted where order means nothing."""
    if isinstance(value, Mapping):
        return {key: _comparable(item) for key, item in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, int):
        return value
    if isinstance(value, Iterable):
        items = [_comparable(item) for item in value]
        named = all(isinstance(item, Mapping) and "type" not in item for item in items)
        return sorted(items, key=repr) if items and named else items
    return repr(value)
