"""What each kind of statement takes on MySQL: the algorithm, and whom that blocks.

The tables of https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html;
``tests/plan/test_mysql_locks.py`` asks the server for each, with ``ALGORITHM`` and ``LOCK``.
Every one takes the metadata lock for a moment at its start and end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ..plans import ColumnFact, Cost, Facts
from ..sql.action import Action
from .costs import NOTHING, Answer, looked_up
from .mysql_types import (
    has_words,
    is_appended,
    is_same_type,
    keeps_its_words,
    stays_in_class,
)

INSTANT = Cost("metadata", "nothing", "catalogue", algorithm="INSTANT")
INPLACE = Cost("metadata", "nothing", "catalogue", algorithm="INPLACE")
BUILD = Cost("metadata", "nothing", "index", algorithm="INPLACE")
REBUILD = Cost("metadata", "nothing", "rewrite", algorithm="INPLACE")
SHARED = Cost("shared", "writes", "rewrite", algorithm="INPLACE")
COPY = Cost("shared", "writes", "rewrite", algorithm="COPY")
UNSURE = Cost("shared", "writes", "rewrite", algorithm="COPY", sure=False)
BRIEF = Cost("exclusive metadata", "nothing", "catalogue")
GONE = Cost("exclusive metadata", "reads and writes", "catalogue")
ROWS = Cost("rows", "nothing", "rows")

TRAITS = OTHER_ENGINE, COMPRESSED, FULLTEXT, SPATIAL, STORED, INDEXED = (
    "other engine",
    "compressed",
    "full-text index",
    "spatial index",
    "stored generated column",
    "indexed virtual column",
)
"""What a table may be or have, so that cheaper algorithms are refused."""
_COPIED_ELSEWHERE = {
    "add_column",
    "drop_column",
    "add_primary_key",
    "replace_primary_key",
    "add_unique",
    "create_index",
    "drop_index",
    "add_foreign_key",
    "rebuild",
}
_INSTANT_PLACES = (8, 0, 29)
_CONSTANT = re.compile(r"(?:[+-]?[\d.]+|[bxn_a-z\d]*'(?:[^']|'')*'|NULL|TRUE|FALSE)", re.IGNORECASE)
_NOW = re.compile(r"(CURRENT_TIMESTAMP|NOW|LOCALTIME(STAMP)?)(\(\d*\))?", re.IGNORECASE)


def _create_table(action: Action, facts: Facts) -> Cost:
    # MySQL spreads metadata locks over foreign keys.
    others = tuple(name for name in action.referred if name != action.table)
    if not others:
        return Cost("", "nothing", "rows" if action.has("as") else "catalogue", action.table)
    return Cost("exclusive metadata", "nothing", "catalogue", others[0], also=others[1:])


def _drop_table(action: Action, facts: Facts) -> Cost:
    table = facts.table(action.table)
    others = tuple(dict.fromkeys(table.foreign_keys.values())) if table else ()
    return Cost(GONE.lock, GONE.blocks, GONE.work, also=others)


def _add_column(action: Action, facts: Facts) -> Cost:
    if action.referred and not facts.is_before(9):  # which older ones read over
        return _foreign_key(action, facts)
    if action.has("auto increment"):
        return SHARED
    if action.has("stored") or action.has("check"):
        return COPY
    if action.has("default") and is_expression(action.expression):
        return COPY
    if action.has("unique") or action.has("primary key"):
        return REBUILD
    placed_late = facts.is_before(*_INSTANT_PLACES)
    return REBUILD if action.has("placed") and placed_late else INSTANT


def _drop_column(action: Action, facts: Facts) -> Cost:
    table = facts.table(action.table)
    if table is None:
        return Cost("metadata", "nothing", "rewrite", algorithm="INPLACE", sure=False)
    indexed = any(action.name in columns for columns in table.indexes.values())
    old = facts.is_before(*_INSTANT_PLACES)
    return REBUILD if indexed or old else INSTANT


def _rename_column(action: Action, facts: Facts) -> Cost:
    old = facts.is_before(8, 0, 28)
    return INPLACE if old else INSTANT


def modified(action: Action, facts: Facts) -> tuple[ColumnFact | None, bool]:
    """The column as it is, and whether an index is on it."""
    table = facts.table(action.table)
    if table is None:
        return None, False
    indexed = any(action.name in names for names in table.indexes.values())
    return table.columns.get(action.name), indexed


def _modify(action: Action, facts: Facts) -> Cost:
    column, indexed = modified(action, facts)
    if column is None or action.traits & {"stored", "auto increment", "generated"}:
        return UNSURE
    if keeps_its_words(column.type, action.traits):
        action = replace(action, traits=action.traits - {"charset", "collate"})
    elif action.has("charset") or has_words(column.type):
        return UNSURE
    if not is_same_type(column.type, action.type):
        return _of_type(column, action)
    if action.has("collate"):
        return COPY if indexed else INPLACE
    if column.nullable == action.has("not null"):
        return REBUILD
    return REBUILD if action.has("placed") else INSTANT


def _of_type(column: ColumnFact, action: Action) -> Cost:
    appended = is_appended(column.type, action.type)
    if not (appended or stays_in_class(column.type, action.type)):
        return COPY
    if column.nullable == action.has("not null"):
        return REBUILD
    return INSTANT if appended else INPLACE


def _create_index(action: Action, facts: Facts) -> Cost:
    if action.has("fulltext"):
        return SHARED
    if any(column.startswith("(") for column in action.columns):
        return Cost("shared", "writes", "index", algorithm="INPLACE")
    return BUILD


def _foreign_key(action: Action, facts: Facts) -> Cost:
    # Without foreign_key_checks = 0 the table is copied, and every row is checked.
    return replace(COPY if facts.checks_foreign_keys else INPLACE, also=action.referred)


def _check(action: Action, facts: Facts) -> Cost:
    return INSTANT if action.has("not enforced") else COPY


def _drop_constraint(action: Action, facts: Facts) -> Cost:
    table = facts.table(action.table)
    if table and action.name in table.foreign_keys:
        return _drop_foreign_key(action, facts)
    return INSTANT if table and action.name not in table.indexes else INPLACE


def _drop_foreign_key(action: Action, facts: Facts) -> Cost:
    table = facts.table(action.table)
    referred = table.foreign_keys.get(action.name) if table else None
    return Cost(
        "metadata",
        "nothing",
        "catalogue",
        algorithm="INPLACE",
        also=(referred,) if referred else (),
    )


FACTS: Mapping[str, Cost | Answer] = {
    "create_table": _create_table,
    "drop_table": _drop_table,
    "rename_table": GONE,
    "truncate": GONE,
    "lock_table": GONE,
    "rebuild": REBUILD,
    "table_option": INPLACE,
    "convert_charset": COPY,
    "analyze": BRIEF,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "rename_column": _rename_column,
    "modify_column": _modify,
    "set_default": INSTANT,
    "drop_default": INSTANT,
    "add_primary_key": REBUILD,
    "drop_primary_key": COPY,
    "replace_primary_key": REBUILD,
    "add_unique": BUILD,
    "create_index": _create_index,
    "add_fulltext": SHARED,
    "add_spatial": SHARED,
    "drop_index": INPLACE,
    "rename_index": INPLACE,
    "alter_index": INPLACE,
    "add_foreign_key": _foreign_key,
    "drop_foreign_key": _drop_foreign_key,
    "add_check": _check,
    "alter_constraint": COPY,
    "drop_check": INSTANT,
    "drop_constraint": _drop_constraint,
    "partition_by": COPY,
    "drop_partition": GONE,
    "exchange_partition": GONE,
    "create_trigger": BRIEF,
    "drop_trigger": BRIEF,
    "create_view": Cost("", "nothing", "catalogue"),
    "drop_view": Cost("", "nothing", "catalogue"),
    "create_other": Cost("", "nothing", "catalogue"),
    "alter_other": Cost("", "nothing", "catalogue"),
    "drop_other": Cost("", "nothing", "catalogue"),
    "grant": Cost("", "nothing", "catalogue"),
    "insert": ROWS,
    "update": ROWS,
    "delete": ROWS,
}


def is_expression(default: str) -> bool:
    """Whether a default is worked out for each row: neither a literal nor the time."""
    text = default.strip()
    return not (_CONSTANT.fullmatch(text) or _NOW.fullmatch(text))


def cost(action: Action, facts: Facts) -> Cost:
    """What an action takes."""
    if action.has("temporary"):
        return NOTHING
    return as_demanded(_cheapest(action, facts), action)


def _cheapest(action: Action, facts: Facts) -> Cost:
    found = of_engine(looked_up(FACTS, action, facts), action, facts)
    traits = traits_of(action, facts)
    if writes_anew(found) and FULLTEXT in traits:
        return as_copy(found)
    return as_shared(found) if writes_anew(found) and SPATIAL in traits else found


def traits_of(action: Action, facts: Facts) -> frozenset[str]:
    """What is known of an action's table."""
    table = facts.table(action.table)
    return table.traits if table else frozenset()


