"""All that a database of PostgreSQL holds, as facts in words, to compare two of them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

_OURS = (
    "n.nspname NOT LIKE 'pg~_%' ESCAPE '~' AND n.nspname <> 'information_schema'"
    " AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = {object} AND e.deptype = 'e')"
)
_NAME = "CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || {name}"

_TABLES = """
    SELECT CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' ELSE 'table ' END
            || {named},
        concat_ws(' ', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
            CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' END,
            CASE WHEN c.relkind = 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(c.oid) END,
            CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
            CASE WHEN c.relrowsecurity THEN 'ROW LEVEL SECURITY' END,
            (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) o),
            'COMMENT ' || quote_literal(obj_description(c.oid, 'pg_class')))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {ours}
"""
_COLUMNS = """
    SELECT 'column ' || {named} || '.' || a.attname,
        concat_ws(' ', format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN 'NOT NULL' END,
            CASE a.attgenerated WHEN '' THEN 'DEFAULT ' ELSE 'GENERATED ' || a.attgenerated::text
                || ' ' END || pg_get_expr(d.adbin, d.adrelid),
            CASE WHEN a.attidentity <> '' THEN 'IDENTITY ' || a.attidentity::text END,
            'COLLATE ' || quote_ident(co.collname),
            'COMMENT ' || quote_literal(col_description(c.oid, a.attnum)))
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f')
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
    WHERE a.attnum > 0 AND NOT a.attisdropped AND {ours}
"""
_CONSTRAINTS = """
    SELECT 'constraint ' || k.conname || ' on ' || {named},
        concat_ws(' ', pg_get_constraintdef(k.oid),
            'COMMENT ' || quote_literal(obj_description(k.oid, 'pg_constraint')))
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype IN ('c', 'x', 'p', 'u', 'f') AND {ours}
"""
_INDEXES = """
    SELECT 'index ' || i.relname || ' on ' || {named},
        concat_ws(' ', pg_get_indexdef(i.oid), CASE WHEN NOT x.indisvalid THEN 'INVALID' END,
            'COMMENT ' || quote_literal(obj_description(i.oid, 'pg_class')))
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid
        AND k.contype IN ('p', 'u', 'x')) AND {ours}
"""
_TRIGGERS = """
    SELECT 'trigger ' || g.tgname || ' on ' || {named}, pg_get_triggerdef(g.oid)
    FROM pg_trigger g
    JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT g.tgisinternal AND {ours}
"""
_RULES = """
    SELECT 'policy ' || p.polname || ' on ' || {named},
        concat_ws(' ', p.polcmd::text, pg_get_expr(p.polqual, p.polrelid),
            pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p
    JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {ours}
"""
_TYPES = """
    SELECT CASE c.typtype WHEN 'e' THEN 'enum ' ELSE 'domain ' END || {named},
        concat_ws(' ', (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder)
            FROM pg_enum l WHERE l.enumtypid = c.oid),
            CASE c.typtype WHEN 'd' THEN format_type(c.typbasetype, c.typtypmod) END, c.typdefault,
            CASE WHEN c.typnotnull THEN 'NOT NULL' END, (SELECT 'COLLATE ' || l.collname
            FROM pg_collation l WHERE l.oid = c.typcollation AND c.typtype = 'd'),
            (SELECT string_agg(pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname)
            FROM pg_constraint k WHERE k.contypid = c.oid AND k.contype = 'c'))
    FROM pg_type c JOIN pg_namespace n ON n.oid = c.typnamespace
    WHERE c.typtype IN ('e', 'd') AND {ours}
"""
_SEQUENCES = """
    SELECT 'sequence ' || {named},
        concat_ws(' ', format_type(s.seqtypid, NULL), 'START', s.seqstart, 'BY', s.seqincrement,
            'FROM', s.seqmin, 'TO', s.seqmax, 'CACHE', s.seqcache, CASE WHEN s.seqcycle
            THEN 'CYCLE' END, (SELECT 'of ' || d.refobjid::regclass || '.' || a.attname
                FROM pg_depend d JOIN pg_attribute a
                ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
                AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
    FROM pg_sequence s
    JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {ours}
"""
_FUNCTIONS = """
    SELECT 'function ' || {named} || '(' || pg_get_function_identity_arguments(c.oid) || ')',
        CASE WHEN c.prokind IN ('f', 'p') THEN pg_get_functiondef(c.oid) ELSE '' END
    FROM pg_proc c JOIN pg_namespace n ON n.oid = c.pronamespace
    WHERE {ours}
"""
_SCHEMAS = "SELECT 'schema ' || n.nspname, '' FROM pg_namespace n WHERE {ours}"
_EXTENSIONS = "SELECT 'extension ' || extname, '' FROM pg_extension"

_NAME_OF = {_TYPES: "c.typname", _FUNCTIONS: "c.proname"}
_OBJECT_OF = {_SCHEMAS: "n.oid"}
_ALL = (
    _TABLES,
    _COLUMNS,
    _CONSTRAINTS,
    _INDEXES,
    _TRIGGERS,
    _RULES,
    _TYPES,
    _SEQUENCES,
    _FUNCTIONS,
    _SCHEMAS,
    _EXTENSIONS,
)


def inventory(connection: Connection) -> Mapping[str, str]:
    """The schema, as facts by what they are about. The order of columns is none."""
    found: dict[str, str] = {}
    for query in _ALL:
        named = _NAME.format(name=_NAME_OF.get(query, "c.relname"))
        ours = _OURS.format(object=_OBJECT_OF.get(query, "c.oid"))
        statement = query.replace("{named}", named).replace("{ours}", ours).replace(":", r"\:")
        found |= {row[0]: row[1] for row in connection.execute(text(statement))}
    return found
