"""What each kind of statement takes on SQLite: always the one write lock of the database.

https://sqlite.org/lockingv3.html and https://sqlite.org/wal.html: others may read meanwhile, and
in rollback-journal mode they keep the commit waiting.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..plans import WHOLE_DATABASE, Cost, Facts
from ..sql.action import Action
from .costs import NOTHING, Answer, looked_up


def _cost(work: str) -> Cost:
    return Cost(WHOLE_DATABASE, "writes", work)


_CATALOGUE, _ROWS, _REWRITE = _cost("catalogue"), _cost("rows"), _cost("rewrite")


def _insert(action: Action, facts: Facts) -> Cost:
    return _REWRITE if action.has("select") else _ROWS


def _add_column(action: Action, facts: Facts) -> Cost:
    # From 3.37 on a CHECK, and a generated column that is NOT NULL, are tested against all rows.
    return _cost("scan") if action.has("check") else _CATALOGUE


_FACTS: Mapping[str, Cost | Answer] = {
    "create_table": _CATALOGUE,
    "drop_table": _CATALOGUE,
    "rename_table": _CATALOGUE,
    "rename_column": _CATALOGUE,
    "add_column": _add_column,
    "drop_column": _REWRITE,
    "create_index": _cost("index"),
    "drop_index": _CATALOGUE,
    "reindex": _cost("index"),
    "create_view": _CATALOGUE,
    "drop_view": _CATALOGUE,
    "create_trigger": _CATALOGUE,
    "drop_trigger": _CATALOGUE,
    "create_other": _CATALOGUE,
    "vacuum": _REWRITE,
    "analyze": _cost("scan"),
    "rebuild_table": _REWRITE,
    "part_of_rebuild": _CATALOGUE,
    "insert": _insert,
    "update": _ROWS,
    "delete": _ROWS,
}


def cost(action: Action, facts: Facts) -> Cost:
    """What an action takes."""
    if action.has("temporary"):
        return NOTHING
    return looked_up(_FACTS, action, facts)
