"""What is done to a migration between Alembic's comparison and the file.

A short pipeline. Renames come first, inside the comparison, since they change what else
differs. The other stages change the operations of a finished script.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import ARRAY, Column, Enum

from ..dialects import dialect_for
from . import types
from .answers import Answers
from .compare.plugin import load
from .compare.sides import sides_of
from .computed_order import drop_computed_first, order_computed
from .default_schema import leave_default_unnamed
from .names import Key
from .objects.declaring import without_views
from .objects.stage import ObjectStage
from .ownership import OWNERSHIP, Ownership
from .questions import Asker, Refusal
from .renames.values import Renames

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
    enums: list[tuple[Key, str, Any, Any]] = field(default_factory=list)
    comparison: AutogenContext | None = None
    renames: Renames = field(default_factory=Renames)
    first: list[ops.MigrateOperation] = field(default_factory=list)
    """What the last comparison found before it knew of renames, if there are any."""
    leaving: list[ops.MigrateOperation] = field(default_factory=list)
    """What is dropped before the renames, since another thing takes its name."""
    unmade: dict[str, str] = field(default_factory=dict)
    """Tables that the server does not make as the models say, each with the reason."""

    def attach(self, context: MigrationContext) -> None:
        """Have the next comparison of this context refined."""
        self.enums.clear()
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
            self.first, self.leaving, self.objects.renaming = [], [], 0
            self.comparison, self.renames = context, self._renamed(context, upgrade)
            self.objects.makes_way, self.objects.refuses = self.asker is not None, self.check_rows
            self.objects.leaving = self.leaving
            self._keep_notes(context)
            self.objects.run(context, upgrade, self.renames, self.ownership)
            for operations in (upgrade, ops.UpgradeOps(self.leaving)):
                order_computed(operations)
            if context.connection and not sides_of(context).database.retypes_what_is_read:
                drop_computed_first(upgrade)
        finally:
            self._busy = False

    def _renamed(self, context: AutogenContext, upgrade: ops.UpgradeOps) -> Renames:
        told = self.answers.rename_tables or self.answers.renames  # two may have changed places
        if not (upgrade.ops or told):
            return Renames()
        from .renames.stage import RenameStage

        release = partial(self._release, context)
        stage = RenameStage(
            context, self.answers, self.asker, release, partial(self._forget, context)
        )
        found = stage.run(upgrade)
        self.used |= stage.used
        self.first, self.leaving = stage.first, stage.leaving
        self.objects.renaming = len(stage.steps)
        return found

    def _forget(self, context: AutogenContext) -> None:
        """Leave behind what was found while things had their old names."""
        self.enums.clear()
        sides_of(context).notes.clear()
        sides_of(context).refused.clear()

    def _keep_notes(self, context: AutogenContext) -> None:
        """Keep what no script can bring along.

        :raises ChangeRefused: a script would fail on it.
        """
        if context.connection is None:
            return
        sides = sides_of(context)
        self.objects.notes += [note for note in sides.notes if note not in self.objects.notes]
        self.unmade |= sides.unmade
        if sides.refused and self.asker is not None:
            raise sides.refused[0]

    def _release(self, context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
        without_views(context, upgrade)
        if self.ownership is None or context.connection is None:
            return
        connection = context.connection
        database = dialect_for(connection.engine.url, connection.dialect)
        self.ownership.release(upgrade, partial(database.foreign_tables, connection))

    def met(self, key: Key, before: Column[Any], after: Column[Any]) -> None:
        """Remember a column whose allowed values differ."""
        old, new = _elements(before.type), _elements(after.type)
        if isinstance(old, Enum) and isinstance(new, Enum):
            found = (key, after.name, before.type, after.type)
            if set(old.enums) - set(new.enums) and found not in self.enums:
                self.enums.append(found)

    def refine(self, script: ops.MigrationScript) -> None:
        """Change the newest part of a script, for the database that was compared last."""
        context = self.comparison
        if context is None or context.connection is None or self.asker is None:
            return
        from .finishing import finished

        finished(self, context, script)

    def finish(self) -> None:
        """After the last database.

        :raises AnswerWrong: an answer fitted nothing.
        """
        if self.answers == Answers():
            return
        from .renames.find import refuse_unused

        refuse_unused(self.answers, self.used)


def _elements(kind: Any) -> Any:
    """The type of an array's elements; another type as it is."""
    return kind.item_type if isinstance(kind, ARRAY) else kind


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
