"""PostgreSQL: the catalogues before and after tell whether a statement took effect.

Only statements outside of a transaction are in question: CREATE INDEX CONCURRENTLY,
ALTER TYPE … ADD VALUE and whatever a revision does in an ``autocommit_block()``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from .witness import Definitions, Witness

_WORDS = re.compile(r'"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$]*)')
_LITERALS = re.compile(r"(\"(?:[^\"]|\"\")*\")|'(?:[^']|'')*'|/\*.*?\*/|--[^\n]*", re.DOTALL)
_MOST_NAMES = 500
_BEGUN, _IDLE = 2, 0
"""What psycopg2 calls them: its own state, and the server's."""
_CONCURRENT_INDEX = re.compile(
    r"\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    r'("(?:[^"]|"")+"|\w+)\s+ON\s+(?:ONLY\s+)?(?:("(?:[^"]|"")+"|\w+)\s*\.)?',
    re.IGNORECASE,
)
_DETACHES = re.compile(
    r"\s*(ALTER\s+TABLE\s+(.+)\s+DETACH\s+PARTITION\s+(.+?))\s+CONCURRENTLY\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_PENDING = text("""
SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass(:parent)
  AND inhrelid = to_regclass(:child) AND inhdetachpending
""")

_DEFINITIONS = text("""
WITH named AS (
  SELECT c.oid, c.relname AS name, c.relkind::text AS kind, concat_ws(' ', c.relnamespace,
         c.relowner, c.relpersistence, c.relacl, c.reloptions, c.reltablespace, c.relam) AS facts
  FROM pg_class c WHERE c.relname = ANY(:names)
), facts AS (
  SELECT name, concat_ws(' ', 'relation', kind, facts) AS fact FROM named
  UNION ALL
  SELECT n.name, concat_ws(' ', 'column', a.attnum, a.attname, a.attnotnull, a.attidentity,
         a.attgenerated, a.attcollation, a.attstattarget, a.attstorage, a.attacl,
         format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid),
         col_description(a.attrelid, a.attnum))
  FROM named n JOIN pg_attribute a ON a.attrelid = n.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  UNION ALL
  SELECT n.name, concat_ws(' ', 'constraint', k.conname, k.convalidated,
         pg_get_constraintdef(k.oid))
  FROM named n JOIN pg_constraint k ON k.conrelid = n.oid
  UNION ALL
  SELECT n.name, concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid), i.indisvalid,
         i.indisready, i.indisclustered, i.indisreplident)
  FROM named n JOIN pg_index i ON n.oid IN (i.indrelid, i.indexrelid)
  UNION ALL
  SELECT n.name, concat_ws(' ', 'trigger', g.tgname, g.tgenabled, pg_get_triggerdef(g.oid))
  FROM named n JOIN pg_trigger g ON g.tgrelid = n.oid AND NOT g.tgisinternal
  UNION ALL
  SELECT n.name, concat_ws(' ', 'child', h.inhrelid::regclass)
  FROM named n JOIN pg_inherits h ON h.inhparent = n.oid
  UNION ALL
  SELECT n.name, concat_ws(' ', 'view', pg_get_viewdef(n.oid)) FROM named n
  WHERE n.kind IN ('v', 'm')
  UNION ALL
  SELECT t.typname, concat_ws(' ', 'label', e.enumsortorder, e.enumlabel)
  FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typname = ANY(:names)
  UNION ALL
  SELECT t.typname, concat_ws(' ', 'type', t.typtype, t.typowner, t.typnamespace)
  FROM pg_type t WHERE t.typname = ANY(:names)
  UNION ALL
  SELECT p.proname, concat_ws(' ', 'function', p.oid::regprocedure, p.prosrc)
  FROM pg_proc p WHERE p.proname = ANY(:names)
  UNION ALL
  SELECT e.extname, concat_ws(' ', 'extension', e.extversion) FROM pg_extension e
  WHERE e.extname = ANY(:names)
  UNION ALL
  SELECT s.nspname, concat_ws(' ', 'schema', s.nspowner, s.nspacl) FROM pg_namespace s
  WHERE s.nspname = ANY(:names)
)
SELECT name, md5(string_agg(fact, '|' ORDER BY fact)) FROM facts GROUP BY name
""")
_SESSION = text("""
SELECT pid || '/' || extract(epoch FROM backend_start) FROM pg_stat_activity
WHERE pid = pg_backend_pid()
""")
_LIVES = text("""
SELECT count(*) FROM pg_stat_activity
WHERE pid || '/' || extract(epoch FROM backend_start) = :session AND pid <> pg_backend_pid()
""")
_INVALID = text("""
SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = :name AND NOT i.indisvalid
  AND (n.nspname = :schema OR (:schema = '' AND pg_table_is_visible(c.oid)))
""")


class PostgreSQLWitness(Witness):
    """Reads the system catalogues."""

    def names(self, statement: str) -> tuple[str, ...]:
        """Every word of a statement that may be the name of something."""
        words = _WORDS.findall(_LITERALS.sub(r"\1 ", statement))
        names = (quoted.replace('""', '"') or plain.lower() for quoted, plain in words)
        return tuple(dict.fromkeys(names))[:_MOST_NAMES]

    def definitions(self, names: Iterable[str]) -> Definitions:
        asked = list(names)
        rows = self.connection.execute(_DEFINITIONS, {"names": asked}).all()
        return {str(name): str(definition) for name, definition in rows}

    def is_autocommit(self) -> bool:
        raw: Any = self.connection.connection.dbapi_connection
        return raw.autocommit or _is_deceived(raw)

    def settle(self) -> None:
        raw: Any = self.connection.connection.dbapi_connection
        if not raw.autocommit and _is_deceived(raw):
            raw.commit()

    def clear_away(self, statement: str) -> None:
        """What CONCURRENTLY leaves: an invalid index is dropped, a detached partition finished."""
        detached = _DETACHES.fullmatch(statement)
        if detached:
            self._finish(*detached.groups())
            return
        found = _CONCURRENT_INDEX.match(statement)
        if not found:
            return
        name, schema = (_plain(part) for part in found.groups(default=""))
        if self.connection.scalar(_INVALID, {"name": name, "schema": schema}):
            quote = self.connection.dialect.identifier_preparer.quote
            where = f"{quote(schema)}." if schema else ""
            # Outside of a transaction, as the statement itself.
            self.connection.exec_driver_sql(
                f"DROP INDEX CONCURRENTLY {where}{quote(name)}",
                execution_options={"no_parameters": True},
            )

    def _finish(self, statement: str, parent: str, child: str) -> None:
        if self.connection.scalar(_PENDING, {"parent": parent, "child": child}):
            self.connection.exec_driver_sql(
                f"{statement} FINALIZE", execution_options={"no_parameters": True}
            )

    def session(self) -> str:
        return str(self.connection.scalar(_SESSION))

    def lives(self, session: str) -> bool:
        return bool(self.connection.scalar(_LIVES, {"session": session}))


def _is_deceived(raw: Any) -> bool:
    """Whether psycopg2 has not noticed a COMMIT in a string.

    It thinks then that its transaction goes on, begins no other one, and the server commits
    each statement.
    """
    return getattr(raw, "status", None) == _BEGUN and raw.get_transaction_status() == _IDLE


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
