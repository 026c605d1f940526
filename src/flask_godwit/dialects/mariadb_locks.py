"""What each kind of statement takes on MariaDB, where that differs from MySQL.

https://mariadb.com/kb/en/innodb-online-ddl-overview/ and its pages on each algorithm;
``tests/plan/test_mysql_locks.py`` asks the server for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..plans import Cost, Facts
from ..sql.action import Action
from .costs import NOTHING, Answer, looked_up
from .mysql_locks import (
    COPY,
    FACTS,
    FULLTEXT,
    GONE,
    INDEXED,
    INPLACE,
    INSTANT,
    REBUILD,
    SHARED,
    SPATIAL,
    STORED,
    UNSURE,
    adds_to_rows,
    as_copy,
    as_demanded,
    as_shared,
    modified,
    of_engine,
    traits_of,
    writes_anew,
)
from .mysql_types import (
    has_words,
    is_appended,
    is_same_type,
    keeps_its_words,
    stays_in_class,
)

NOCOPY = Cost("metadata", "nothing", "index", algorithm="NOCOPY")
_CHANGED_BY_VALUE = ("uuid(", "rand(", "nextval(", "uuid_short(", "sys_guid(")


def _create_table(action: Action, facts: Facts) -> Cost:
    # Unlike MySQL it waits for nobody who uses the tables that it refers to.
    return Cost("", "nothing", "rows" if action.has("as") else "catalogue", action.table)


def _add_column(action: Action, facts: Facts) -> Cost:
    if action.referred:
        return _foreign_key(replace(action, columns=(action.name,)), facts)
    if action.has("auto increment"):
        return SHARED
    if action.has("stored"):
        return COPY
    if differs_by_row(action.expression):
        return COPY
    return REBUILD if action.traits & {"unique", "primary key"} else INSTANT


def differs_by_row(default: str) -> bool:
    """Whether each row gets a value of its own."""
    bare = default.lower().replace(" ", "")
    return any(function in bare for function in _CHANGED_BY_VALUE)


def _drop_column(action: Action, facts: Facts) -> Cost:
    table = facts.table(action.table)
    indexed = table is None or any(action.name in names for names in table.indexes.values())
    return NOCOPY if indexed else INSTANT


def _modify(action: Action, facts: Facts) -> Cost:
    column, indexed = modified(action, facts)
    if column is None or action.traits & {"stored", "auto increment", "generated"}:
        return UNSURE
    if keeps_its_words(column.type, action.traits):
        action = replace(action, traits=action.traits - {"charset", "collate"})
    elif action.has("charset") or has_words(column.type):
        return UNSURE
    changes_null = column.nullable == action.has("not null")
    if not is_same_type(column.type, action.type):
        cheap = is_appended(column.type, action.type) or stays_in_class(column.type, action.type)
        if not cheap:
            return COPY
        return REBUILD if changes_null else INSTANT
    if action.has("collate"):
        return NOCOPY if indexed else INSTANT
    return REBUILD if changes_null else INSTANT


def _foreign_key(action: Action, facts: Facts) -> Cost:
    if facts.checks_foreign_keys:
        return replace(COPY, also=action.referred)
    table, count = facts.table(action.table), len(action.columns)
    keys = table.indexes.values() if table else ()
    has_index = any(names[:count] == action.columns for names in keys)
    # Where there is none, one is built.
    return replace(INSTANT if has_index else NOCOPY, also=action.referred)


def _drop_foreign_key(action: Action, facts: Facts) -> Cost:
    return INSTANT


def _drop_table(action: Action, facts: Facts) -> Cost:
    return GONE


def _drop_constraint(action: Action, facts: Facts) -> Cost:
    table = facts.table(action.table)
    return NOCOPY if table and action.name in table.indexes else INSTANT


def _table_option(action: Action, facts: Facts) -> Cost:
    return INSTANT if action.expression.upper().startswith("COMMENT") else INPLACE


_UNKNOWN = ("alter_constraint", "drop_check")
"""Clauses of MySQL that MariaDB does not have."""

_FACTS: Mapping[str, Cost | Answer] = {
    **{kind: fact for kind, fact in FACTS.items() if kind not in _UNKNOWN},
    "create_table": _create_table,
    "drop_table": _drop_table,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "table_option": _table_option,
    "rename_column": INSTANT,
    "modify_column": _modify,
    "create_index": lambda action, facts: SHARED if action.has("fulltext") else NOCOPY,
    "add_unique": NOCOPY,
    "drop_index": Cost("metadata", "nothing", "catalogue", algorithm="NOCOPY"),
    "rename_index": INSTANT,
    "alter_index": INSTANT,
    "add_check": COPY,
    "add_foreign_key": _foreign_key,
    "drop_foreign_key": _drop_foreign_key,
    "drop_constraint": _drop_constraint,
}


def cost(action: Action, facts: Facts) -> Cost:
    """What an action takes."""
    if action.has("temporary"):
        return NOTHING
    return as_demanded(_cheapest(action, facts), action)


def _cheapest(action: Action, facts: Facts) -> Cost:
    found = of_engine(looked_up(_FACTS, action, facts), action, facts)
    traits = traits_of(action, facts)
    comes_or_goes = adds_to_rows(action) and found.algorithm != "COPY"
    is_anew = comes_or_goes or writes_anew(found)
    if action.kind != "add_column" and writes_anew(found) and traits & {STORED, INDEXED}:
        return as_copy(found)
    if action.kind == "drop_column" and is_anew and INDEXED in traits:
        return as_copy(found)
    if is_anew and traits & {FULLTEXT, INDEXED}:
        return as_shared(found)
    is_anew = writes_anew(found) or (action.kind == "drop_column" and found.algorithm == "NOCOPY")
    if is_anew and SPATIAL in traits:
        return as_shared(found)
    return found
