"""Alembic's contexts for a project's databases, with or without an env.py.

A :class:`Migrations` is a migrations folder that can be run: it knows Alembic's
``ScriptDirectory`` and opens Alembic's ``EnvironmentContext``. Where the folder has
an env.py, that is executed, as Alembic would; where it has none, :func:`_run_targets`
does what an env.py does, for one database after the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from functools import cache, partial
from io import StringIO
from typing import TYPE_CHECKING, Any, ClassVar

from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from .connect import connected, explain, is_connection_trouble, is_damaged
from .contexts import Configured, Environment, target_options
from .dialects import dialect_for
from .errors import GodwitError, SettingsError
from .interrupts import interrupts_shown
from .listener import Listener
from .outages import outage_in
from .parts import bind_of, fitted, has_parts, is_same_bind
from .process_state import left_as_it_was, outer_run_kept
from .scripts import apply_settings, existing_folder, open_scripts
from .steps import commit_what_is_open
from .surroundings import RUNNING
from .targets import foreign_tables, is_ours

if TYPE_CHECKING:
    from .dialects.lookout import Seen
    from .journal.guard import Journal
    from .journal.recorder import Recorder
    from .retry import Limits
    from .values import Project, Target

Work = Callable[[tuple[str, ...], MigrationContext], Iterable[RevisionStep]]
"""What is done for each database: its current revisions and context -> the steps to run."""

Look = Callable[[tuple[str, ...], MigrationContext], None]
"""The same of something that has no steps."""

IncludeName = Callable[[Any, Any, Any], bool]

# Alembic's `op` and `context` are process-wide proxies: one run at a time.
_alembic_is_ours = threading.RLock()


class Migrations:
    """A project's migrations folder, ready to run.

    :raises FolderMissing: the folder does not exist.
    """

    _running: ClassVar[Environment | None] = None

    def __init__(self, project: Project, flags: Sequence[str] = ()) -> None:
        self.project = project
        directory = existing_folder(project.directory)
        self.config = project.config(directory, flags)
        apply_settings(self.config, project.settings, directory)
        self.scripts = open_scripts(self.config, project.more_locations)
        self.scripts.teach = _teach
        self.limits: Limits | None = None
        self.listener = Listener()
        self.seen: Seen = lambda statement, seconds, sight: None
        self.recorder: Recorder | None = None
        self.began = False
        self.journal: Journal | None = None
        self.configured: dict[str, Configured] = {}
        """What the last runs were configured with, by bind."""
        self.beforehand: Callable[[MigrationContext], bool] = lambda context: True
        """Asked inside of each context, before any revision runs: whether some may."""
        self.stand_in: Callable[[Connection], Connection] | None = None
        """Gives another connection in the place of the one that a run was configured with."""

    @property
    def has_env(self) -> bool:
        """Whether the folder brings its own env.py."""
        return self.scripts.has_env

    def is_selected(self, bind: str) -> bool:
        """Whether ``--bind`` (or its absence) selects this database."""
        return self.project.bind is None or is_same_bind(self.project.bind, bind)

    def may_run(self, context: MigrationContext) -> bool:
        """Whether revisions run in a context that is about to look for them."""
        return self.is_selected(bind_of(context)) and self.beforehand(context)

    def run(
        self,
        work: Work,
        *,
        limits: Limits | None = None,
        output: StringIO | None = None,
        with_env: bool = True,
        only_looks: bool = False,
        **options: Any,
    ) -> None:
        """Do ``work`` for each selected database.

        :param only_looks: the work has no steps: what only they need is not made ready.
        :param with_env: whether an env.py is executed, if there is one.
        :param limits: how long a change may stand in the way of the application; without
            them the work only reads.
        :param output: where the SQL of ``as_sql=True`` goes.
        :param options: options of Alembic's ``EnvironmentContext``, such as ``as_sql``.
        :raises GodwitError: the clear form of Alembic's and the driver's errors.
        """
        self.config.output_buffer = output
        self.limits = limits
        self.began = False
        state = self.project.shared_state
        with (
            _alembic_is_ours,
            outer_run_kept(),
            left_as_it_was(state),
            interrupts_shown(),
            self._errors_made_clear(),
        ):
            fn = partial(self._selected, work)
            environment = Environment(self, self.scripts, fn=fn, **options)
            environment.only_looks = only_looks
            with environment:
                previous, Migrations._running = Migrations._running, environment
                try:
                    self.scripts.run_env() if self.has_env and with_env else run_migrations()
                finally:
                    Migrations._running = previous

    def look(self, look: Look, **options: Any) -> None:
        """Look at each selected database, and run nothing.

        :param options: options of Alembic's ``EnvironmentContext``.
        """

        def work(at: tuple[str, ...], context: MigrationContext) -> tuple[()]:
            bind = bind_of(context)
            self.configured[bind] = replace(self.configured[bind], heads=at)
            look(at, context)
            return ()

        self.run(work, only_looks=True, dont_mutate=True, **options)

    def kept(self, revision: str, direction: str) -> tuple[str, ...]:
        """The statements of a half-applied revision that took effect in the last run."""
        return self.journal.done(revision, direction) if self.journal else ()

    def names_of(self, bind: str, include_name: IncludeName | None) -> IncludeName:
        """Alembic's ``include_name``, which leaves out what belongs to other binds."""

        @cache
        def foreign() -> frozenset[tuple[str | None, str]]:
            return foreign_tables(self.project.targets(), bind)

        def include(name: str | None, type_: Any, parents: Any) -> bool:
            if type_ == "table" and (parents.get("schema_name"), name) in foreign():
                return False
            if type_ == "table" and is_ours(name, self.project.targets()):
                return False
            return include_name is None or include_name(name, type_, parents)

        return include

    def configured_for(self, target: Target) -> Configured:
        """What a database is configured with where no env.py does it."""
        several = has_parts(self.project.targets())
        options = {**self.project.options, **target_options(target, several)}
        return Configured(options, {"engine_name": target.part} if several else {})

    @property
    def template_args(self) -> dict[str, Any]:
        """What our script template must know: the binds that a script has parts for."""
        targets = () if self.scripts.has_template else self.project.targets()
        several = bool(targets) and has_parts(targets)
        return {"binds": [target.part for target in targets] if several else []}

    def narrowed(self, bind: str) -> Migrations:
        """The same folder, its files loaded once, for one database only."""
        clone = copy(self)
        clone.project = replace(self.project, bind=bind)
        return clone

    @contextmanager
    def loaded(self) -> Iterator[ScriptDirectory]:
        """The revision files, for commands that need no database.

        A file that calls ``op.get_bind()`` while it is imported can only be loaded with
        a database at hand: then one is opened.
        """
        with _alembic_is_ours, interrupts_shown(), self._errors_made_clear():
            try:
                self.scripts.get_heads()
            except NameError as error:
                if not _is_proxy_error(error):
                    raise
                self.look(self._load)
            yield self.scripts

    def _load(self, _at: tuple[str, ...], _context: MigrationContext) -> None:
        self.scripts.get_heads()

    def _selected(
        self, work: Work, heads: tuple[str, ...], context: MigrationContext
    ) -> Iterable[RevisionStep]:
        self.began = True
        bind = bind_of(context)
        if not self.is_selected(bind):
            return
        targets = self.project.targets()
        part = next((target.part for target in targets if target.bind == bind), bind)
        safeguards = getattr(context.environment_context, "safeguards", None)
        for step in work(heads, context):
            _teach()
            context.opts[RUNNING] = step.info.up_revision_id
            function = fitted(step.migration_fn, part, plain=bind == targets[0].bind)
            if safeguards is not None:
                function = safeguards.around(function, step, context)
            # Alembic's log says "Running upgrade". A functools.partial has no name.
            function.__name__ = getattr(step.migration_fn, "__name__", "revision")
            step.migration_fn = function
            yield step
            commit_what_is_open(context)
            if safeguards is not None:
                safeguards.finished(context)

    @contextmanager
    def _errors_made_clear(self) -> Iterator[None]:
        try:
            yield
        except GodwitError:
            raise
        except (CommandError, RevisionError) as error:
            from .revision_errors import clear_error

            raise clear_error(error, self.scripts) from error
        except DBAPIError as error:
            self._explain_connection(error)
            self._explain_outage(error)
            raise
        except Exception as error:
            self._explain_outage(error)
            from .revision_errors import broken_script

            broken = broken_script(error, self.scripts)
            if broken is None or _is_proxy_error(error):
                raise
            raise broken from error

    def _explain_connection(self, error: DBAPIError) -> None:
        """Raise the clear form of an error that env.py met while it connected, or we at once."""
        if self.began:
            return
        connecting = self.has_env and not error.statement
        for target in self.project.targets():
            database = dialect_for(target.engine.url)
            trouble = connecting and is_connection_trouble(database, error)
            if trouble or is_damaged(database, error):
                raise explain(database, error) from error

    def _explain_outage(self, error: Exception) -> None:
        """Raise the clear form of an error that is the database's, not the script's."""
        outage = outage_in(error, (dialect_for(t.engine.url) for t in self.project.targets()))
        if outage is not None:
            raise outage from error


