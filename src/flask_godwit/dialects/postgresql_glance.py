"""PostgreSQL's tables at a glance: four queries on its catalogue, however many tables there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from .glance import (
    CHECK,
    COLUMN,
    COMMENT,
    FOREIGN_KEY,
    INDEX,
    PRIMARY_KEY,
    UNIQUE,
    Glance,
    Line,
    Manner,
    Meant,
    Seen,
    bare,
    meant_by,
)

_COLUMNS = """
    SELECT c.relname, a.attname, concat_ws(' ',
        format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN 'NOT NULL' END,
        CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation END,
        CASE WHEN a.attgenerated <> '' THEN 'GENERATED ' || a.attgenerated::text END,
        CASE WHEN a.attidentity <> '' THEN 'IDENTITY ' || a.attidentity::text || q.options
            WHEN a.atthasdef THEN 'DEFAULT ' || CASE
                WHEN pg_get_expr(d.adbin, d.adrelid) = q.numbers THEN 'SERIAL'
                ELSE pg_get_expr(d.adbin, d.adrelid) END
        END), e.description
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN pg_description e
        ON e.objoid = c.oid AND e.classoid = 'pg_class'::regclass AND e.objsubid = a.attnum
    LEFT JOIN LATERAL (
        SELECT format('nextval(''%s''::regclass)', s.seqrelid::regclass) AS numbers,
            concat_ws(' ', '', s.seqtypid, s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
                s.seqcache, s.seqcycle) AS options
        FROM pg_depend p
        JOIN pg_sequence s ON s.seqrelid = p.objid
        WHERE (a.atthasdef OR a.attidentity <> '')
            AND p.refclassid = 'pg_class'::regclass AND p.classid = 'pg_class'::regclass
            AND p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype IN ('a', 'i')
        LIMIT 1
    ) q ON true
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = {schema}
"""
# PostgreSQL 18 has a constraint for every NOT NULL, which the column says already.
_CONSTRAINTS = """
    SELECT c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid), e.description
    FROM pg_class c
    JOIN pg_constraint k ON k.conrelid = c.oid
    LEFT JOIN pg_description e
        ON e.objoid = k.oid AND e.classoid = 'pg_constraint'::regclass
    WHERE k.contype NOT IN ('n', 't') AND c.relnamespace = {schema}
"""
_INDEXES = """
    SELECT c.relname, i.relname,
        concat_ws(' ', CASE WHEN x.indisunique THEN 'UNIQUE' END,
            CASE WHEN NOT x.indisvalid THEN 'INVALID' END,
            substr(pg_get_indexdef(i.oid), strpos(pg_get_indexdef(i.oid), ' USING ') + 7))
    FROM pg_class c
    JOIN pg_index x ON x.indrelid = c.oid
    JOIN pg_class i ON i.oid = x.indexrelid
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = {schema}
        AND NOT EXISTS (SELECT FROM pg_constraint k
            WHERE k.conindid = i.oid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x'))
"""
_TABLES = """
    SELECT c.relname, concat_ws(' ', c.relkind::text, c.relpersistence::text,
        nullif(c.reltablespace, 0), c.reloptions, c.relispartition,
        (SELECT true FROM pg_inherits h WHERE h.inhrelid = c.oid LIMIT 1)), e.description
    FROM pg_class c
    LEFT JOIN pg_description e
        ON e.objoid = c.oid AND e.classoid = 'pg_class'::regclass AND e.objsubid = 0
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = {schema}
"""
_PLAIN = "r p f"
_NAMED = "(SELECT oid FROM pg_namespace WHERE nspname = coalesce(:schema, current_schema()))"
_TEMPORARY = "pg_my_temp_schema()"
_KINDS = {"p": PRIMARY_KEY, "u": UNIQUE, "f": FOREIGN_KEY, "c": CHECK}
_MOST = 200
_TWIN = "godwit_meant"


class PostgreSQLGlance(Glance):
    """PostgreSQL."""

    manner = Manner(
        cascades=("ON UPDATE", "ON DELETE"),
        implied=("NOT DEFERRABLE", "INITIALLY IMMEDIATE"),
        schemas=True,
    )

    def tables(
        self, connection: Connection, schema: str | None, names: Collection[str]
    ) -> Mapping[str, Seen]:
        found: dict[str, list[Line]] = {}
        for table, kind, comment in _rows(connection, _TABLES, schema):
            if kind == _PLAIN and table in names:
                found[table] = [Line(COMMENT, "", comment)] if comment else []
        for table, line in _lines(connection, schema):
            if table in found:
                found[table].append(line)
        return {table: Seen("", lines) for table, lines in found.items()}

    def meant(self, connection: Connection, options: str, wanted: Collection[str]) -> Meant | None:
        return meant_by(list(wanted), lambda part: _made(connection, part), _MOST)


def _rows(connection: Connection, query: str, schema: str | None) -> Iterator[Any]:
    return iter(connection.execute(text(query.format(schema=_NAMED)), {"schema": schema}))


def _lines(connection: Connection, schema: str | None) -> Iterator[tuple[str, Line]]:
    for table, column, words, comment in _rows(connection, _COLUMNS, schema):
        yield table, Line(COLUMN, column, words)
        if comment:
            yield table, Line(COMMENT, column, comment)
    for table, name, letter, definition, comment in _rows(connection, _CONSTRAINTS, schema):
        if comment:
            yield table, Line(COMMENT, f"constraint {name}", comment)
        kind = _KINDS.get(letter, letter)
        said = definition.removeprefix(kind)
        yield table, Line(kind, name, said.strip() if kind == CHECK else bare(said))
    for table, name, definition in _rows(connection, _INDEXES, schema):
        yield table, Line(INDEX, name, bare(definition.replace("btree ", "", 1)))


def _made(connection: Connection, definitions: Sequence[str]) -> Meant | None:
    """A temporary table, gone with its savepoint."""
    columns = ", ".join(f"c{place} {each}" for place, each in enumerate(definitions))
    query = text(_COLUMNS.format(schema=_TEMPORARY) + " AND c.relname = :table")
    savepoint = connection.begin_nested()
    try:
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {_TWIN} ({columns})")
        rows = connection.execute(query, {"table": _TWIN}).all()
    except SQLAlchemyError:
        return None
    finally:
        savepoint.rollback()
    return Meant("", {definitions[int(row[1][1:])]: row[2] for row in rows})
