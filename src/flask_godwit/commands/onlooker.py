"""How far another migration is, seen from beside it and without a lock."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ..connect import connected
from ..journal.store import Store
from ..steps import applied_in
from ..targets import selected_targets
from ..values import Project, Target

HasSteps = Callable[[tuple[str, ...]], bool]
"""Whether there is something to do for a database that is at these revisions."""


def is_done(context: MigrationContext, scripts: ScriptDirectory, has_steps: HasSteps) -> bool:
    """Whether nothing is left to do in a database, nor half done."""
    assert context.connection is not None
    at = context.get_current_heads()
    if has_steps(at):
        return False
    store = Store(context.connection, context.version_table, context.version_table_schema)
    return not store.half_done(applied_in(scripts, at))


class Onlooker:
    """Looks at the databases of a project, whoever works on them."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def standing(self, bind: str) -> str:
        """In words, where the database is now."""
        at = self.heads(bind)
        return "" if at is None else f"the database is at {', '.join(at) or 'base'}"

    def heads(self, bind: str) -> tuple[str, ...] | None:
        """What the version table says now, None if it can't be asked."""
        try:
            target = next(t for t in self.project.targets() if t.bind == bind)
            with connected(target.engine) as connection:
                return self._context(target, connection).get_current_heads()
        except Exception:  # what it is asked for is what the user must see
            return None

    def watch(self, scripts: ScriptDirectory, has_steps: HasSteps) -> Callable[[], bool]:
        """A question to ask again and again: whether nothing is left to do in any database."""
        return partial(self._nothing_left, scripts, cache(has_steps))

    def _nothing_left(self, scripts: ScriptDirectory, has_steps: HasSteps) -> bool:
        try:
            targets = selected_targets(self.project)
            return all(self._is_done(target, scripts, has_steps) for target in targets)
        except Exception:  # in doubt there is: whoever has the lock then meets what is wrong
            return False

    def _is_done(self, target: Target, scripts: ScriptDirectory, has_steps: HasSteps) -> bool:
        with connected(target.engine) as connection:
            return is_done(self._context(target, connection), scripts, has_steps)

    def _context(self, target: Target, connection: Connection) -> MigrationContext:
        options = dict(self.project.options)
        if target.version_table:
            options["version_table"] = target.version_table
        return MigrationContext.configure(connection, opts=options)
