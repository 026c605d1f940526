"""The stages that change a finished script, for the database that was compared last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column, Table

from ..dialects import dialect_for
from ..dialects.base import Database
from ..dialects.facts import TableFacts
from .casts import CastStage
from .coming_back import say_steadily
from .compare.sides import sides_of
from .constraint_comments import comment_what_is_made
from .constraint_names import name_added
from .deferred import check_at_once
from .detours import detours_of
from .fill import FillStage, ModelColumn
from .histories import keep_history, refuse_old_nulls
from .inheritance import in_order_of_parents, parents_in, write_schemas
from .key_columns import KeyColumnStage
from .key_indexes import KeyIndexStage
from .kind_blocks import in_one_copy
from .losses import mark_losses
from .name_circles import open_circles
from .names import Key
from .names_together import bring_names_together
from .objects.phases import apart, in_phases
from .obstacles import ObstacleStage
from .order import put_in_order
from .own_variants import use_own_variants
from .parents import Parents
from .renames.find import models_of
from .renames.leaving import read_table
from .renames.values import Renames
from .renames.view import RenamedInspector
from .retyped_indexes import indexes_aside
from .retyped_uniques import uniques_aside
from .rows import Rows
from .statements import set_apart
from .steps import Comment, Irreversible, flat
from .tables_in_order import create_before_keys, drop_after_keys
from .taken_names import free_names_first
from .values_to_be import ValuesToBe

if TYPE_CHECKING:
    from .refine import Refinement
    from .unsaid import UnsaidStage


def finished(refinement: Refinement, context: AutogenContext, script: ops.MigrationScript) -> None:
    """Change the newest part of a script. Somebody can be asked."""
    assert context.connection is not None
    assert refinement.asker is not None
    upgrade, downgrade = script.upgrade_ops_list[-1], script.downgrade_ops_list[-1]
    steps = apart(upgrade), apart(downgrade)
    _run(refinement, context, refinement.renames, upgrade, downgrade)
    if refinement.leaving:
        first, last = _left(refinement, context)
        upgrade.ops, downgrade.ops = [*first, *upgrade.ops], [*downgrade.ops, *last]
    database = dialect_for(context.connection.engine.url, context.connection.dialect)

    def late() -> list[Key]:
        assert context.connection is not None
        found = database.checked_late(context.connection)
        return [refinement.renames.new_key(key) for key in found]

    def with_history() -> list[Key]:
        assert context.connection is not None
        found = database.with_history(context.connection)
        return [each for key in found for each in {key, refinement.renames.new_key(key)}]

    if refinement.check_rows and database.may_change_history:
        rows = Rows(context.connection, refinement.renames)
        refuse_old_nulls(upgrade, context.connection.dialect, database, rows, with_history)
    for operations, own in zip((upgrade, downgrade), steps, strict=True):
        operations.ops = in_phases(operations.ops, own)
        check_at_once(operations, context.connection.dialect, database, late)
        set_apart(operations)
        if database.kinds_of_tables and context.opts.get("render_as_batch"):
            in_one_copy(operations)
        keep_history(operations, context.connection.dialect, database, with_history)
        _name_as_known(operations)
    _stop_first(downgrade)


def _stop_first(downgrade: ops.OpContainer) -> None:
    """Before a downgrade takes back a part, it says that it can't take back the whole."""
    stops = [step for step in flat(downgrade) if isinstance(step, Irreversible)]
    if stops:
        downgrade.ops = [*stops, *_without(downgrade, stops)]


def _without(
    operations: ops.OpContainer, gone: Sequence[ops.MigrateOperation]
) -> list[ops.MigrateOperation]:
    for operation in operations.ops:
        if isinstance(operation, ops.OpContainer):
            operation.ops = _without(operation, gone)
    return [op for op in operations.ops if op not in gone]


def _name_as_known(operations: ops.OpContainer) -> None:
    """Let comments tell no names that things have for the moment."""
    detours = detours_of(operations)
    for step in flat(operations):
        if isinstance(step, Comment):
            step.text = detours.in_words(step.text)


def _left(
    refinement: Refinement, context: AutogenContext
) -> tuple[list[ops.MigrateOperation], list[ops.MigrateOperation]]:
    """What goes before the renames, and comes back after they were undone: in old names."""
    upgrade = ops.UpgradeOps(refinement.leaving)
    downgrade = upgrade.reverse()
    _run(refinement, context, Renames(), upgrade, downgrade)
    return upgrade.ops, downgrade.ops


