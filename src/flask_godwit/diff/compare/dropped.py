"""What no model has any more, read in full: so that it comes back as it was.

SQLAlchemy leaves out how an index is sorted, CHECKs that stand in a column, what excludes rows,
and what is checked at the end of a transaction.
"""

from __future__ import annotations

from functools import partial

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import JSON, CheckConstraint, String, Table

from ...dialects.facts import TableFacts
from ..inheritance import parents_in
from ..names import Key
from ..renames.find import models_of
from ..steps import flat
from .conflicts import complete_conflicts
from .definitions import is_json
from .exclusions import dropped_exclusions
from .indexes import complete_drops, unseen_indexes
from .key_conflicts import complete_key_conflict, complete_null_conflicts
from .sides import sides_of
from .text import literally
from .uniques import complete_uniques

_OF_JSON = "utf8mb4_bin"
"""The collation of the long text that MariaDB's JSON is."""


def complete_dropped(
    context: AutogenContext, modify: ops.ModifyTableOps, schema: str | None, found: Table
) -> None:
    """Add to what is known of a table what its database says beyond that."""
    facts = sides_of(context).actual(context, schema, found.name)
    if facts is None:
        return
    complete_drops(modify, schema, found, facts)
    modify.ops += unseen_indexes(context, modify, schema, found, facts)
    modify.ops += dropped_exclusions(context, schema, found, facts)
    complete_uniques(found, facts)
    complete_conflicts(found, facts)
    for name, usual in sides_of(context).database.kinds_of_tables.items():
        if name in facts.options:
            found.kwargs[name] = not usual
    complete_key_conflict(found, facts)
    _complete_columns(context, found, facts, {column.name for column in found.columns})


def complete_dropped_tables(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Have tables come back with what is said of them as a whole."""
    for operation in upgrade.ops:
        if not isinstance(operation, ops.DropTableOp):
            continue
        key = operation.schema, operation.table_name
        facts = sides_of(context).actual(context, *key)
        if facts is None:
            continue
        more = dict(facts.said)
        operation.prefixes = more.pop("prefixes", operation.prefixes)
        operation.table_kw.update(more)
        if operation._reverse is not None:
            operation._reverse.prefixes = operation.prefixes
            operation._reverse.kw.update(more)


def complete_dropped_columns(
    context: AutogenContext, found: Table, wanted: Table, facts: TableFacts
) -> None:
    """The same for the columns of a table that stays."""
    names = {column.name for column in wanted.columns}
    gone = {column.name for column in found.columns if column.name not in names}
    _complete_columns(context, found, facts, gone)


def keep_inherited(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Leave columns alone that a table has from another one: its model need not repeat them, and
    they go along when that one's get another type. What is its own as well goes after that one's.
    """
    gone = {
        ((op.schema, op.table_name), op.column_name)
        for op in flat(upgrade)
        if isinstance(op, ops.DropColumnOp)
    }
    for modify in upgrade.ops:
        if isinstance(modify, ops.ModifyTableOps):
            inherited = [
                op
                for op in modify.ops
                if _is_inherited(context, op) and not _goes_everywhere(context, op, gone)
            ]
            for op in inherited:
                if isinstance(op, ops.AlterColumnOp):
                    op.modify_type = None
            modify.ops[:] = [
                op
                for op in modify.ops
                if op not in inherited or (isinstance(op, ops.AlterColumnOp) and op.has_changes())
            ]
    upgrade.ops[:] = [op for op in upgrade.ops if not isinstance(op, ops.ModifyTableOps) or op.ops]


def _is_inherited(context: AutogenContext, operation: ops.MigrateOperation) -> bool:
    if not isinstance(operation, ops.DropColumnOp | ops.AlterColumnOp):
        return False
    facts = sides_of(context).actual(context, operation.schema, operation.table_name)
    column = facts.columns.get(operation.column_name) if facts else None
    return bool(column and column.inherited)


def _goes_everywhere(
    context: AutogenContext, operation: ops.MigrateOperation, gone: set[tuple[Key, str]]
) -> bool:
    """Whether an inherited column would stay, since it is the table's own, too."""
    if not isinstance(operation, ops.DropColumnOp):
        return False
    sides, name = sides_of(context), operation.column_name
    read = partial(sides.actual, context)
    key = (operation.schema, operation.table_name)
    facts = read(*key)
    if facts is None or not facts.columns[name].own:
        return False
    others = parents_in(models_of(context), sides.database.inherits_by).get(key, ())
    having = [key for key in others if (found := read(*key)) and name in found.columns]
    return bool(having) and all((key, name) in gone for key in having)


def _complete_columns(
    context: AutogenContext, found: Table, facts: TableFacts, names: set[str]
) -> None:
    database = sides_of(context).database
    complete_null_conflicts(found, facts, names)
    if database.checks_in_columns:
        _complete_checks(found, facts, names)
    if not database.reflects_collations:
        _complete_collations(found, facts, names)


def _complete_collations(found: Table, facts: TableFacts, names: set[str]) -> None:
    for name in names & facts.columns.keys():
        type_ = found.columns[name].type
        if isinstance(type_, String) and type_.collation is None:
            type_.collation = facts.columns[name].collation


def _complete_checks(found: Table, facts: TableFacts, names: set[str]) -> None:
    known = {str(c.sqltext) for c in found.constraints if isinstance(c, CheckConstraint)}
    for column in found.columns:
        if column.name not in names:
            continue
        actual = facts.columns.get(column.name)
        if actual is None or actual.check is None:
            continue
        if is_json(actual, column) and getattr(column.type, "collation", "") == _OF_JSON:
            column.type = JSON()  # rows may need a value of it
        elif actual.check not in known:
            CheckConstraint(literally(actual.check))._set_parent_with_dispatch(column)