def run_migrations(**options: Any) -> None:
    """What an env.py has to do, for all databases of the application.

    A folder without env.py is run by this. An env.py of your own may call it too, with
    options for Alembic's ``context.configure()`` that ``Migrate()`` can't be given.

    :raises SettingsError: no command of ours is running.
    """
    environment = Migrations._running
    if environment is None:
        raise SettingsError(
            "This env.py belongs to Flask-Godwit.", hint="Run it through Flask: flask db upgrade"
        )
    _run_targets(environment, options)


def _run_targets(environment: Environment, overrides: dict[str, Any]) -> None:
    migrations = environment.migrations
    targets = migrations.project.targets()
    several = has_parts(targets)
    _check_bind(migrations, targets)
    for target in targets:
        if not migrations.is_selected(target.bind):
            continue
        configured = migrations.configured_for(target)
        with _context_connected(environment, target) as connection:
            environment.configure(**connection, **{**configured.options, **overrides})
            if several and environment.is_offline_mode():
                environment.static_output(f"-- The database of bind {target.label}")
            with environment.begin_transaction():
                environment.run_migrations(**configured.arguments)


def _check_bind(migrations: Migrations, targets: Sequence[Target]) -> None:
    if not any(migrations.is_selected(target.bind) for target in targets):
        known = ", ".join(target.label for target in targets)
        raise SettingsError(
            f"There is no bind {migrations.project.bind!r}.", hint=f"The binds are: {known}."
        )


@contextmanager
def _context_connected(environment: Environment, target: Target) -> Iterator[dict[str, Any]]:
    """The arguments of ``configure`` that say where statements go."""
    if environment.is_offline_mode():
        yield {
            "url": target.engine.url,
            "literal_binds": True,
            # Otherwise psycopg's and mysqlclient's `%` would be doubled in the script.
            "dialect_opts": {"paramstyle": "named"},
        }
        return
    with connected(target.engine, environment.migrations.project.wait) as connection:
        yield {"connection": connection}


def _teach() -> None:
    """Give ``alembic.op`` our directives, which only revisions have a use for."""
    from . import operations  # noqa: F401


def _is_proxy_error(error: BaseException) -> bool:
    """Whether a revision file used ``op`` while it was imported, with no database at hand."""
    return isinstance(error, NameError) and "proxy object" in str(error)
