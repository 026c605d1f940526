"""PostgreSQL's counters: SERIAL, which is a default, identity columns, and sequences themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from .counters import IDENTITY, CountedColumn, Counter, changed_options
from .postgresql_restarts import are_apart, bounds, is_narrower, start, target
from .usual_sequence import Bounds, SequenceValues, unusual_options

_LONGEST = 63
_MAXIMA = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}

SEQUENCES = """
    SELECT n.nspname AS schema, c.relname AS name, s.seqstart AS start, s.seqincrement AS increment,
        s.seqmin AS minimum, s.seqmax AS maximum, s.seqcache AS cache, s.seqcycle AS cycle,
        format_type(s.seqtypid, NULL) AS type
    FROM pg_sequence s
    JOIN pg_class c ON c.oid = s.seqrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> 't' AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
            AND d.deptype IN ('a', 'i', 'e'))
"""
"""Sequences that belong to no column and to no extension."""


def free_sequences(
    connection: Connection,
) -> dict[tuple[str | None, str], dict[str, str]]:
    """The unusual options of sequences that belong to no column, by schema and name."""
    default = connection.dialect.default_schema_name
    return {
        (None if row.schema == default else row.schema, row.name): {
            **({} if row.type == "bigint" else {"type": f"AS {row.type}"}),
            **sequence_options(row, row.type),
        }
        for row in connection.execute(text(SEQUENCES))
    }


def sequence_options(row: Any, kind: str) -> dict[str, str]:
    """The options of a sequence that are not the usual ones.

    :param kind: the type of its numbers.
    """
    values = SequenceValues(
        row.start, row.increment, row.minimum, row.maximum, row.cache, row.cycle
    )
    return unusual_options(values, _MAXIMA[kind], 1)


def sequence_bounds(kind: str, increment: int) -> Bounds:
    """Those of a sequence of a type that rises or falls."""
    highest = _MAXIMA.get(kind, _MAXIMA["bigint"])
    return (1, highest) if increment > 0 else (-highest - 1, -1)


def counter_changes(before: CountedColumn, after: CountedColumn) -> tuple[str, ...]:
    """The statements that give a column another counter; it goes on where the old one stands."""
    old, new = before.counter, after.counter
    if old and new and old.kind == new.kind == IDENTITY:
        return tuple(_other_identity(after, old, new))
    if old and new:
        return tuple(_exchanged(before, after, old, new))
    if old:
        return tuple(_gone(before, after, old))
    return tuple(_begun(before, after, new)) if new else ()


def _alter(column: CountedColumn) -> str:
    return f"ALTER TABLE {column.table} ALTER COLUMN {column.column}"


def _identity(column: CountedColumn, counter: Counter) -> str:
    how = "ALWAYS" if counter.always else "BY DEFAULT"
    options = f" ({' '.join(counter.options.values())})" if counter.options else ""
    return f"{_alter(column)} ADD GENERATED {how} AS IDENTITY{options}"


def _other_identity(column: CountedColumn, old: Counter, new: Counter) -> Iterator[str]:
    how = [] if old.always == new.always else ["ALWAYS" if new.always else "BY DEFAULT"]
    clauses = [f"SET GENERATED {each}" for each in how]
    clauses += [f"SET {clause}" for clause in changed_options(old.options, new.options)]
    alter = f"{_alter(column)} {' '.join(clauses)}"
    ends = bounds(old.options, column.type), bounds(new.options, column.type)
    if are_apart(*ends):
        yield f"{alter} RESTART"
        yield from _behind_rows(column, new)
        return
    if is_narrower(*ends):
        low, high = ends[1]
        stands = f"pg_sequence_last_value({_of(column)})"
        # It has no last value before it has given one.
        where = f"coalesce({stands} NOT BETWEEN {low} AND {high}, true)"
        place = target(*ends, start(new.options))
        yield f"SELECT setval({_of(column)}, {place}, false) WHERE {where}"
    yield alter


def _behind_rows(column: CountedColumn, counter: Counter) -> Iterator[str]:
    """What has it go on behind the numbers that rows have."""
    first, name = start(counter.options), column.column
    falls = counter.options.get("increment", "").startswith("INCREMENT BY -")
    last, reached = ("min", "<=") if falls else ("max", ">=")
    rows = f"FROM {column.table} WHERE {name} {reached} {first}"
    yield f"SELECT setval({_of(column)}, {last}({name})) {rows}"


def _exchanged(
    before: CountedColumn, after: CountedColumn, old: Counter, new: Counter
) -> Iterator[str]:
    """SERIAL becomes an identity, or the other way round."""
    if new.kind == IDENTITY:
        aside = f"{old.sequence}_old"[-_LONGEST:]
        yield f"ALTER SEQUENCE {before.beside(old.sequence)} OWNED BY NONE"
        yield f"ALTER SEQUENCE {before.beside(old.sequence)} RENAME TO {before.quote(aside)}"
        yield f"{_alter(after)} DROP DEFAULT"
        yield _identity(after, new)
        yield f"SELECT setval({_of(after)}, last_value, is_called) FROM {after.beside(aside)}"
        yield f"DROP SEQUENCE {after.beside(aside)}"
        return
    made = after.beside(_name(after, "_new"))
    was = before.beside(old.sequence)
    yield f"CREATE SEQUENCE {made} AS {after.type}"
    yield f"SELECT setval('{_text(made)}', last_value, is_called) FROM {was}"
    yield f"{_alter(after)} DROP IDENTITY"
    yield f"ALTER SEQUENCE {made} RENAME TO {after.quote(_name(after))}"
    yield from _serial(after)


def _gone(before: CountedColumn, after: CountedColumn, old: Counter) -> Iterator[str]:
    if old.kind == IDENTITY:
        yield f"{_alter(before)} DROP IDENTITY"
        if after.default:
            yield f"{_alter(after)} SET DEFAULT {after.default}"
        return
    change = f"SET DEFAULT {after.default}" if after.default else "DROP DEFAULT"
    yield f"{_alter(before)} {change}"
    yield f"DROP SEQUENCE {before.beside(old.sequence)}"


def _begun(before: CountedColumn, after: CountedColumn, new: Counter) -> Iterator[str]:
    if new.kind == IDENTITY:
        if before.default:
            yield f"{_alter(before)} DROP DEFAULT"
        yield _identity(after, new)
    else:
        yield f"CREATE SEQUENCE {after.beside(_name(after))} AS {after.type}"
        yield from _serial(after)
    yield from _behind_rows(after, new)


def _serial(column: CountedColumn) -> Iterator[str]:
    sequence = column.beside(_name(column))
    yield f"{_alter(column)} SET DEFAULT nextval('{_text(sequence)}')"
    yield f"ALTER SEQUENCE {sequence} OWNED BY {column.table}.{column.column}"


def count_on(table: str, column: str) -> str:
    """The statement that sets a sequence behind the numbers that rows have; both are quoted."""
    name = column[1:-1].replace('""', '"') if column.startswith('"') else column
    sequence = f"pg_get_serial_sequence('{_text(table)}', '{_text(name)}')"
    return f"SELECT setval({sequence}, max({column})) FROM {table}"


def _of(column: CountedColumn) -> str:
    """The sequence behind a column, whatever it is called."""
    return f"pg_get_serial_sequence('{_text(column.table)}', '{_text(column.name)}')"


def _name(column: CountedColumn, end: str = "") -> str:
    """What PostgreSQL calls the sequence of a SERIAL column: long names are cut."""
    table, name = column.table_name, column.name
    end = f"_seq{end}"
    while len(f"{table}_{name}{end}".encode()) > _LONGEST:
        table, name = (table[:-1], name) if len(table) > len(name) else (table, name[:-1])
    return f"{table}_{name}{end}"


def _text(name: str) -> str:
    return name.replace("'", "''")
