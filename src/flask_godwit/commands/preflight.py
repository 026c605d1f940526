"""Looking at what an upgrade would do before it runs its first statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory

from ..environment import Migrations
from ..errors import HazardRefused, RowsInTheWay
from ..failure import reason_of, short_path
from ..listener import Listener
from ..planning.enforce import too_long
from ..planning.judge import judge_of
from ..planning.repeatable import is_repeatable
from ..planning.replay import Rehearsal, rehearse, rehearse_beside
from ..plans import RowFinding, RuleFinding
from ..values import Project
from .caution import path_of
from .planning import builder_of, preflight_of, rows_in_the_way

Way = Callable[[ScriptDirectory, tuple[str, ...]], Iterable[RevisionStep]]
NOT_SAFE = "  # godwit: assured {} REASON"


@dataclass
class Found:
    """What is in the way of an upgrade: rows, each with the file of its revision, and hazards."""

    rows: dict[RowFinding, str] = field(default_factory=dict)
    hazards: dict[RuleFinding, None] = field(default_factory=dict)
    shorter: dict[RuleFinding, None] = field(default_factory=dict)


class Look:
    """Stops an upgrade before anything runs that would fail on rows, or stop the application.

    Revisions that do more than tell the database what to do, and those after them, are left out:
    they would be executed once more.
    """

    def __init__(
        self, project: Project, listener: Listener, *, rows: bool, command: str = "upgrade"
    ) -> None:
        self.project = project
        self.listener = listener
        self.rows = rows
        self.command = command
        self.settings = project.settings
        self.hazards = self.settings.enforce != "off" and command == "upgrade"

    def before(self, way: Way) -> None:
        """Look at all databases.

        :param way: the steps that a database has to go, of where it is.
        :raises RowsInTheWay: a step would fail on rows, and none before it can repair them.
        :raises HazardRefused: a step would keep others waiting for too long.
        """
        self._look(lambda found: self._at_all(way, found))

    def beside(self, context: MigrationContext, steps: Sequence[RevisionStep]) -> None:
        """Look at the database of a context, which an env.py has configured.

        :raises RowsInTheWay: as :meth:`before` does.
        """

        def look(found: Found) -> None:
            wanted = takewhile(lambda step: is_repeatable(path_of(step)), steps)
            rehearse_beside(
                Migrations(self.project), context, wanted, lambda one: self._note(one, found)
            )

        self._look(look)

    def _look(self, look: Callable[[Found], None]) -> None:
        found = Found()
        try:
            look(found)
        except Exception as error:  # the upgrade itself meets what is wrong, or nothing is
            self.listener.warned(f"The rows were not looked at before: {reason_of(error)}")
            return
        self._conclude(found)

    def _at_all(self, way: Way, found: Found) -> None:
        migrations = Migrations(self.project)

        def moves(at: tuple[str, ...]) -> Iterable[RevisionStep]:
            steps = way(migrations.scripts, at)
            return takewhile(lambda step: is_repeatable(path_of(step)), steps)

        rehearse(migrations, moves, lambda rehearsal: self._note(rehearsal, found))

    def _note(self, rehearsal: Rehearsal, found: Found) -> None:
        if self.rows:
            look = preflight_of(rehearsal, self.settings)
            look.search.goes_back = self.command == "downgrade"
            for replayed in rehearsal.replayed:
                for rows in rows_in_the_way(look, replayed):
                    found.rows.update(dict.fromkeys(rows, replayed.path))
        if not self.hazards:
            return
        builder = builder_of(rehearsal)
        for replayed in rehearsal.replayed:
            steps = builder.steps(replayed.recorded, judge_of(replayed.path))
            long, shorter = too_long(steps, self.settings.enforce_seconds)
            found.hazards.update(dict.fromkeys(long))
            found.shorter.update(dict.fromkeys(shorter))

    def _conclude(self, found: Found) -> None:
        certain = {row: path for row, path in found.rows.items() if row.is_certain}
        if certain:
            raise _rows_refused(certain, self.command)
        if found.hazards and self.settings.enforce == "error":
            raise _hazards_refused(list(found.hazards))
        for row in found.rows:
            self.listener.warned(f"{row.in_words}.")
        for hazard in (*found.hazards, *found.shorter):
            place = f"{hazard.file}:{hazard.line}"
            self.listener.warned(f"{place} {hazard.rule}: {hazard.what}")


def _rows_refused(found: dict[RowFinding, str], command: str) -> RowsInTheWay:
    first, *_ = found
    return RowsInTheWay(
        f"{first.what}." if len(found) == 1 else f"{len(found)} steps would fail on rows.",
        detail="\n".join(f"  {short_path(path)}: {row.what}" for row, path in found.items()),
        hint="Nothing was run. Correct these rows first, by hand or in a migration before that.\n"
        f"flask db {command} --no-preflight    runs it all the same",
    )


def _hazards_refused(found: list[RuleFinding]) -> HazardRefused:
    first = found[0]
    lines = []
    for hazard in found:
        lines += [f"  {hazard.file}:{hazard.line} {hazard.rule}", f"    {hazard.what}"]
        lines += [f"      {line}" for line in hazard.advice.splitlines()]
    return HazardRefused(
        f"{first.what}" if len(found) == 1 else f"{len(found)} steps would keep others waiting.",
        detail="\n".join(lines),
        hint="Nothing was run. Do it in another way, or say in the script, on that line, why it may"
        f" be done:\n{NOT_SAFE.format(first.rule).strip()}\n"
        'GODWIT_ENFORCE = "warn"    only warns of such steps',
    )
