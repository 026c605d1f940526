"""What PostgreSQL's catalogue says about tables. All of a schema are read at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ARRAY, Connection, Enum, Table, quoted_name, text
from sqlalchemy.dialects.postgresql import DOMAIN, ENUM
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from .counters import IDENTITY, SERIAL, Counter
from .facts import Catalogue, ColumnFacts, TableFacts, UniqueFacts
from .postgresql_counters import sequence_options
from .postgresql_domains import apart
from .postgresql_options import options_in
from .postgresql_remarks import constraint_comments
from .postgresql_type_users import DIVIDES

_COLUMNS = """
    SELECT c.relname AS table, c.reloptions AS options, c.relpersistence AS persistence,
        pg_get_partkeydef(c.oid) AS partitioned,
        (SELECT array_agg(concat_ws('.', CASE WHEN n.nspname <> current_schema()
                THEN quote_ident(n.nspname) END, quote_ident(p.relname)) ORDER BY h.inhseqno)
            FROM pg_inherits h
            JOIN pg_class p ON p.oid = h.inhparent
            JOIN pg_namespace n ON n.oid = p.relnamespace
            WHERE h.inhrelid = c.oid AND NOT c.relispartition) AS parents,
        a.attname AS name, a.attgenerated AS generated, a.attinhcount > 0 AS inherited,
        a.attislocal AS own, {divides} AS divides,
        pg_get_expr(d.adbin, d.adrelid) AS expression, co.collname AS collation,
        format_type(a.atttypid, a.atttypmod) AS type,
        a.attidentity AS identity, q.sequence, q.seqstart AS start, q.seqincrement AS increment,
        q.seqmin AS minimum, q.seqmax AS maximum, q.seqcache AS cache, q.seqcycle AS cycle,
        q.kind AS counts
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN LATERAL (
        SELECT s.*, x.relname AS sequence, format_type(s.seqtypid, NULL) AS kind
        FROM pg_depend p
        JOIN pg_sequence s ON s.seqrelid = p.objid
        JOIN pg_class x ON x.oid = s.seqrelid
        WHERE p.refclassid = 'pg_class'::regclass AND p.classid = 'pg_class'::regclass
            AND p.refobjid = c.oid AND p.refobjsubid = a.attnum
            AND p.deptype IN ('a', 'i') AND x.relnamespace = c.relnamespace
        LIMIT 1
    ) q ON true
    LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = {schema}
"""
_CONSTRAINTS = """
    SELECT c.relname AS table, k.conname AS name, k.contype AS kind,
        pg_get_constraintdef(k.oid) AS definition, NOT k.conislocal AS inherited
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype IN ('c', 'x', 'u') AND c.relnamespace = {schema}
    ORDER BY k.conname
"""
_INDEXES = """
    SELECT c.relname AS table, i.relname AS name, x.indisunique AS is_unique,
        pg_get_indexdef(i.oid) AS definition
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class c ON c.oid = x.indrelid
    LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.contype IN ('p', 'u', 'x')
    WHERE k.oid IS NULL AND c.relnamespace = {schema}
"""
_NAMED = "(SELECT oid FROM pg_namespace WHERE nspname = coalesce(:schema, current_schema()))"
_TEMPORARY = "pg_my_temp_schema()"
_NAME = r"""(?:\w+|"(?:[^"]|"")+")"""
_TEXT = "'(?:[^']|'')*'"
_ITEM = f"{_TEXT}::character varying"
_BITS = rf"\(?{_ITEM}\)?::text"
# As it is said with all parentheses, and with those that are needed.
_LISTS = re.compile(
    rf"""(?:(?<![\w"])\((?P<column>{_NAME})\)|(?<![\w".)])(?P<bare>{_NAME}))::text"""
    rf""" (?P<any>= ANY|<> ALL) \("""
    rf"""(?:\(?ARRAY\[(?P<list>{_ITEM}(?:, {_ITEM})+)\]\)?::text\[\]"""
    rf"""|ARRAY\[(?P<bits>{_BITS}(?:, {_BITS})+)\])\)"""
)
_BIT = re.compile(rf"\(?({_TEXT})::character varying\)?::text")
_DEFERRAL = re.compile(r"\bDEFERRABLE(?: INITIALLY DEFERRED)?$")
_INCLUDE = re.compile(rf"\bINCLUDE \(((?:{_NAME}(?:, )?)+)\)")
_TEMPORARY_NAME = re.compile(r"\bpg_temp(_\d+)?\.")


class PostgreSQLCatalogue(Catalogue):
    """PostgreSQL's answers, kept for one comparison."""

    def __init__(self) -> None:
        self._read: dict[str | None, Mapping[str, TableFacts]] = {}

    def read(self, connection: Connection, schema: str | None, table: str) -> TableFacts | None:
        if schema not in self._read:
            self._read[schema] = _facts(connection, _NAMED, {"schema": schema})
        return self._read[schema].get(table)

    def constraint_comments(
        self, connection: Connection
    ) -> Mapping[tuple[str | None, str, str], str]:
        return constraint_comments(connection)

    @contextmanager
    def twin(self, connection: Connection, copy: Table) -> Iterator[TableFacts | None]:
        copy._prefixes = ["TEMPORARY"]
        types: dict[str, ENUM | DOMAIN] = {}
        for column in copy.columns:
            column.type = _apart(column.type, types)
        savepoint = connection.begin_nested()
        try:
            for type_ in types.values():
                type_.create(connection, checkfirst=False)
            # By statements, for with a table its types are made, and the real ones are there.
            connection.execute(CreateTable(copy))
            for index in copy.indexes:
                connection.execute(CreateIndex(index))
            found = _facts(connection, _TEMPORARY, {}).get(copy.name)
        except SQLAlchemyError as error:
            self.refusal = error
            found = None
        finally:
            savepoint.rollback()
        yield found


