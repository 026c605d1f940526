"""The extension object: small, its state is per application, and it imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Blueprint, Flask, current_app, g

from . import locate
from .errors import SettingsError
from .health import StartCheck, health_blueprint
from .settings import NAMES, Settings, read_settings

if TYPE_CHECKING:
    from .alembic_config import Config
    from .values import Pending, Project

    Configure = Callable[[Config], Config]
    ConfigureT = TypeVar("ConfigureT", bound=Configure)

_TARGET_ARGUMENTS = ("engine", "engines", "metadata", "metadatas")


class Migrate:
    """Database migrations for a Flask application.

    :param app: the application; leave it out in a factory and call :meth:`init_app`.
    :param db: a Flask-SQLAlchemy or Flask-SQLAlchemy-Lite object, an SQLAlchemy engine
        (with ``metadata=``), or a pair ``(engine, metadata)``.
    :param directory: the migrations folder, relative to the project.
    :param command: the name of the command group.
    :param alembic_options: options of Alembic's ``EnvironmentContext.configure()``, settings
        (``GODWIT_FILE_TEMPLATE`` is ``file_template=``), and ``metadata=``, ``metadatas=``,
        ``engine=`` or ``engines=`` where ``db`` alone does not say them.
    """

    def __init__(
        self,
        app: Flask | None = None,
        db: Any = None,
        directory: str | PathLike[str] = "migrations",
        command: str = "db",
        compare_type: Any = True,
        render_as_batch: bool = True,
        **alembic_options: Any,
    ) -> None:
        self.configure_callbacks: list[Configure] = []
        self.db = db
        self.directory = str(directory)
        self.command = command
        self._defaults = (self.directory, command)
        self.alembic_ctx_kwargs: dict[str, Any] = {
            **alembic_options,
            "compare_type": compare_type,
            "render_as_batch": render_as_batch,
        }
        if app is not None and (db is not None or self._names_an_engine()):
            self.init_app(app, db, directory)

    def init_app(
        self,
        app: Flask,
        db: Any = None,
        directory: str | PathLike[str] | None = None,
        command: str | None = None,
        compare_type: Any = None,
        render_as_batch: bool | None = None,
        **alembic_options: Any,
    ) -> None:
        """Give ``app`` its migrations and the ``flask db`` commands."""
        self.db = self.db if db is None else db
        # What one application is given must not become the next one's default.
        self.directory = str(directory or self._defaults[0])
        self.command = command or self._defaults[1]
        options = {**self.alembic_ctx_kwargs, **alembic_options}
        if compare_type is not None:
            options["compare_type"] = compare_type
        if render_as_batch is not None:
            options["render_as_batch"] = render_as_batch
        app.extensions["migrate"] = AppMigrations(app, self, options)
        StartCheck(app)

        from .cli.group import db as group

        app.cli.add_command(group, name=self.command)

    def pending(self) -> Pending:
        """What the current application's databases lack; false when all are at head.

        Cheap enough for a health check. A database that can't be asked is said in its entry.
        """
        from .commands.pending import pending

        return pending(app_migrations(current_app._get_current_object()).project())  # type: ignore[attr-defined]

    def health_blueprint(self, url: str = "/health/migrations") -> Blueprint:
        """A blueprint whose one view answers 200 if every database is at head, otherwise 503.

        :param url: where the view is.
        """
        return health_blueprint(url)

    def configure(self, function: ConfigureT) -> ConfigureT:
        """Register a function that receives Alembic's ``Config`` and returns it, changed or not."""
        self.configure_callbacks.append(function)
        return function

    def call_configure_callbacks(self, config: Config) -> Config:
        """Pass ``config`` through every registered function."""
        for function in self.configure_callbacks:
            config = function(config)
        return config

    def get_config(
        self,
        directory: str | PathLike[str] | None = None,
        x_arg: str | Sequence[str] | None = None,
        opts: Sequence[str] | None = None,
    ) -> Config:
        """Alembic's ``Config`` for the migrations folder.

        :param x_arg: one value or several for env.py's ``context.get_x_argument()``.
        :param opts: names that are set to True in ``config.cmd_opts``.
        """
        from .alembic_config import make_config

        state = current_app.extensions.get("migrate", self)
        folder = folder_of(current_app, directory or state.directory, typed=directory is not None)
        config = make_config(folder, [*g.get("x_arg", ()), *_listed(x_arg)], opts or ())
        return self.call_configure_callbacks(config)

    def _names_an_engine(self) -> bool:
        return any(name in self.alembic_ctx_kwargs for name in ("engine", "engines"))