def of_engine(cost: Cost, action: Action, facts: Facts) -> Cost:
    """What an action takes where the table's engine or format refuses cheaper ways."""
    traits = traits_of(action, facts)
    if OTHER_ENGINE in traits:
        changed = action.kind == "modify_column" and cost.algorithm != "INSTANT"
        return as_copy(cost) if changed or action.kind in _COPIED_ELSEWHERE else cost
    cheap = cost.algorithm in ("INSTANT", "NOCOPY")
    if cheap and adds_to_rows(action) and traits & {COMPRESSED, FULLTEXT}:
        return replace(REBUILD, table=cost.table, also=cost.also)
    return cost


def adds_to_rows(action: Action) -> bool:
    """Whether a column comes or goes that is stored in the rows."""
    return action.kind in ("add_column", "drop_column") and not action.has("generated")


def writes_anew(cost: Cost) -> bool:
    """Whether the table is written anew in its place."""
    return cost.algorithm == "INPLACE" and cost.work == "rewrite"


def as_shared(cost: Cost) -> Cost:
    """The same on the same tables, while writers wait."""
    return replace(SHARED, table=cost.table, also=cost.also)


def as_copy(cost: Cost) -> Cost:
    """The same on the same tables, by a copy."""
    return replace(COPY, table=cost.table, also=cost.also)


def as_demanded(cost: Cost, action: Action) -> Cost:
    """What an action takes where its statement demands a copy, or a lock."""
    if action.has("algorithm copy") and not action.has("lock none"):
        cost = as_copy(cost)
    if action.has("lock exclusive"):
        return replace(cost, lock="exclusive", blocks="reads and writes")
    return replace(cost, lock="shared", blocks="writes") if action.has("lock shared") else cost
