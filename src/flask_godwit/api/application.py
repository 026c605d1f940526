"""The application whose databases the functions of this package are about."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

from flask import current_app, g

from ..extension import app_migrations
from ..values import Project

Directory = str | PathLike[str] | None
XArg = str | Sequence[str] | None


def project(
    directory: Directory = None,
    x_arg: XArg = None,
    bind: str | None = None,
    wait: float | None = None,
    backup: bool | None = None,
) -> Project:
    """The current application's :class:`~flask_godwit.values.Project`.

    :param directory: another migrations folder than the application's own.
    :param x_arg: values for env.py's ``context.get_x_argument()``.
    :param bind: work on this database only.
    :param wait: seconds to wait for a server that is still starting.
    :param backup: make backups before databases are changed.
    """
    given = [x_arg] if isinstance(x_arg, str) else list(x_arg or ())
    state = app_migrations(current_app._get_current_object())  # type: ignore[attr-defined]
    x_args = [*g.get("x_arg", ()), *given]
    return state.project(directory, bind=bind, wait=wait, backup=backup, x_arg=x_args)
