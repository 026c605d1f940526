"""All that a database of SQLite holds, as facts in words: two databases are compared by them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, StaticPool, create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.event import listen

from ..sqlite.inventory import written
from ..sqlite.table_text import parse_table
from ..sqlite.tokens import NotUnderstood, normal, quoted
from .sqlite_attached import schemas_of, set_apart

_OBJECTS = "SELECT type, name, tbl_name, sql FROM {}sqlite_master WHERE sql IS NOT NULL"


def inventory(connection: Connection) -> Mapping[str, str]:
    """The schema, as facts by what they are about. The order of columns is none."""
    found: dict[str, str] = {}
    for schema in schemas_of(connection):
        before = f"{quoted(schema)}." if schema else ""
        for kind, name, table, sql in connection.exec_driver_sql(_OBJECTS.format(before)).all():
            if kind == "table" and not name.startswith("sqlite_"):
                found |= _table(connection, schema, name, sql)
            elif kind != "table":
                place = f"{schema}.{name}" if schema else name
                found[f"{kind} {place}"] = f"on {table}: {normal(sql)}"
    return found


def _table(connection: Connection, schema: str | None, name: str, sql: str) -> Mapping[str, str]:
    before = f"{quoted(schema)}." if schema else ""
    info = connection.exec_driver_sql(f"PRAGMA {before}table_xinfo({quoted(name)})").all()
    table = f"{schema}.{name}" if schema else name
    facts = {f"table {table}": ""}
    facts |= {f"column {table}.{row[1]}": _column(row) for row in info}
    try:
        return facts | dict(_written(table, sql))
    except NotUnderstood:
        return facts | {f"table {table}": normal(sql)}


def _column(row: Any) -> str:
    _, _, type_, not_null, default, key, hidden = row
    parts = (
        type_.upper(),
        "NOT NULL" if not_null else "",
        f"DEFAULT {default}" if default is not None else "",
        f"primary key {key}" if key else "",
        f"generated {hidden}" if hidden else "",
    )
    return " ".join(part for part in parts if part)


def _written(table: str, sql: str) -> Iterator[tuple[str, str]]:
    """What only the text tells: constraints, collations, expressions, options."""
    for fact in written(parse_table(sql)):
        if fact.kind in ("collation of", "expression of"):
            if fact.value:
                yield f"{fact.kind} {table}.{fact.what}", fact.value
        elif fact.kind.endswith(" constraint") and fact.what:
            yield f"{fact.kind} {fact.what} of {table}", fact.value
        else:
            yield f"{fact} of {table}".replace(" constraint", ""), ""


def engine_in_memory(real: Engine, file: Path | None) -> Engine:
    """An empty database in memory, in which foreign keys are as free as during an upgrade.

    :param file: where the real one is, if there is one to ask what is attached to it.
    """
    engine = create_engine(f"{real.url.drivername}://", poolclass=StaticPool)
    listen(engine, "connect", _without_foreign_keys)
    names = []
    if file is not None and file.exists():
        with real.connect() as connection:
            names = [schema for schema in schemas_of(connection) if schema]
    attach(engine, names)
    return engine


def _without_foreign_keys(raw: Any, _record: Any) -> None:
    raw.execute("PRAGMA foreign_keys = OFF")


def attach(engine: Engine, names: Collection[str]) -> None:
    """Attach more databases in memory to the one there, and none of the application's."""
    listen(engine, "connect", lambda raw, _: set_apart(raw, names))
