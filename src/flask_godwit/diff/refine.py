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
from sqlalchemy import Column, Table

from ..dialects import dialect_for
from .answers import Answers
from .fill import FillStage
from .names import Key
from .questions import Asker, Refusal
from .renames.find import models_of, refuse_unused
from .renames.stage import RenameStage
from .renames.values import Renames
from .rows import Rows

_KEY = "godwit_refinement"


@dataclass
class Refinement:
    """The stages of one run, for all its databases.

    :param asker: who answers; None leaves every doubtful rename a drop and an add.
    """

    answers: Answers = field(default_factory=Answers)
    asker: Asker | None = field(default_factory=Refusal)
    used: set[str] = field(default_factory=set)
    _busy: bool = False
    _comparison: AutogenContext | None = None
    _renames: Renames = field(default_factory=Renames)

    def attach(self, context: MigrationContext) -> None:
        """Have the next comparison of this context refined."""
        context.opts[_KEY] = self

    def compared(self, context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
        """Find the renames; the comparison that this begins again is left alone."""
        if self._busy:
            return
        self._busy = True
        try:
            stage = RenameStage(context, self.answers, self.asker)
            self._comparison, self._renames = context, stage.run(upgrade)
            self.used |= stage.used
        finally:
            self._busy = False

    def refine(self, script: ops.MigrationScript) -> None:
        """Change the newest part of a script, for the database that was compared last."""
        context = self._comparison
        if context is None or context.connection is None or self.asker is None:
            return
        fill = FillStage(
            dialect=context.dialect,
            database=dialect_for(context.connection.engine.url, context.connection.dialect),
            rows=Rows(context.connection, self._renames),
            models=partial(_model_column, models_of(context)),
            answers=self.answers,
            asker=self.asker,
            used=self.used,
        )
        fill.upgrade(script.upgrade_ops_list[-1])
        fill.downgrade(script.downgrade_ops_list[-1])

    def finish(self) -> None:
        """After the last database.

        :raises AnswerWrong: an answer fitted nothing.
        """
        refuse_unused(self.answers, self.used)


def _model_column(models: Mapping[Key, Table], key: Key, name: str) -> Column[Any] | None:
    table = models.get(key)
    return None if table is None else next((c for c in table.c if c.name == name), None)


def _hook(context: AutogenContext, upgrade: ops.UpgradeOps) -> PriorityDispatchResult:
    refinement = context.opts.get(_KEY)
    if refinement is not None:
        refinement.compared(context, upgrade)
    return PriorityDispatchResult.CONTINUE


# Does nothing to a comparison that no Refinement is attached to.
comparators.dispatch_for("autogenerate", priority=DispatchPriority.LAST)(_hook)
