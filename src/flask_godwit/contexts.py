"""Alembic's context for one run: the database's guards, its journal and its ledger around it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import alembic.context
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.util import to_tuple
from sqlalchemy import Connection

from .dialects import dialect_for, operations
from .dialects.base import Database
from .dialects.guard import Guard, PoliteStop, watched
from .dialects.lookout import Lookout
from .journal.guard import Journal
from .journal.ledger import Ledger
from .journal.recorder import Recorder
from .journal.store import Store
from .mysql import IS_REHEARSED
from .online.run import online
from .operations.later import store_of
from .operations.surroundings import OPTION as SURROUNDINGS
from .operations.surroundings import Surroundings
from .parts import bind_in, bind_of
from .retry import Limits
from .schemas import only_ours
from .scripts import Scripts
from .sqlite import IS_BEHIND
from .steps import (
    applied_in,
)
from .targets import DEFAULT_VERSION_TABLE

if TYPE_CHECKING:
    from .environment import Migrations


@dataclass(frozen=True)
class Configured:
    """What an env.py, or we in its place, said for one database.

    :param options: those of Alembic's ``context.configure()``.
    :param arguments: those of ``context.run_migrations()``, which revisions are called with.
    """

    options: Mapping[str, Any]
    arguments: Mapping[str, Any]


class Environment(EnvironmentContext):
    """Alembic's environment with our defaults. env.py reaches it as ``alembic.context``."""

    def __init__(self, migrations: Migrations, scripts: Scripts, **options: Any) -> None:
        super().__init__(migrations.config, scripts, **options)
        self.migrations = migrations
        self.guards: tuple[Guard, ...] = ()
        self.recorder: Recorder | None = None
        self._watched: AbstractContextManager[None] = nullcontext()

    def configure(self, *args: Any, **options: Any) -> None:
        """Alembic's ``configure``: what env.py says wins over our defaults."""
        bind = bind_in(options)
        options.setdefault("transaction_per_migration", True)
        options.setdefault("compare_server_default", True)
        options["include_name"] = self.migrations.names_of(bind, options.get("include_name"))
        if "include_schemas" not in options:
            self._look_into_our_schemas(options)
        if not self.migrations.is_selected(bind):
            options["dont_mutate"] = True
        connection = args[0] if args else options.pop("connection", None)
        if connection is not None and self.migrations.stand_in is not None:
            connection = self.migrations.stand_in(connection)
        args = (connection, *args[1:])
        self._guard(connection, options)
        options[SURROUNDINGS] = self._surroundings(bind)
        options[IS_REHEARSED] = self.migrations.stand_in is not None
        self._record(connection, options)
        super().configure(*args, **options)

    def _look_into_our_schemas(self, options: dict[str, Any]) -> None:
        models = options.get("target_metadata")
        options["include_schemas"] = True
        options["include_name"] = only_ours(models, self._files, options["include_name"])

    def _files(self) -> tuple[str, ...]:
        return tuple(script.path for script in self.script.walk_revisions())

    def run_migrations(self, **arguments: Any) -> None:
        """Alembic's ``run_migrations``, with the database's guards around it."""
        with ExitStack() as around:
            context = self.get_context()
            around.enter_context(operations(context))
            if self.migrations.limits is not None:
                around.enter_context(online(context, self.migrations.listener.made_safe))
            for guard in self.guards:
                around.enter_context(guard.run())
            around.enter_context(self._watched)
            # A copy: Alembic fills the same dict for every database.
            self.migrations.configured[bind_of(context)] = Configured(dict(context.opts), arguments)
            super().run_migrations(**arguments)

    def _guard(self, connection: Connection | None, options: dict[str, Any]) -> None:
        self.guards, self._watched, self.migrations.journal = (), nullcontext(), None
        limits = self.migrations.limits
        if connection is None or limits is None:
            return
        database = dialect_for(connection.engine.url, connection.dialect)
        own = database.guards(connection, limits)
        journal = self._journal(database, connection, limits, options)
        lookout = Lookout(
            limits,
            database.canceller(connection),
            database.observer(connection),
            self.migrations.seen,
        )
        self.guards = (PoliteStop(limits.stops), *journal, *own, lookout)
        self._watched = watched(connection, self.guards)
        if own and database.transactional_ddl is not None:
            options.setdefault("transactional_ddl", database.transactional_ddl)

    def _surroundings(self, bind: str) -> Surroundings:
        """What our directives need to know of this run."""
        migrations = self.migrations
        settings, tell = migrations.project.settings, migrations.listener.backfilled
        limits = migrations.limits
        if limits is None:
            rehearses = migrations.stand_in is not None
            return Surroundings(bind, settings=settings, is_rehearsal=rehearses)
        warn = migrations.listener.warned
        left = partial(migrations.listener.left_for_later, bind)
        return Surroundings(
            bind, migrations.journal, self.guards, limits, settings, tell, warn, left=left
        )

    def _record(self, connection: Connection | None, options: dict[str, Any]) -> None:
        """Write the ledger while revisions run on a connection."""
        self.recorder = None
        if connection is None or self.migrations.limits is None:
            return
        ledger = Ledger(*_version_table(options))
        self.recorder = Recorder(ledger, bind_in(options), self.migrations.listener.warned)
        told = to_tuple(options.get("on_version_apply"), default=())
        options["on_version_apply"] = (*told, self._applied)

    def _applied(
        self, ctx: MigrationContext, step: MigrationInfo, heads: set[str], **_: Any
    ) -> None:
        """Alembic's ``on_version_apply``."""
        if ctx.connection is not None and (step.is_stamp or not step.is_upgrade):
            store_of(ctx).keep(ctx.connection, applied_in(self.script, heads))
        if self.recorder is not None and ctx.connection is not None:
            self.recorder.done(ctx.connection)
        for guard in self.guards:
            guard.applied()

    def _journal(
        self, database: Database, connection: Connection, limits: Limits, options: dict[str, Any]
    ) -> tuple[Guard, ...]:
        witness = database.witness(connection)
        if witness is None:
            return ()
        store = Store(connection, *_version_table(options))
        journal = self.migrations.journal = Journal(store, witness, limits, self._is_applied)
        options[IS_BEHIND] = journal.is_behind
        return (journal,)

    def _is_applied(self, revision: str) -> bool:
        """Whether a revision, or one that builds on it, is in the version table."""
        return revision in applied_in(self.script, self.get_context().get_current_heads())


def _version_table(options: Mapping[str, Any]) -> tuple[str, str | None]:
    """Name and schema of the version table."""
    return (
        options.get("version_table") or DEFAULT_VERSION_TABLE,
        options.get("version_table_schema"),
    )


# Alembic keeps a list of proxied modules by class: ours stands behind `alembic.context` too.
Environment.create_module_class_proxy(vars(alembic.context), {})


@cache
def known_options() -> tuple[str, ...]:
    """The names of the options that Alembic's ``context.configure()`` takes."""
    named = inspect.signature(EnvironmentContext.configure).parameters
    return (*named, "version_table", "version_table_schema", "version_table_pk")