def _run(
    refinement: Refinement,
    context: AutogenContext,
    renames: Renames,
    upgrade: ops.UpgradeOps,
    downgrade: ops.DowngradeOps,
) -> None:
    """The stages, for operations in which a name means one thing but for these renames."""
    assert context.connection is not None
    rows = Rows(context.connection, renames, hidden=refinement.rows_hidden)
    facts: dict[str, Any] = {
        "dialect": context.dialect,
        "database": dialect_for(context.connection.engine.url, context.connection.dialect),
        "rows": rows,
        "models": partial(_model_column, models_of(context)),
        "answers": refinement.answers,
        "used": refinement.used,
    }
    use_own_variants(upgrade, context.dialect)
    use_own_variants(downgrade, context.dialect)
    unsaid = _unsaid(context, facts["database"], renames)
    _with_rows(refinement, facts, unsaid, upgrade, downgrade)
    if facts["database"].stores_positions:
        _by_text(context, rows, facts["models"], upgrade, downgrade)
    say_steadily(downgrade, facts["database"])
    mark_losses(upgrade, rows)
    _name_and_sort(
        context,
        rows,
        facts["database"],
        upgrade,
        downgrade,
        leaves=renames is not refinement.renames,
    )
    there = partial(read_table, context, RenamedInspector(context.inspector, renames))
    Parents(downgrade, context.connection.dialect, facts["database"], there).bring()
    if unsaid is not None:
        unsaid.run(upgrade, downgrade)
    if context.dialect.supports_constraint_comments:
        found, models = sides_of(context).constraint_comments, models_of(context)
        comment_what_is_made(context.dialect, models, found, renames, upgrade, downgrade)


def _with_rows(
    refinement: Refinement,
    facts: Mapping[str, Any],
    unsaid: UnsaidStage | None,
    upgrade: ops.UpgradeOps,
    downgrade: ops.DowngradeOps,
) -> None:
    """Convert values and give rows some, both ways; what is in the way stops it."""
    assert refinement.asker is not None
    fill = FillStage(**facts, asker=refinement.asker)
    cast = CastStage(**facts, check_rows=refinement.check_rows)
    for key, name, before, after in refinement.enums:
        cast.enum_values(key, name, before, after)
    obstacles = ObstacleStage(facts["rows"])
    values = ValuesToBe(facts["database"], facts["rows"])
    if unsaid is not None:
        obstacles.is_off = unsaid.is_off
    if refinement.check_rows:
        obstacles.upgrade(upgrade)
        values.note(upgrade)
    cast.upgrade(upgrade)
    cast.downgrade(downgrade)
    fill.upgrade(upgrade)
    values.filled, values.begun = fill.filled, fill.begun
    obstacles.with_values(values)
    fill.downgrade(downgrade)


def _unsaid(context: AutogenContext, database: Database, renames: Renames) -> UnsaidStage | None:
    """What looks after things that no model can say, where a database has any."""
    if not database.keeps_unsaid:
        return None
    from .unsaid import UnsaidStage  # it reads MySQL's columns

    assert context.connection is not None
    return UnsaidStage(context.connection.dialect, partial(_facts, context), renames)


def _facts(context: AutogenContext, key: Key) -> TableFacts | None:
    """What the database says of a table, by its name there."""
    assert context.connection is not None
    return sides_of(context).catalogue.read(context.connection, *key)


def _by_text(
    context: AutogenContext,
    rows: Rows,
    models: ModelColumn,
    upgrade: ops.OpContainer,
    downgrade: ops.OpContainer,
) -> None:
    """Values that a server would take by their position follow by their text, both ways."""
    from .by_text import TextStage  # brings MySQL's types with it

    stage = TextStage(context.dialect, rows, models)
    stage.run(upgrade)
    stage.run(downgrade)


def _name_and_sort(
    context: AutogenContext,
    rows: Rows,
    database: Database,
    upgrade: ops.OpContainer,
    downgrade: ops.OpContainer,
    *,
    leaves: bool,
) -> None:
    """Give names to what has none, and an order in which everything can be done, both ways."""
    dialect = rows.connection.dialect
    give_names = partial(name_added, dialect=dialect, name_checks=_names_checks(context.metadata))
    give_names(upgrade, downgrade)
    if dialect.supports_alter:
        KeyColumnStage(rows, models_of(context), database).run(upgrade, downgrade)
        put_in_order(upgrade, downgrade)
        give_names(upgrade, downgrade)  # keys that came out of new tables
    else:
        drop_after_keys(upgrade)
        create_before_keys(downgrade)
    for operations in (upgrade, downgrade):
        bring_names_together(operations, database.shared_names)
        open_circles(operations, database, dialect)
        free_names_first(operations, database.shared_names)
    if database.indexes_foreign_keys:
        key_indexes = KeyIndexStage(rows, models_of(context), leaves)
        key_indexes.run(upgrade, downgrade)
        indexes_aside(upgrade, key_indexes.keys_begin)
        indexes_aside(downgrade, key_indexes.keys_begin)
    elif dialect.supports_alter:
        uniques_aside(upgrade)
        uniques_aside(downgrade)
    if parents := parents_in(models_of(context), database.inherits_by):
        in_order_of_parents(upgrade, parents)
        in_order_of_parents(downgrade, parents)
    for operations in (upgrade, downgrade) if database.inherits_by else ():
        write_schemas(operations, database.inherits_by)


def _names_checks(models: Any) -> bool:
    """Whether a naming convention of the models is about CHECKs."""
    several = models if isinstance(models, list | tuple) else [models]
    return any("ck" in metadata.naming_convention for metadata in several if metadata)


def _model_column(models: Mapping[Key, Table], key: Key, name: str) -> Column[Any] | None:
    table = models.get(key)
    return None if table is None else next((c for c in table.c if c.name == name), None)
