"""Alembic's context for one run: the database's guards, its journal and its ledger around it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any

import alembic.context
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy import Connection

from .connect import cut_off
from .dialects import operations
from .frozen import frozen
from .mysql import IS_REHEARSED
from .parts import BIND_OPTION, bind_in, bind_of
from .schemas import only_ours
from .surroundings import OPTION as SURROUNDINGS
from .surroundings import Surroundings

if TYPE_CHECKING:
    from .environment import Migrations
    from .safeguards import Safeguards
    from .scripts import Scripts
    from .values import Target


@frozen
class Configured:
    """What an env.py, or we in its place, said for one database.

    :param options: those of Alembic's ``context.configure()``.
    :param arguments: those of ``context.run_migrations()``, which revisions are called with.
    :param heads: the revisions that the database is at, where it was only looked at.
    """

    options: Mapping[str, Any]
    arguments: Mapping[str, Any]
    heads: tuple[str, ...] = ()


def target_options(target: Target, several: bool) -> dict[str, Any]:
    """The options that come of the database itself, where it may be one of several."""
    options: dict[str, Any] = {"target_metadata": target.metadata, BIND_OPTION: target.bind}
    if target.version_table:
        options["version_table"] = target.version_table
    if several:
        options["upgrade_token"] = f"{target.part}_upgrades"
        options["downgrade_token"] = f"{target.part}_downgrades"
    return options


class Environment(EnvironmentContext):
    """Alembic's environment with our defaults. env.py reaches it as ``alembic.context``."""

    def __init__(self, migrations: Migrations, scripts: Scripts, **options: Any) -> None:
        super().__init__(migrations.config, scripts, **options)
        self.migrations = migrations
        self.only_looks = False
        """Whether no revision will run."""
        self.safeguards: Safeguards | None = None
        """Of the database that was configured last; None where revisions don't really run."""

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
        self.safeguards = self._safeguards(connection, options)
        options[SURROUNDINGS] = self._surroundings(bind)
        options[IS_REHEARSED] = self.migrations.stand_in is not None
        super().configure(*args, **options)

    def _look_into_our_schemas(self, options: dict[str, Any]) -> None:
        models = options.get("target_metadata")
        options["include_schemas"] = True
        options["include_name"] = only_ours(models, self._files, options["include_name"])

    def _files(self) -> tuple[str, ...]:
        return tuple(script.path for script in self.script.walk_revisions())

    def run_migrations(self, **arguments: Any) -> None:
        """Alembic's ``run_migrations``, with the database's guards around it."""
        context = self.get_context()
        with cut_off(context.connection), ExitStack() as around:
            if not self.only_looks and self.migrations.may_run(context):
                around.enter_context(operations(context))
                if self.safeguards is not None:
                    around.enter_context(self.safeguards.run(context))
            # A copy: Alembic fills the same dict for every database.
            self.migrations.configured[bind_of(context)] = Configured(dict(context.opts), arguments)
            super().run_migrations(**arguments)

    def _safeguards(
        self, connection: Connection | None, options: dict[str, Any]
    ) -> Safeguards | None:
        self.migrations.journal = None
        limits = self.migrations.limits
        if connection is None or limits is None:
            return None
        from .safeguards import Safeguards

        return Safeguards(self, connection, limits, options)

    def _surroundings(self, bind: str) -> Surroundings:
        """What our directives need to know of this run."""
        if self.safeguards is not None:
            return self.safeguards.surroundings()
        rehearses = self.migrations.stand_in is not None
        return Surroundings(bind, settings=self.migrations.project.settings, is_rehearsal=rehearses)


# Alembic keeps a list of proxied modules by class: ours stands behind `alembic.context` too.
Environment.create_module_class_proxy(vars(alembic.context), {})


@cache
def known_options() -> tuple[str, ...]:
    """The names of the options that Alembic's ``context.configure()`` takes."""
    named = inspect.signature(EnvironmentContext.configure).parameters
    return (*named, "version_table", "version_table_schema", "version_table_pk")