class AppMigrations:
    """What ``app.extensions["migrate"]`` holds: one application's migrations.

    ``db``, ``migrate``, ``directory``, ``configure_args`` and ``metadata`` are what env.py
    files made by Flask-Migrate read.
    """

    def __init__(self, app: Flask, migrate: Migrate, options: dict[str, Any]) -> None:
        self.app = app
        self.migrate = migrate
        self.db = migrate.db
        self.directory = migrate.directory
        self.target_arguments = {
            name: options.pop(name) for name in _TARGET_ARGUMENTS if name in options
        }
        self.setting_arguments = {name: options.pop(name) for name in NAMES if name in options}
        self.configure_args: dict[str, Any] = options
        self._settings: Settings | None = None

    @property
    def metadata(self) -> Any:
        """The models' MetaData; very old env.py files ask for it here."""
        return self.target_arguments.get("metadata") or self.db.metadata

    @property
    def settings(self) -> Settings:
        """The settings, read and checked once.

        :raises SettingsError: one of them is unknown or wrong.
        """
        if self._settings is None:
            self._settings = read_settings(self.app.config, self.setting_arguments)
            _refuse_misspelled(self.configure_args)
        return self._settings

    def project(
        self,
        directory: str | PathLike[str] | None = None,
        *,
        bind: str | None = None,
        wait: float | None = None,
        lock: bool | None = None,
        backup: bool | None = None,
        limits: Mapping[str, Any] | None = None,
        x_arg: Sequence[str] = (),
    ) -> Project:
        """Everything a command needs to know of this application.

        :param directory: another migrations folder than the configured one.
        :param bind: work on this database only.
        :param wait: seconds to wait for the server, instead of ``GODWIT_WAIT_SECONDS``.
        :param lock: whether to take the deploy lock, instead of ``GODWIT_LOCK``.
        :param backup: whether to make backups, instead of ``GODWIT_BACKUP``.
        :param limits: seconds, by the name of the setting that they replace.
        """
        from .alembic_config import make_config
        from .targets import selected_targets, targets_of
        from .values import Project  # its many dataclasses take their time

        settings = self.settings
        if lock is not None:
            settings = replace(settings, lock=lock)
        if backup is not None:
            settings = replace(settings, backup=backup)
        settings = replace(settings, **(limits or {}))
        arguments = self.target_arguments

        def config(folder: Path, flags: Sequence[str]) -> Config:
            return self.migrate.call_configure_callbacks(make_config(folder, x_arg, flags))

        project = Project(
            name=self.app.name,
            root=locate.project_root(Path(self.app.root_path)),
            directory=folder_of(self.app, directory or self.directory, typed=directory is not None),
            settings=settings,
            targets=lambda: targets_of(self.db, arguments, self.configure_args),
            config=config,
            options=self.configure_args,
            shared_state=self.configure_args,
            bind=bind,
            wait=settings.wait_seconds if wait is None else wait,
        )
        if bind is not None:
            selected_targets(project)
        return project


def app_migrations(app: Flask) -> AppMigrations:
    """The migrations of ``app``.

    :raises SettingsError: the application never called ``Migrate(app, db)``.
    """
    state = app.extensions.get("migrate")
    if isinstance(state, AppMigrations):
        return state
    raise SettingsError(
        f"The application {app.name!r} has no Flask-Godwit migrations.",
        hint="Add `migrate = Migrate(app, db)` where the application is made"
        " (or `migrate.init_app(app, db)` in its factory).",
    )


def folder_of(app: Flask, name: str | PathLike[str], *, typed: bool) -> Path:
    """The migrations folder called ``name`` of an application."""
    return locate.find_directory(Path(name), Path(app.root_path), Path.cwd(), typed=typed)


def _listed(value: str | Sequence[str] | None) -> Sequence[str]:
    if value is None:
        return ()
    return [value] if isinstance(value, str) else list(value)


def _refuse_misspelled(options: Mapping[str, Any]) -> None:
    """Alembic ignores an option that it does not know: a typing error would go unnoticed."""
    from .contexts import known_options
    from .settings import misspelled_option

    for name in options:
        meant = misspelled_option(name, known_options())
        if meant:
            raise SettingsError(f"Migrate({name}=…) is no option.", hint=f"Did you mean {meant}?")
