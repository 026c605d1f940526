"""The facts of a database that a plan needs: read once, before anything is judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from warnings import catch_warnings, simplefilter

from sqlalchemy import Connection, Inspector, inspect
from sqlalchemy.exc import NoSuchTableError, SAWarning, SQLAlchemyError

from ..dialects import Database
from ..plans import ColumnFact, Facts, TableFact
from ..sql.action import Action


def read_facts(
    connection: Connection, database: Database, actions: Iterable[Action], small_rows: int
) -> Facts:
    """What is known of the tables that are touched."""
    inspector = inspect(connection)
    dropped = {action.name.rpartition(".")[2] for action in actions if _names_no_table(action)}
    names = {action.table for action in actions if action.table}
    names |= {name for action in actions for name in action.referred}
    detached = {action.table for action in actions if action.kind == "detach_partition"}
    sizes = database.sizes(connection, names)
    if dropped:
        names |= _owners(inspector, dropped)
        sizes = database.sizes(connection, names)
    tables = {name: _table(inspector, name, *sizes[name]) for name in names & sizes.keys()}
    for name, traits in database.traits(connection, tables.keys()).items():
        if name in tables:
            tables[name] = replace(tables[name], traits=traits)
    required = {action.table for action in actions if action.kind == "set_not_null"}
    for name, column in database.may_hold_nulls(connection, required & tables.keys()):
        tables[name] = _with_nulls(tables[name], column)
    return Facts(
        dialect=database.name.lower(),
        version=_version(connection),
        tables=tables,
        with_default=frozenset(database.with_default_partition(connection, detached)),
        small_rows=small_rows,
    )


def _version(connection: Connection) -> tuple[int, ...]:
    """The numbers at the beginning of the server's version."""
    given = connection.dialect.server_version_info or ()
    return tuple(part for part in given[:3] if isinstance(part, int))


def _names_no_table(action: Action) -> bool:
    return not action.table and action.kind in ("drop_index", "rename_index", "alter_index")


def _owners(inspector: Inspector, indexes: set[str]) -> set[str]:
    found = inspector.get_multi_indexes().items()
    return {key[1] for key, every in found if indexes & {str(index["name"]) for index in every}}


def _table(inspector: Inspector, name: str, rows: int, size: int) -> TableFact:
    schema, _, table = name.rpartition(".")
    read = _Reader(inspector, table, schema or None)
    indexes = read.of("get_indexes")
    unique = read.of("get_unique_constraints")
    checks = read.of("get_check_constraints")
    primary = inspector.get_pk_constraint(table, schema or None)
    columns = {
        str(entry["name"]): _keys(entry.get("expressions") or entry["column_names"])
        for entry in (*indexes, *unique)
    }
    if primary.get("constrained_columns"):
        columns[str(primary.get("name") or "PRIMARY")] = _keys(primary["constrained_columns"])
    return TableFact(
        rows,
        size,
        columns={entry["name"]: _column(inspector, entry) for entry in read.of("get_columns")},
        indexes=columns,
        unique=tuple(str(entry["name"]) for entry in unique),
        checks=_checks(checks, valid=True),
        unproved=_checks(checks, valid=False),
        foreign_keys={
            str(entry["name"]): _qualified(entry) for entry in read.of("get_foreign_keys")
        },
    )


def _with_nulls(table: TableFact, column: str) -> TableFact:
    nullable = replace(table.columns[column], nullable=True)
    return replace(table, columns={**table.columns, column: nullable})


class _Reader:
    """Asks SQLAlchemy's inspector about one table."""

    def __init__(self, inspector: Inspector, table: str, schema: str | None) -> None:
        self.inspector, self.table, self.schema = inspector, table, schema

    def of(self, method: str) -> list[Any]:
        try:
            with catch_warnings():  # of types that SQLAlchemy does not know
                simplefilter("ignore", SAWarning)
                found: list[Any] = getattr(self.inspector, method)(self.table, self.schema)
        except (NoSuchTableError, NotImplementedError):
            return []
        return found


def _checks(found: Iterable[Any], *, valid: bool) -> dict[str, str]:
    """The CHECKs that every row is known to satisfy, or the others."""
    return {
        str(entry["name"]): entry["sqltext"]
        for entry in found
        if bool(entry.get("dialect_options", {}).get("not_valid")) is not valid
    }


def _keys(names: Iterable[Any]) -> tuple[str, ...]:
    """The columns of a key, and its expressions where they are known."""
    return tuple(str(name) for name in names if name is not None)


def _column(inspector: Inspector, entry: Mapping[str, Any]) -> ColumnFact:
    type_ = entry["type"]
    try:
        text = type_.compile(inspector.dialect)
    except SQLAlchemyError:
        text = str(type_)
    return ColumnFact(text, bool(entry["nullable"]), entry.get("default"))


def _qualified(key: Mapping[str, Any]) -> str:
    schema = key.get("referred_schema")
    return f"{schema}.{key['referred_table']}" if schema else str(key["referred_table"])