def _apart(type_: Any, types: dict[str, ENUM | DOMAIN]) -> Any:
    """A type with a name is the twin's own, since the real one may have other values.

    :param types: those that have to be made before the table.
    """
    if isinstance(type_, ARRAY):
        array = type_.copy()
        array.item_type = _apart(type_.item_type, types)
        return array
    if isinstance(type_, DOMAIN):
        own_domain = apart(type_)
        own_domain.data_type = _apart(type_.data_type, types)
        return types.setdefault(str(type_.name), own_domain)
    if not isinstance(type_, Enum) or not type_.native_enum or not type_.name:
        return type_
    own = ENUM(*type_.enums, name=type_.name, schema="pg_temp", create_type=False)
    return types.setdefault(type_.name, own)


def _facts(
    connection: Connection, schema: str, values: Mapping[str, Any]
) -> Mapping[str, TableFacts]:
    def rows(query: str) -> Iterator[Any]:
        return iter(connection.execute(text(query.format(schema=schema, divides=DIVIDES)), values))

    columns: dict[str, dict[str, ColumnFacts]] = defaultdict(dict)
    options: dict[str, dict[str, str]] = {}
    said: dict[str, dict[str, Any]] = {}
    for row in rows(_COLUMNS):
        columns[row.table][row.name] = _column(row)
        is_unlogged = _letter(row.persistence) == "u"
        options[row.table] = options_in(row.options, unlogged=is_unlogged)
        said[row.table] = {"prefixes": ["UNLOGGED"]} if is_unlogged else {}
        if row.partitioned:
            said[row.table]["postgresql_partition_by"] = steady(_plain(row.partitioned))
        if row.parents:
            said[row.table]["postgresql_inherits"] = tuple(map(_parent, row.parents))
    checks: dict[str, list[tuple[str | None, str]]] = defaultdict(list)
    inherited: dict[str, set[str]] = defaultdict(set)
    exclusions: dict[str, dict[str, str]] = defaultdict(dict)
    uniques: dict[str, dict[str, UniqueFacts]] = defaultdict(dict)
    for row in rows(_CONSTRAINTS):
        if _letter(row.kind) == "u":
            uniques[row.table][row.name] = _unique(row.definition)
        elif _letter(row.kind) == "c":
            checks[row.table].append((row.name, _check(row.definition)))
            inherited[row.table] |= {row.name} if row.inherited else set()
        else:
            exclusions[row.table][row.name] = steady(_plain(row.definition))
    indexes: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows(_INDEXES):
        unique = "UNIQUE " if row.is_unique else ""
        definition = row.definition.partition(" USING ")[2]
        indexes[row.table][row.name] = unique + steady(_plain(definition))
    return {
        name: TableFacts(
            found,
            tuple(checks[name]),
            indexes[name],
            exclusions[name],
            options=options[name],
            said=said[name],
            uniques=uniques[name],
            inherited_checks=frozenset(inherited[name]),
        )
        for name, found in columns.items()
    }


def _column(row: Any) -> ColumnFacts:
    expression = _plain(row.expression) if row.expression else None
    generated = _letter(row.generated)
    kind = _plain(row.type)
    both = {
        "collation": row.collation,
        "type": kind,
        "inherited": row.inherited,
        "own": row.own,
        "divides": row.divides,
    }
    if generated:
        return ColumnFacts(computed=f"{generated} {expression}", **both)
    return ColumnFacts(default=expression, counter=_counter(row, expression), **both)


def _counter(row: Any, default: str | None) -> Counter | None:
    identity = _letter(row.identity)
    if not identity:
        is_serial = row.sequence and default and default.startswith("nextval(")
        return Counter(SERIAL, sequence=row.sequence) if is_serial else None
    # A partition counts by the sequence of its table.
    options = sequence_options(row, row.counts) if row.counts else {}
    return Counter(IDENTITY, identity == "a", options, row.sequence or "")


def _parent(said: str) -> str:
    """A table that another inherits from, as SQLAlchemy is told of it; ``said`` is quoted."""
    if re.fullmatch(_NAME, said):
        return _bare(said)
    return quoted_name(said, False)  # it has a schema, for which SQLAlchemy has no word


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _letter(value: Any) -> str:
    """PostgreSQL's "char", which some drivers give as bytes."""
    found = value.decode() if isinstance(value, bytes) else str(value or "")
    return found.strip("\0")


def _unique(definition: str) -> UniqueFacts:
    found = _INCLUDE.search(definition)
    names = re.findall(_NAME, found[1]) if found else []
    return UniqueFacts("".join(_DEFERRAL.findall(definition)), tuple(map(_bare, names)))


def _check(definition: str) -> str:
    """``CHECK ((price > 0))`` without the words around it."""
    return steady(_plain(definition.removeprefix("CHECK ")))


def steady(expression: str) -> str:
    """An expression that PostgreSQL says in the same words when it is told it again.

    ``IN`` on a VARCHAR is said as a list that is cast as a whole, and read as one cast bit by bit.
    """
    return _LISTS.sub(_as_in, expression)


def _as_in(found: re.Match[str]) -> str:
    word = "IN" if found["any"] == "= ANY" else "NOT IN"
    values = found["list"] or _BIT.sub(r"\1", found["bits"])
    column = found["column"] or found["bare"]
    return f"{column} {word} ({values.replace('::character varying', '')})"


def _plain(definition: str) -> str:
    return _TEMPORARY_NAME.sub("", definition)
