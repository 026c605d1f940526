"""Indexes by what the server says of them: direction, predicate, method, lengths and the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Index, Table, text

from ...dialects.facts import TableFacts
from ..steps import DropIndex
from .names import final_name
from .sides import sides_of
from .text import in_same_words

_PREFIXES = ("FULLTEXT", "SPATIAL")
_NAME = r"""(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\[[^]]+\]|[^\s"`()\[\],]+)"""
_NAMES_ONLY = re.compile(rf"\(\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\)")
_OF_POSTGRESQL = {
    "include": re.compile(rf"INCLUDE \(({_NAME}(?:, )?)+\)"),
    "nulls_not_distinct": re.compile(r"NULLS NOT DISTINCT"),
    "with": re.compile(r"WITH \((?:\w+='?[^',]*'?(?:, )?)+\)"),
}


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


_READ: dict[str, Callable[[str], Any]] = {
    "include": lambda text: [_bare(name) for name in re.findall(_NAME, text[9:-1])],
    "nulls_not_distinct": bool,
    "with": lambda text: dict(re.findall(r"(\w+)='?([^',)]*)'?", text)),
}
_CLAUSES = {
    "using": re.compile(r"^USING (\w+)"),
    "with_parser": re.compile(r"\bWITH PARSER `(\w+)`"),
}


def compare_indexes(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    table: Table,
    facts: TableFacts,
) -> Iterator[ops.MigrateOperation]:
    """What Alembic has not found; what it found without need is taken back."""
    seen = _seen(modify)
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        name = _name(context, index)
        actual = facts.indexes.get(name)
        if name in seen and actual is None:
            continue
        if name not in seen and actual is not None and _is_plain(index, actual):
            continue
        twin = sides_of(context).twin(table)
        if twin is None or name not in twin.indexes:
            continue
        if actual is not None and in_same_words(twin.indexes[name], actual):
            _take_back(modify, name)
        elif name in seen and actual is not None and not _is_dropped(modify, name):
            modify.ops.insert(0, dropped_index(schema, table.name, name, actual))
        elif name not in seen and _include(context, index, name):
            if actual is not None:
                yield dropped_index(schema, table.name, name, actual)
            yield ops.CreateIndexOp.from_index(index)
    complete_drops(modify, schema, table, facts)
    yield from _unseen(context, schema, table, facts, seen)


def unseen_indexes(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Table,
    facts: TableFacts,
) -> list[ops.DropIndexOp]:
    """The indexes of a table that goes which SQLAlchemy doesn't reflect."""
    return list(_unseen(context, schema, found, facts, _seen(modify)))


def complete_drops(
    modify: ops.ModifyTableOps, schema: str | None, table: Table, facts: TableFacts
) -> None:
    """Give drops a way back that has the expressions, lengths and directions, as the server said.

    Alembic takes an index back by what SQLAlchemy reflects, which lacks them.
    """
    for place, operation in enumerate(modify.ops):
        if not isinstance(operation, ops.DropIndexOp):
            continue
        actual = facts.indexes.get(str(operation.index_name))
        if actual is not None and not has_columns_only(actual):
            modify.ops[place] = dropped_index(schema, table.name, str(operation.index_name), actual)


def _unseen(
    context: AutogenContext,
    schema: str | None,
    table: Table,
    facts: TableFacts,
    seen: set[Any],
) -> Iterator[ops.DropIndexOp]:
    """Indexes that SQLAlchemy doesn't reflect, and that no model has any more."""
    left = facts.indexes.keys() - seen - {_name(context, index) for index in table.indexes}
    for kind in ("indexes", "unique_constraints", "foreign_keys"):
        if left:
            read = getattr(context.inspector, f"get_{kind}")
            left -= {found["name"] for found in read(table.name, schema=schema)}
    for name, definition in facts.indexes.items():
        if name in left and _is_looked_at(context, schema, table, name):
            yield dropped_index(schema, table.name, name, definition)


def _seen(modify: ops.ModifyTableOps) -> set[Any]:
    """Names of the indexes that something is done to already."""
    return {
        op.index_name for op in modify.ops if isinstance(op, ops.CreateIndexOp | ops.DropIndexOp)
    }


def _name(context: AutogenContext, index: Index) -> str:
    assert context.dialect is not None
    return final_name(context.dialect, index) or ""


def _is_plain(index: Index, actual: str) -> bool:
    """Whether both have columns and nothing else, which Alembic compares well."""
    columns = all(getattr(e, "__visit_name__", "") == "column" for e in index.expressions)
    return columns and has_columns_only(actual) and not index.dialect_kwargs


def has_columns_only(actual: str) -> bool:
    """Whether nothing is said of an index but its columns."""
    words = actual.upper().removeprefix("UNIQUE ").removeprefix("BTREE ")
    return bool(_NAMES_ONLY.fullmatch(words))


def _is_dropped(modify: ops.ModifyTableOps, name: str) -> bool:
    return any(isinstance(op, ops.DropIndexOp) and op.index_name == name for op in modify.ops)


def _take_back(modify: ops.ModifyTableOps, name: str) -> None:
    modify.ops[:] = [
        op
        for op in modify.ops
        if not (isinstance(op, ops.CreateIndexOp | ops.DropIndexOp) and op.index_name == name)
    ]


def dropped_index(schema: str | None, table: str, name: str, definition: str) -> ops.DropIndexOp:
    """What drops an index, and can make it again of the server's words."""
    unique = definition.upper().startswith("UNIQUE ")
    sql = definition[7:] if unique else definition
    method, _, rest = sql.partition("(")
    prefix = method.strip() if method.strip() in _PREFIXES else ""
    method = "" if prefix else method
    columns, where = _split("(" + rest)
    options = _of_mysql(prefix, where)
    if method.strip() not in ("", "btree"):
        options["postgresql_using"] = method.strip()
    before, where = _of_postgresql(where)
    options |= before
    if where.upper().startswith("WHERE "):
        options["postgresql_where"] = text(where[6:].replace(":", "\\:"))
        options["sqlite_where"] = text(where[6:].replace(":", "\\:"))
    reverse = ops.CreateIndexOp(
        name,
        table,
        [text(columns.replace(":", "\\:"))],
        schema=schema,
        unique=unique,
        **options,
    )
    return DropIndex(name, table, schema=schema, _reverse=reverse)


def _of_mysql(prefix: str, rest: str) -> dict[str, Any]:
    """What MySQL and MariaDB say before and after the columns."""
    said = {"prefix": prefix}
    said |= {name: match[1] for name, clause in _CLAUSES.items() if (match := clause.search(rest))}
    both = ("mysql", "mariadb")
    return {f"{d}_{name}": value for d in both for name, value in said.items() if value}


def _of_postgresql(rest: str) -> tuple[dict[str, Any], str]:
    """What PostgreSQL says between the columns and the predicate; and the predicate."""
    options: dict[str, Any] = {}
    for name, clause in _OF_POSTGRESQL.items():
        found = clause.match(rest)
        if found:
            options[f"postgresql_{name}"] = _READ[name](found[0])
            rest = rest[found.end() :].strip()
    return options, rest


def _split(definition: str) -> tuple[str, str]:
    """``(a, b DESC) WHERE c`` into ``a, b DESC`` and ``WHERE c``."""
    depth = 0
    for place, sign in enumerate(definition):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return definition[1:place], definition[place + 1 :].strip()
    return definition, ""


def _is_looked_at(context: AutogenContext, schema: str | None, table: Table, name: str) -> bool:
    parents: Any = {"table_name": table.name, "schema_name": schema}
    return context.run_name_filters(name, "index", parents)


def _include(context: AutogenContext, index: Index, name: str) -> bool:
    return context.run_object_filters(index, name, "index", False, None)
