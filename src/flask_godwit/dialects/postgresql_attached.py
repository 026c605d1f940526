"""Row policies and rules of PostgreSQL's tables: they hold the columns that they read, as views do.

No model declares them, so they are not compared; what holds a column is to be known all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from .object_answers import POLICY, RULE
from .objects import ObjectKey, SchemaObject, Use, tidy

_POLICIES = """
    SELECT p.oid, n.nspname AS schema, p.polname AS name, c.relname AS table,
        concat('CREATE POLICY ', quote_ident(p.polname), ' ON ', {table},
            CASE WHEN NOT p.polpermissive THEN ' AS RESTRICTIVE' END,
            CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT'
                WHEN 'w' THEN ' FOR UPDATE' WHEN 'd' THEN ' FOR DELETE' END,
            (SELECT ' TO ' || string_agg(CASE WHEN one = 0 THEN 'PUBLIC'
                ELSE quote_ident(pg_get_userbyid(one)) END, ', ') FROM unnest(p.polroles) one),
            ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
            ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') AS created,
        quote_literal(obj_description(p.oid, 'pg_policy')) AS comment
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
"""
_RULES = """
    SELECT r.oid, n.nspname AS schema, r.rulename AS name, c.relname AS table,
        pg_get_ruledef(r.oid) AS created,
        quote_literal(obj_description(r.oid, 'pg_rewrite')) AS comment
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
_USES = """
    SELECT d.objid, d.refobjid, n.nspname AS schema,
        coalesce(c.relname, t.typname) AS table, a.attname AS column
    FROM pg_depend d
    LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
    LEFT JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
    LEFT JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum <> 0
    WHERE d.classid IN ('pg_policy'::regclass, 'pg_rewrite'::regclass) AND d.objid = ANY (:found)
"""
_TABLE = (
    "CASE WHEN n.nspname <> current_schema() THEN quote_ident(n.nspname) || '.' END,"
    " quote_ident(c.relname)"
)


def attached(connection: Connection, functions: Mapping[int, ObjectKey]) -> Iterator[SchemaObject]:
    """The policies and rules of all tables, of which there are seldom any.

    :param functions: by their number in the catalogue.
    """
    found = [
        (kind, row)
        for kind, query in ((POLICY, _POLICIES.format(table=_TABLE)), (RULE, _RULES))
        for row in connection.execute(text(query.replace("::", r"\:\:")))
    ]
    if not found:
        return
    default = connection.dialect.default_schema_name
    quote = connection.dialect.identifier_preparer.quote
    uses: defaultdict[int, set[Use]] = defaultdict(set)
    calls: defaultdict[int, set[ObjectKey]] = defaultdict(set)
    query = text(_USES.replace("::", r"\:\:"))
    for use in connection.execute(query, {"found": [row.oid for _, row in found]}):
        if use.table:
            schema = None if use.schema == default else use.schema
            uses[use.objid].add(Use(schema, use.table, use.column or ""))
        elif use.refobjid in functions:
            calls[use.objid].add(functions[use.refobjid])
    for kind, row in found:
        schema = None if row.schema == default else row.schema
        table = ".".join(quote(part) for part in (schema, row.table) if part)
        comment = f"COMMENT ON {kind.upper()} {quote(row.name)} ON {table} IS {row.comment}"
        statement = tidy(row.created).removesuffix(";")
        yield SchemaObject(
            ObjectKey(kind, schema, row.name, row.table),
            statement,
            statement,
            more=(comment,) if row.comment else (),
            table=row.table,
            uses=frozenset(uses[row.oid]),
            calls=frozenset(calls[row.oid]),
            is_exact=True,
        )
