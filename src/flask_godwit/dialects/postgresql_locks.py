"""What each kind of statement takes on PostgreSQL: which lock, and what is done under it.

Lock modes are those of https://www.postgresql.org/docs/current/explicit-locking.html and of the
page of each command; ``tests/plan/test_postgresql_locks.py`` runs each and reads ``pg_locks`` and
the table's file node, on the versions 15 and 18.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..plans import Cost, Facts
from ..sql.action import Action
from .costs import NOTHING, Answer, looked_up
from .postgresql_types import Change, change_of_type

_BLOCKS = {
    "ROW SHARE": "nothing",
    "ROW EXCLUSIVE": "nothing",
    "SHARE UPDATE EXCLUSIVE": "schema changes",
    "SHARE": "writes",
    "SHARE ROW EXCLUSIVE": "writes",
    "EXCLUSIVE": "writes",
    "ACCESS EXCLUSIVE": "reads and writes",
}


def _cost(lock: str, work: str, **more: object) -> Cost:
    return Cost(lock, _BLOCKS[lock], work, **more)  # type: ignore[arg-type]


_ACCESS = _cost("ACCESS EXCLUSIVE", "catalogue")
_SCAN = _cost("ACCESS EXCLUSIVE", "scan")
_REWRITE = _cost("ACCESS EXCLUSIVE", "rewrite")
_INDEX = _cost("ACCESS EXCLUSIVE", "index")
_LIGHT = _cost("SHARE UPDATE EXCLUSIVE", "catalogue")
_ROWS = _cost("ROW EXCLUSIVE", "rows")


def _create_table(action: Action, facts: Facts) -> Cost:
    # The page of CREATE TABLE: SHARE ROW EXCLUSIVE on each table that a foreign key refers to.
    others = tuple(name for name in action.referred if name != action.table)
    if action.expression:  # PARTITION OF takes the strongest lock on the parent
        return _cost("ACCESS EXCLUSIVE", "catalogue", table=action.expression, also=others)
    if others:
        return _cost("SHARE ROW EXCLUSIVE", "catalogue", table=others[0], also=others[1:])
    return Cost("", "nothing", "rows" if action.has("as") else "catalogue", action.table)


def _add_column(action: Action, facts: Facts) -> Cost:
    return _cost("ACCESS EXCLUSIVE", _work_of_column(action, facts), also=action.referred)


def _work_of_column(action: Action, facts: Facts) -> str:
    # PostgreSQL 11 and later keep a constant or stable default in the catalogue.
    is_old = facts.is_before(11)
    written = action.has("default") and (is_old or is_volatile(action.expression))
    if written or action.traits & {"stored", "identity", "serial"}:
        return "rewrite"
    if action.traits & {"unique", "primary key"}:
        return "index"
    checks_rows = action.has("check") or (action.referred and action.has("default"))
    return "scan" if checks_rows else "catalogue"


def _alter_type(action: Action, facts: Facts) -> Cost:
    table = facts.table(action.table)
    column = table.columns.get(action.name) if table else None
    if table is None or column is None:
        return _cost("ACCESS EXCLUSIVE", "rewrite", sure=False)
    keys = (key for columns in table.indexes.values() for key in columns)
    indexed = any(_mentions(key, action.name) for key in keys)
    change = change_of_type(column.type, action.type)
    if action.has("using") and not _is_plain_cast(action):
        change = Change.REWRITE
    if change is Change.REWRITE:
        return _REWRITE
    checked = any(_mentions(text, action.name) for text in table.checks.values())
    if (change is Change.INDEXES or action.has("collate")) and indexed:
        return _INDEX
    return _SCAN if checked else _ACCESS


def _set_not_null(action: Action, facts: Facts) -> Cost:
    # From 12 on a validated CHECK (c IS NOT NULL) spares the scan.
    table = facts.table(action.table)
    column = table.columns.get(action.name) if table else None
    if column is not None and not column.nullable:
        return _ACCESS
    proofs = table.checks.values() if table and not facts.is_before(12) else ()
    wanted = f"{action.name.lower()} is not null"
    known = any(re.sub(r'[("`)]', "", text).lower().strip() == wanted for text in proofs)
    return _ACCESS if known else _SCAN


def _foreign_key(action: Action, facts: Facts) -> Cost:
    work = "catalogue" if action.has("not valid") or action.has("not enforced") else "scan"
    return _cost("SHARE ROW EXCLUSIVE", work, also=action.referred)


def _check(action: Action, facts: Facts) -> Cost:
    return _ACCESS if action.has("not valid") or action.has("not enforced") else _SCAN


def _key(action: Action, facts: Facts) -> Cost:
    return _ACCESS if action.has("using index") else _INDEX


def _validate(action: Action, facts: Facts) -> Cost:
    # On the table that a foreign key refers to: ROW SHARE, which blocks nobody.
    return _cost("SHARE UPDATE EXCLUSIVE", "scan")


def _drop_constraint(action: Action, facts: Facts) -> Cost:
    table = facts.table(action.table)
    referred = table.foreign_keys.get(action.name) if table else None
    return _cost("ACCESS EXCLUSIVE", "catalogue", also=(referred,) if referred else ())


def _drop_table(action: Action, facts: Facts) -> Cost:
    table = facts.table(action.table)
    others = dict.fromkeys(table.foreign_keys.values()) if table else {}
    return _cost("ACCESS EXCLUSIVE", "catalogue", also=tuple(others))


def _create_index(action: Action, facts: Facts) -> Cost:
    lock = "SHARE UPDATE EXCLUSIVE" if action.has("concurrently") else "SHARE"
    return _cost(lock, "index")


def _drop_index(action: Action, facts: Facts) -> Cost:
    lock = "SHARE UPDATE EXCLUSIVE" if action.has("concurrently") else "ACCESS EXCLUSIVE"
    table = action.table or facts.owner(action.name)
    return _cost(lock, "catalogue", table=table)


def _rename_index(action: Action, facts: Facts) -> Cost:
    # On the index alone.
    return _cost("SHARE UPDATE EXCLUSIVE", "catalogue", table=action.name)


def _reindex(action: Action, facts: Facts) -> Cost:
    # Planning a query asks every index of a table, so readers wait as well.
    table = facts.owner(action.table) or action.table
    if action.has("concurrently"):
        return _cost("SHARE UPDATE EXCLUSIVE", "index", table=table)
    return Cost("SHARE, and ACCESS EXCLUSIVE on the index", "reads and writes", "index", table)


def _refresh(action: Action, facts: Facts) -> Cost:
    lock = "EXCLUSIVE" if action.has("concurrently") else "ACCESS EXCLUSIVE"
    return _cost(lock, "rewrite")


def _attach(action: Action, facts: Facts) -> Cost:
    light = _cost("ACCESS EXCLUSIVE", "scan", table=action.name)
    return Cost(light.lock, light.blocks, light.work, light.table, also=(action.table,))


def _detach(action: Action, facts: Facts) -> Cost:
    lock = "SHARE UPDATE EXCLUSIVE" if action.has("concurrently") else "ACCESS EXCLUSIVE"
    return _cost(lock, "catalogue", also=(action.name,))


def _domain(action: Action, facts: Facts) -> Cost:
    if action.has("validated"):  # SHARE on every table that uses it
        return Cost("SHARE on every table that uses it", "writes", "scan", sure=False)
    return Cost("", "nothing", "catalogue")


_FACTS: Mapping[str, Cost | Answer] = {
    "create_table": _create_table,
    "drop_table": _drop_table,
    "rename_table": _ACCESS,
    "drop_schema": Cost("ACCESS EXCLUSIVE on every table in it", "reads and writes", "catalogue"),
    "set_schema": _ACCESS,
    "truncate": _ACCESS,
    "lock_table": _ACCESS,
    "rebuild": _REWRITE,
    "set_parameters": _LIGHT,
    "set_statistics": _LIGHT,
    "set_storage": _ACCESS,
    "analyze": _LIGHT,
    "vacuum": _LIGHT,
    "comment": _LIGHT,
    "table_option": _ACCESS,
    "alter_security": _ACCESS,
    "add_column": _add_column,
    "drop_column": _ACCESS,
    "rename_column": _ACCESS,
    "alter_type": _alter_type,
    "set_not_null": _set_not_null,
    "drop_not_null": _ACCESS,
    "set_default": _ACCESS,
    "drop_default": _ACCESS,
    "add_identity": _ACCESS,
    "drop_identity": _ACCESS,
    "drop_expression": _ACCESS,
    "set_expression": _REWRITE,
    "add_primary_key": _key,
    "add_unique": _key,
    "add_foreign_key": _foreign_key,
    "add_check": _check,
    "add_not_null": _check,
    "add_exclude": _INDEX,
    "validate_constraint": _validate,
    "drop_constraint": _drop_constraint,
    "rename_constraint": _ACCESS,
    "alter_constraint": _ACCESS,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "rename_index": _rename_index,
    "alter_index": _rename_index,
    "reindex": _reindex,
    "create_trigger": _cost("SHARE ROW EXCLUSIVE", "catalogue"),
    "alter_trigger": _cost("SHARE ROW EXCLUSIVE", "catalogue"),
    "drop_trigger": _ACCESS,
    "attach_partition": _attach,
    "detach_partition": _detach,
    "refresh": _refresh,
    "alter_domain": _domain,
    # No table is locked by these.
    **dict.fromkeys(
        (
            "create_type",
            "drop_type",
            "add_enum_value",
            "rename_enum_value",
            "alter_type_other",
            "create_view",
            "create_materialized_view",
            "drop_view",
            "drop_materialized_view",
            "create_other",
            "alter_other",
            "rename_schema",
            "drop_other",
            "grant",
        ),
        Cost("", "nothing", "catalogue"),
    ),
    "alter_sequence": Cost("SHARE ROW EXCLUSIVE on the sequence", "writes", "catalogue"),
    "insert": _ROWS,
    "update": _ROWS,
    "delete": _ROWS,
}

# https://www.postgresql.org/docs/current/xfunc-volatility.html: what is the same in all rows of
# one statement. Other functions may be volatile.
_STABLE = re.compile(
    r"\b(now|current_timestamp|current_date|current_time|localtime|localtimestamp|current_user"
    r"|session_user|transaction_timestamp|statement_timestamp|lower|upper|array|cast|coalesce"
    r"|jsonb_build_object|jsonb_build_array|to_timestamp|make_interval|timezone|numeric|decimal"
    r"|varchar|char|character|varying|timestamp|time|bit|interval|precision)\s*\(",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_CALL = re.compile(r"\w\s*\(")


def is_volatile(default: str) -> bool:
    """Whether a default may give each row a value of its own."""
    bare = _STABLE.sub("(", _LITERAL.sub("''", default))
    return bool(_CALL.search(bare))


def cost(action: Action, facts: Facts) -> Cost:
    """What an action takes."""
    if action.has("temporary"):
        return NOTHING
    return looked_up(_FACTS, action, facts)


def _mentions(text: str, column: str) -> bool:
    return re.search(rf"\b{re.escape(column)}\b", text) is not None


def _is_plain_cast(action: Action) -> bool:
    """``USING name::type`` is what PostgreSQL does anyway."""
    text = re.sub(r'["\s]', "", action.expression).lower()
    return text == f"{action.name}::{action.type}".replace(" ", "").lower()
