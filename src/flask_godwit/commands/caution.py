"""Whether an upgrade is worth a look before its first statement: asked of its files and of the
catalogue, both quick. The look itself knows all about plans, so it is loaded when it must come.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from alembic.runtime.migration import MigrationContext, RevisionStep
from sqlalchemy import Connection, inspect

from ..connect import connected
from ..dialects import dialect_for
from ..failure import reason_of
from ..listener import Listener
from ..planning.repeatable import asks_of_rows, may_last
from ..targets import DEFAULT_VERSION_TABLE, is_ours, selected_targets, tables_of
from ..values import Project, Target

if TYPE_CHECKING:
    from .preflight import Look, Way


class Caution:
    """Has a look taken at what is about to run, where that can fail or keep anybody waiting.

    :param rows: whether existing rows are looked at.
    """

    def __init__(
        self, project: Project, listener: Listener, *, rows: bool, command: str = "upgrade"
    ) -> None:
        self.project = project
        self.listener = listener
        self.rows = rows
        self.command = command

    def before(self, way: Way, steps: Sequence[RevisionStep]) -> None:
        """Look at all databases.

        :param way: the steps that a database has to go, of where it is.
        :param steps: those of the first database.
        :raises RowsInTheWay: a step would fail on rows, and none before it can repair them.
        :raises HazardRefused: a step would keep others waiting for too long.
        """
        self._look(lambda: self._is_worth_it(steps), lambda look: look.before(way))

    def beside(self, context: MigrationContext, steps: Sequence[RevisionStep]) -> None:
        """Look at the database of a context, which an env.py has configured.

        :raises RowsInTheWay: as :meth:`before` does.
        """
        connection = context.connection
        assert connection is not None
        self._look(
            lambda: self._concerns(connection, steps), lambda look: look.beside(context, steps)
        )

    def _look(self, is_worth_it: Callable[[], bool], take: Callable[[Look], None]) -> None:
        try:
            if not is_worth_it():
                return
        except Exception as error:  # the upgrade itself meets what is wrong, or nothing is
            self.listener.warned(f"The rows were not looked at before: {reason_of(error)}")
            return
        from .preflight import Look

        take(Look(self.project, self.listener, rows=self.rows, command=self.command))

    def _is_worth_it(self, steps: Sequence[RevisionStep]) -> bool:
        targets = selected_targets(self.project)
        if len(targets) > 1:  # what the others lack is not known yet
            return any(self._asked(self._may_have_rows, target) for target in targets)
        return self._asked(lambda connection: self._concerns(connection, steps), targets[0])

    def _asked(self, question: Callable[[Connection], bool], target: Target) -> bool:
        with connected(target.engine) as connection:
            return question(connection)

    def _may_have_rows(self, connection: Connection) -> bool:
        """Whether there is any table but ours: where there is none, nothing can be in the way."""
        targets = self.project.targets()
        if any(table.schema for target in targets for table in tables_of(target.metadata)):
            return True  # to look into every schema would cost more than it saves
        versions = {target.version_table for target in targets}
        versions.add(self.project.options.get("version_table", DEFAULT_VERSION_TABLE))
        names = set(inspect(connection).get_table_names()) - versions
        return not all(is_ours(name, targets) for name in names)

    def _concerns(self, connection: Connection, steps: Sequence[RevisionStep]) -> bool:
        """Whether steps do what rows can make fail, or what takes its time on a large table."""
        if not self._may_have_rows(connection):
            return False
        paths = [path_of(step) for step in steps]
        if self.rows and any(asks_of_rows(path, self.command) for path in paths):
            return True
        hazards = self.project.settings.enforce != "off" and self.command == "upgrade"
        return hazards and any(map(may_last, paths)) and self._has_large(connection)

    def _has_large(self, connection: Connection) -> bool:
        database = dialect_for(connection.engine.url, connection.dialect)
        sizes = database.sizes(connection, inspect(connection).get_table_names())
        return any(rows >= self.project.settings.small_table_rows for rows, _ in sizes.values())


def path_of(step: RevisionStep) -> str:
    """The file of a step's revision."""
    return getattr(step.info.up_revision, "path", "") or ""
