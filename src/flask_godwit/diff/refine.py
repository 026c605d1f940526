"""What is done to a migration between Alembic's comparison and the file.

A short pipeline. Renames come first, inside the comparison, since they change what else
differs. The other stages change the operations of a finished script.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import Column, Enum, Table

from ..dialects import dialect_for
from . import types
from .answers import Answers
from .casts import CastStage
from .compare.plugin import load
from .constraint_names import name_added
from .default_schema import leave_default_unnamed
from .fill import FillStage
from .key_columns import KeyColumnStage
from .key_indexes import KeyIndexStage
from .losses import mark_losses
from .names import Key
from .objects.stage import ObjectStage, apart, in_phases, without_views
from .obstacles import ObstacleStage
from .order import put_in_order
from .ownership import OWNERSHIP, Ownership
from .questions import Asker, Refusal
from .renames.find import models_of, refuse_unused
from .renames.stage import RenameStage
from .renames.values import Renames
from .rows import Rows
from .statements import set_apart

_KEY = "godwit_refinement"


@dataclass
class Refinement:
    """The stages of one run, for all its databases.

    :param asker: who answers; None leaves every doubtful rename a drop and an add.
    """

    answers: Answers = field(default_factory=Answers)
    asker: Asker | None = field(default_factory=Refusal)
    used: set[str] = field(default_factory=set)
    check_rows: bool = True
    rows_hidden: bool = False
    """Whether the database at hand is a replay of the history, without the rows."""
    ownership: Ownership | None = None
    objects: ObjectStage = field(default_factory=ObjectStage)
    _busy: bool = False
    _enums: list[tuple[Key, str, Enum, Enum]] = field(default_factory=list)
    _comparison: AutogenContext | None = None
    _renames: Renames = field(default_factory=Renames)

    def attach(self, context: MigrationContext) -> None:
        """Have the next comparison of this context refined."""
        self._enums.clear()
        leave_default_unnamed(context)
        context.opts[_KEY] = self
        context.opts[OWNERSHIP] = self.ownership
        load(context)
        types.attach(context)

    def compared(self, context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
        """Find the renames; the comparison that this begins again is left alone."""
        if self._busy:
            return
        self._busy = True
        try:
            self._release(context, upgrade)
            stage = RenameStage(context, self.answers, self.asker, partial(self._release, context))
            self._comparison, self._renames = context, stage.run(upgrade)
            self.used |= stage.used
            self.objects.makes_way, self.objects.refuses = self.asker is not None, self.check_rows
            self.objects.run(context, upgrade, self._renames, self.ownership)
        finally:
            self._busy = False

    def _release(self, context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
        without_views(context, upgrade)
        if self.ownership is None or context.connection is None:
            return
        connection = context.connection
        database = dialect_for(connection.engine.url, connection.dialect)
        self.ownership.release(upgrade, partial(database.foreign_tables, connection))

    def met(self, key: Key, before: Column[Any], after: Column[Any]) -> None:
        """Remember a column whose allowed values differ."""
        if isinstance(before.type, Enum) and isinstance(after.type, Enum):
            found = (key, after.name, before.type, after.type)
            if set(before.type.enums) - set(after.type.enums) and found not in self._enums:
                self._enums.append(found)

    def refine(self, script: ops.MigrationScript) -> None:
        """Change the newest part of a script, for the database that was compared last."""
        context = self._comparison
        if context is None or context.connection is None or self.asker is None:
            return
        upgrade, downgrade = script.upgrade_ops_list[-1], script.downgrade_ops_list[-1]
        steps = apart(upgrade), apart(downgrade)
        rows = Rows(context.connection, self._renames, hidden=self.rows_hidden)
        facts: dict[str, Any] = {
            "dialect": context.dialect,
            "database": dialect_for(context.connection.engine.url, context.connection.dialect),
            "rows": rows,
            "models": partial(_model_column, models_of(context)),
            "answers": self.answers,
            "used": self.used,
        }
        fill = FillStage(**facts, asker=self.asker)
        cast = CastStage(**facts, check_rows=self.check_rows)
        for key, name, before, after in self._enums:
            cast.enum_values(key, name, before, after)
        if self.check_rows:
            ObstacleStage(rows).upgrade(upgrade)
        cast.upgrade(upgrade)
        cast.downgrade(downgrade)
        fill.upgrade(upgrade)
        fill.downgrade(downgrade)
        mark_losses(upgrade, rows)
        dialect = context.connection.dialect
        give_names = partial(
            name_added, dialect=dialect, name_checks=_names_checks(context.metadata)
        )
        give_names(upgrade, downgrade)
        if facts["database"].indexes_foreign_keys:
            KeyColumnStage(rows, models_of(context)).run(upgrade, downgrade)
        if context.connection.dialect.supports_alter:
            put_in_order(upgrade, downgrade)
            give_names(upgrade, downgrade)  # keys that came out of new tables
        if facts["database"].indexes_foreign_keys:
            KeyIndexStage(rows, models_of(context)).run(upgrade, downgrade)
        for operations, own in zip((upgrade, downgrade), steps, strict=True):
            operations.ops = in_phases(operations.ops, own)
            set_apart(operations)

    def finish(self) -> None:
        """After the last database.

        :raises AnswerWrong: an answer fitted nothing.
        """
        refuse_unused(self.answers, self.used)


def _names_checks(models: Any) -> bool:
    """Whether a naming convention of the models is about CHECKs."""
    several = models if isinstance(models, list | tuple) else [models]
    return any("ck" in metadata.naming_convention for metadata in several if metadata)


def _model_column(models: Mapping[Key, Table], key: Key, name: str) -> Column[Any] | None:
    table = models.get(key)
    return None if table is None else next((c for c in table.c if c.name == name), None)


def _hook(context: AutogenContext, upgrade: ops.UpgradeOps) -> PriorityDispatchResult:
    refinement = context.opts.get(_KEY)
    if refinement is not None:
        refinement.compared(context, upgrade)
    return PriorityDispatchResult.CONTINUE


def _column_hook(
    context: AutogenContext,
    _operation: ops.AlterColumnOp,
    schema: str | None,
    table: str,
    _name: str,
    before: Column[Any],
    after: Column[Any],
) -> PriorityDispatchResult:
    refinement = context.opts.get(_KEY)
    if refinement is not None:
        refinement.met((schema, table), before, after)
    return PriorityDispatchResult.CONTINUE


# They do nothing to a comparison that no Refinement is attached to.
comparators.dispatch_for("autogenerate", priority=DispatchPriority.LAST)(_hook)
comparators.dispatch_for("column")(_column_hook)
