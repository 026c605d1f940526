"""The views, functions and triggers of PostgreSQL, with what each depends on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from .object_answers import FUNCTION, PROCEDURE, TRIGGER
from .objects import ObjectKey, Objects, SchemaObject, Use, names_in, squeezed, tidy
from .postgresql_attached import attached

# The numbers of what is not the server's own. To look whether there is any costs a fraction of
# reading it, and most databases have none. Source: FirstNormalObjectId of PostgreSQL's transam.h.
_ANY = """
    SELECT EXISTS (SELECT FROM pg_proc WHERE oid >= 16384) AS functions,
        EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relkind IN ('v', 'm')) AS views,
        EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal) AS triggers,
        EXISTS (SELECT FROM pg_policy) OR EXISTS (
            SELECT FROM pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN') AS attached
"""
_OURS = """
    n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS (
        SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
"""
_VIEWS = """
    SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind = 'm' AS is_materialized,
        pg_get_viewdef(c.oid, true) AS query, array_to_string(c.reloptions, ', ') AS options,
        (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod),
            ', ' ORDER BY a.attnum) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
        quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS quoted,
        quote_literal(obj_description(c.oid, 'pg_class')) AS comment,
        (SELECT array_agg(pg_get_indexdef(x.indexrelid) ORDER BY x.indexrelid::regclass::text)
            FROM pg_index x WHERE x.indrelid = c.oid) AS indexes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND {ours}
"""
_FUNCTIONS = """
    SELECT c.oid, n.nspname AS schema, c.proname AS name, c.prokind = 'p' AS is_procedure,
        pg_get_function_identity_arguments(c.oid) AS arguments,
        concat('(', oidvectortypes(c.proargtypes), ')') AS signature,
        pg_get_functiondef(c.oid) AS created, c.prosrc AS body,
        concat(pg_get_function_arguments(c.oid), ' -> ', pg_get_function_result(c.oid)) AS shape,
        quote_ident(n.nspname) || '.' || quote_ident(c.proname) AS quoted,
        quote_literal(obj_description(c.oid, 'pg_proc')) AS comment,
        EXISTS (SELECT FROM pg_depend u WHERE u.refobjid = c.oid
            AND u.refclassid = 'pg_proc'::regclass AND u.classid IN ('pg_attrdef'::regclass,
            'pg_constraint'::regclass, 'pg_class'::regclass, 'pg_type'::regclass)) AS for_tables
    FROM pg_proc c JOIN pg_namespace n ON n.oid = c.pronamespace
    WHERE c.prokind IN ('f', 'p', 'w') AND {ours}
"""
# A trigger of a partitioned table has copies on the partitions.
_TRIGGERS = """
    SELECT g.oid, n.nspname AS schema, g.tgname AS name, c.relname AS table,
        pg_get_triggerdef(g.oid, true) AS created,
        quote_literal(obj_description(g.oid, 'pg_trigger')) AS comment
    FROM pg_trigger g
    JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT g.tgisinternal AND coalesce((to_jsonb(g) ->> 'tgparentid')::bigint, 0) = 0 AND {ours}
"""
# No table has the name of a type, which stands in its place.
_USES = """
    SELECT coalesce(r.ev_class, d.objid) AS object, n.nspname AS schema,
        coalesce(c.relname, e.typname, t.typname) AS table, coalesce(a.attname, k.conname) AS column
    FROM pg_depend d
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_constraint k ON d.refclassid = 'pg_constraint'::regclass AND k.oid = d.refobjid
    LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
    LEFT JOIN pg_type e ON e.oid = t.typelem
    LEFT JOIN pg_class c ON c.oid = CASE d.refclassid WHEN 'pg_class'::regclass THEN d.refobjid
        WHEN 'pg_constraint'::regclass THEN k.conrelid
        ELSE coalesce(nullif(t.typrelid, 0), e.typrelid) END
    JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, e.typnamespace, t.typnamespace)
    LEFT JOIN pg_attribute a ON d.refclassid = 'pg_class'::regclass AND a.attrelid = c.oid
        AND a.attnum = d.refobjsubid AND d.refobjsubid <> 0
    WHERE (d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_trigger'::regclass)
            OR d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_type'::regclass)
        AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
_CALLS = """
    SELECT coalesce(r.ev_class, d.objid) AS object, d.refobjid AS function
    FROM pg_depend d
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    WHERE d.refclassid = 'pg_proc'::regclass
        AND d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_trigger'::regclass)
"""


_RIGHTS = """
    SELECT CASE kind WHEN 'r' THEN '' ELSE kind || ' ' END AS kind, name, a.privilege_type AS right,
        CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS who,
        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS more
    FROM (
        SELECT 'r' AS kind, c.oid::regclass::text AS name, c.relacl AS acl, c.relowner AS owner
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relname = :name AND n.nspname = :schema AND c.relkind IN ('v', 'm')
            AND :kind IN ('view', 'materialized view')
        UNION ALL
        SELECT upper(:kind), p.oid::regprocedure::text, p.proacl, p.proowner
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.proname = :name AND n.nspname = :schema AND :kind IN ('function', 'procedure')
            AND pg_get_function_identity_arguments(p.oid) = :of
    ) found, aclexplode(acl) a
    WHERE a.grantee <> owner
    ORDER BY who, a.privilege_type
"""


# Everybody may call a new function.
_CLOSED = """
    SELECT upper(:kind) || ' ' || p.oid::regprocedure
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proname = :name AND n.nspname = :schema AND :kind IN ('function', 'procedure')
        AND pg_get_function_identity_arguments(p.oid) = :of AND p.proacl IS NOT NULL
"""


def rights(connection: Connection, key: ObjectKey) -> tuple[str, ...]:
    """The rights that others were granted."""
    values = {**key._asdict(), "schema": key.schema or connection.dialect.default_schema_name}
    closed, granted = (query.replace("::", r"\:\:") for query in (_CLOSED, _RIGHTS))
    found = connection.execute(text(closed), values).scalars()
    return (
        *(f"REVOKE ALL ON {name} FROM PUBLIC" for name in found),
        *(
            f"GRANT {row.right} ON {row.kind}{row.name} TO {row.who}{row.more}"
            for row in connection.execute(text(granted), values)
        ),
    )


def objects(connection: Connection) -> Objects:
    """What there is in all schemas; what belongs to an extension is left out."""
    reader = _Reader(connection)
    return {one.key: one for one in reader.all()}


class _Reader:
    """Reads everything once."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.default = connection.dialect.default_schema_name
        self.uses: dict[int, set[Use]] = defaultdict(set)
        self.calls: dict[int, set[int]] = defaultdict(set)
        self.keys: dict[int, ObjectKey] = {}

    def all(self) -> Iterator[SchemaObject]:
        """Functions first, whose keys the others need."""
        there = self.connection.execute(text(_ANY)).one()
        functions = self._rows(_FUNCTIONS) if there.functions else []
        views = self._rows(_VIEWS) if there.views else []
        triggers = self._rows(_TRIGGERS) if there.triggers else []
        for row in functions:
            kind = PROCEDURE if row.is_procedure else FUNCTION
            self.keys[row.oid] = ObjectKey(kind, self._schema(row.schema), row.name, row.arguments)
        if there.attached:
            yield from attached(self.connection, self.keys)
        if not (functions or views or triggers):
            return
        for row in self.connection.execute(text(_USES.replace(":", r"\:"))):
            self.uses[row.object].add(Use(self._schema(row.schema), row.table, row.column or ""))
        for row in self.connection.execute(text(_CALLS.replace(":", r"\:"))):
            self.calls[row.object].add(row.function)
        yield from map(self._function, functions)
        yield from map(self._view, views)
        yield from map(self._trigger, triggers)

    def _rows(self, query: str) -> list[Any]:
        statement = query.replace("{ours}", _OURS).replace(":", r"\:")
        return list(self.connection.execute(text(statement)))

    def _schema(self, name: str) -> str | None:
        return None if name == self.default else name

    def _depends(self, oid: int, key: ObjectKey) -> dict[str, Any]:
        own = (key.schema, key.name)
        return {
            "is_exact": True,
            "uses": frozenset(use for use in self.uses[oid] if (use.schema, use.table) != own),
            "calls": frozenset(self.keys[one] for one in self.calls[oid] if one in self.keys),
        }

    def _view(self, row: Any) -> SchemaObject:
        kind = "materialized view" if row.is_materialized else "view"
        key = ObjectKey(kind, self._schema(row.schema), row.name)
        options = f" WITH ({row.options})" if row.options else ""
        query = tidy(row.query).removesuffix(";")
        name = self._name(row)
        return SchemaObject(
            key,
            f"{options} AS {query}",
            f"CREATE {kind.upper()} {name}{options} AS\n{query}",
            more=(
                *(
                    index.replace(f" ON {row.quoted} ", f" ON {name} ")
                    for index in row.indexes or ()
                ),
                *_comment(kind, name, row.comment),
            ),
            shape=f"{row.columns}{options}",
            **self._depends(row.oid, key),
        )

    def _function(self, row: Any) -> SchemaObject:
        key = self.keys[row.oid]
        name = f"{self._name(row)}({row.arguments})"
        created = tidy(row.created).replace("CREATE OR REPLACE ", "CREATE ", 1)
        return SchemaObject(
            key,
            squeezed(row.created),
            created.replace(f" {row.quoted}(", f" {self._name(row)}(", 1),
            more=_comment(key.kind, name, row.comment),
            shape=row.shape,
            is_for_tables=row.for_tables,
            signature=row.signature,
            names=names_in(row.body or ""),
            **self._depends(row.oid, key),
        )

    def _trigger(self, row: Any) -> SchemaObject:
        key = ObjectKey(TRIGGER, self._schema(row.schema), row.name, row.table)
        quote = self.connection.dialect.identifier_preparer.quote
        table = ".".join(quote(part) for part in (key.schema, row.table) if part)
        return SchemaObject(
            key,
            row.created,
            row.created,
            more=_comment("trigger", f"{quote(row.name)} ON {table}", row.comment),
            table=row.table,
            **self._depends(row.oid, key),
        )

    def _name(self, row: Any) -> str:
        """The quoted name, without the default schema."""
        full: str = row.quoted
        return full.partition(".")[2] if row.schema == self.default else full


def _comment(kind: str, name: str, comment: str | None) -> tuple[str, ...]:
    return (f"COMMENT ON {kind.upper()} {name} IS {comment}",) if comment else ()
