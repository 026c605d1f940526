"""``flask db`` before the application is imported.

Flask asks plugins first, so this group answers even when the application can't be
imported: a person reads why, not "No such command 'db'". It never stands in the way of
another extension: whatever ``db`` the application itself has is what runs.
"""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from importlib.metadata import entry_points
from types import TracebackType
from typing import Any

import click
from flask import Flask
from flask.cli import NoAppException, ScriptInfo

from .collector import resting_collector
from .console import Console
from .group import db as godwit_group

_NAME = "db"


class PluginGroup(click.Group):
    """Finds the application's own ``db`` group and hands over to it."""

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        """Ours, where no application says otherwise."""
        return godwit_group.commands

    @commands.setter
    def commands(self, given: MutableMapping[str, click.Command]) -> None:
        assert not given

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """The context of the group that is really meant."""
        asks_for_help = bool({"--help", "-h"} & set(args)) or bool(extra.get("resilient_parsing"))
        group = _group_of_the_application(parent, asks_for_help)
        return group.make_context(info_name, args, parent, **extra)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The help line in ``flask --help``, where the application is loaded by then."""
        context = click.get_current_context(silent=True)
        info = context.find_object(ScriptInfo) if context else None
        app = getattr(info, "_loaded_app", None)
        return (_in_application(app) or godwit_group).get_short_help_str(limit)


def _group_of_the_application(parent: click.Context | None, asks_for_help: bool) -> click.Command:
    if parent is None:
        return godwit_group
    try:
        with resting_collector():
            app = parent.ensure_object(ScriptInfo).load_app()
    except Exception as error:
        if asks_for_help:
            return godwit_group
        parent.exit(_explain(error, traceback="--traceback" in sys.argv))
    parent.with_resource(app.app_context())
    group = _in_application(app) or _other_plugin()
    if group is None:
        parent.fail(
            f"No such command {_NAME!r}: the application {app.name!r} has no migrations.\n"
            "Add `migrate = Migrate(app, db)` where it is made."
        )
    return group


def _in_application(app: Flask | None) -> click.Command | None:
    return app.cli.commands.get(_NAME) if app is not None else None


def _other_plugin() -> click.Command | None:
    """Another package's ``db`` plugin, which ours would hide."""
    for entry in entry_points(group="flask.commands"):
        if entry.name == _NAME and not entry.value.startswith(f"{__package__}."):
            command = entry.load()
            return command if isinstance(command, click.Command) else None
    return None


def _explain(error: Exception, *, traceback: bool) -> int:
    """Say why the application could not be imported, and what to install.

    :returns: the exit code: 2 only where no application was found, which is a usage error.
    """
    from ..dialects.drivers import missing_driver, unusable_url

    console = Console()
    known = missing_driver(error) or unusable_url(error)
    if known is not None and not traceback:
        console.error(known)
    elif isinstance(error, NoAppException):
        console.failure(error.format_message())
        return error.exit_code
    else:
        console.failure(f"The application can't be imported: {type(error).__name__}: {error}")
        console.traceback(error, since=_user_frames(error))
    return 1


def _user_frames(error: BaseException) -> TracebackType | None:
    """The traceback from the first frame that is the application's own."""
    frame = error.__traceback__
    while frame and frame.tb_next and _is_machinery(frame.tb_frame.f_globals.get("__name__", "")):
        frame = frame.tb_next
    return frame


def _is_machinery(module: str) -> bool:
    return module.startswith(("flask.", f"{__package__}."))


db = PluginGroup(name=_NAME, help=godwit_group.help, params=godwit_group.params)
