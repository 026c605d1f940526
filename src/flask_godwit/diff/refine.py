"""What is done to a migration between Alembic's comparison and the file.

A short pipeline. Renames come first, inside the comparison, since they change what else
differs. The other stages change the operations of a finished script.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.util import DispatchPriority, PriorityDispatchResult

from .answers import Answers
from .questions import Asker, Refusal
from .renames.find import refuse_unused
from .renames.stage import RenameStage

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
            stage.run(upgrade)
            self.used |= stage.used
        finally:
            self._busy = False

    def finish(self) -> None:
        """After the last database.

        :raises AnswerWrong: an answer fitted nothing.
        """
        refuse_unused(self.answers, self.used)


def _hook(context: AutogenContext, upgrade: ops.UpgradeOps) -> PriorityDispatchResult:
    refinement = context.opts.get(_KEY)
    if refinement is not None:
        refinement.compared(context, upgrade)
    return PriorityDispatchResult.CONTINUE


# Does nothing to a comparison that no Refinement is attached to.
comparators.dispatch_for("autogenerate", priority=DispatchPriority.LAST)(_hook)
