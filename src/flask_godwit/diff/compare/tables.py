"""One table of the database and its model, compared in full."""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import PriorityDispatchResult
from sqlalchemy import Table

from ...dialects.facts import TableFacts
from ..constraint_comments import compare_comments
from .checks import compare_checks
from .column_order import compare_order
from .columns import compare_columns
from .computed import retypes
from .conflicts import compare_conflicts
from .dropped import complete_dropped, complete_dropped_columns
from .exchanges import keep_indexes
from .exclusions import compare_exclusions
from .indexes import compare_indexes
from .kept_constraints import keep_constraints
from .key_conflicts import compare_key_conflicts
from .keys import compare_primary_key
from .kinds import compare_kind
from .nameless import compare_nameless
from .names import use_final_names
from .options import compare_options
from .parents import note_parents
from .partition_keys import note_partition_key
from .renamed import compare_foreign_key_names, rename_instead
from .same_columns import compare_same_columns
from .sides import sides_of
from .standing import stand_again
from .type_checks import without_checks
from .uniques import as_statements, compare_uniques, leave_out_merged


def compare_table(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    name: str,
    found: Table | None,
    wanted: Table | None,
) -> PriorityDispatchResult:
    """What differs, as a comparator of Alembic's."""
    if found is not None and wanted is None:
        complete_dropped(context, modify, schema, found)
    if found is None or wanted is None:
        return PriorityDispatchResult.CONTINUE
    assert context.dialect is not None
    use_final_names(context.dialect, modify.ops)
    facts = sides_of(context).actual(context, schema, name)
    if facts is not None:
        _compare_by_facts(context, modify, found, wanted, (schema, facts))
    compare_primary_key(context, modify, schema, found, wanted)
    compare_nameless(context, modify, found, wanted)
    if facts is not None:
        modify.ops += list(compare_conflicts(modify, found, wanted, facts))
        compare_key_conflicts(modify, found, wanted, facts)
    compare_order(context, modify, found, wanted)
    names = facts.key_names if facts is not None else {}
    modify.ops += compare_foreign_key_names(context, modify, found, wanted, names)
    rename_instead(context, modify)
    if facts is not None:
        compare_kind(context, modify, schema, wanted, facts)
        compare_exclusions(context, modify, schema, wanted, facts)
        keep_constraints(context, modify, schema, found, facts)
        if context.dialect.supports_constraint_comments:
            comments = sides_of(context).constraint_comments
            modify.ops += compare_comments(context, modify, wanted, comments)
        if not sides_of(context).database.retypes_what_is_read:
            modify.ops[:] = _around_types(modify.ops)
    return PriorityDispatchResult.CONTINUE


def _compare_by_facts(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    found: Table,
    wanted: Table,
    read: tuple[str | None, TableFacts],
) -> None:
    """What the server's own words tell, in which nameless constraints have no part.

    :param read: the schema, and what the server says of the table.
    """
    schema, facts = read
    complete_dropped_columns(context, found, wanted, facts)
    note_partition_key(context, schema, wanted, facts)
    note_parents(context, schema, wanted, facts)
    compare_options(context, modify, schema, wanted, facts)
    compare_columns(context, modify, schema, found, wanted, facts)
    checks = list(compare_checks(context, modify, schema, wanted, facts))
    # A CHECK speaks of the types on its own side.
    gone = [op for op in checks if isinstance(op, ops.DropConstraintOp)]
    new = [op for op in checks if op not in gone]
    indexes = list(compare_indexes(context, modify, schema, wanted, facts))
    uniques = list(compare_uniques(context, modify, schema, wanted, facts))
    leave_out_merged(context, modify, wanted)
    uniques += compare_same_columns(context, modify, found, wanted, facts)
    modify.ops[:] = [*gone, *modify.ops, *new, *indexes, *uniques]
    as_statements(context, modify.ops)
    without_checks(modify.ops)
    keep_indexes(context, modify, schema, wanted, facts)
    stand_again(context, modify, schema, found, facts)


def _around_types(operations: list[ops.MigrateOperation]) -> list[ops.MigrateOperation]:
    """What PostgreSQL would say in other words of a column with another type is made anew around
    that, so that each side has the words of its own types.
    """
    if not any(map(retypes, operations)):
        return operations
    gone = [op for op in operations if isinstance(op, ops.DropIndexOp)]
    new = [op for op in operations if isinstance(op, ops.CreateIndexOp)]
    rest = [op for op in operations if op not in gone and op not in new]
    return [*gone, *rest, *new]
