"""Options that commands share, and how a command is wrapped: project, output, errors."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any

import click
from flask import current_app, g, has_app_context
from flask.cli import with_appcontext

from ..errors import GodwitError
from ..frozen import frozen
from ..interrupts import interrupts_shown
from ..secrecy import held_by, written_in
from ..spared import load_mako_without_pygments
from .complete import complete_binds, complete_revisions
from .console import DEFAULT_PROGRAM, Console
from .stopping import STOPPED, tell_stopped

if TYPE_CHECKING:
    from ..values import Project

Callback = Callable[..., None]

directory_option = click.option(
    "-d",
    "--directory",
    default=None,
    help='Migration script directory (default is "migrations")',
)
x_option = click.option(
    "-x",
    "--x-arg",
    multiple=True,
    help="Additional arguments consumed by custom env.py scripts",
)
sql_option = click.option(
    "--sql",
    is_flag=True,
    help="Don't emit SQL to database - dump to standard output instead",
)
tag_option = click.option(
    "--tag",
    default=None,
    help='Arbitrary "tag" name - can be used by custom env.py scripts',
)
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Use more verbose output")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines")
yes_option = click.option("--yes", is_flag=True, help="Don't ask")

bind_option = click.option(
    "--bind",
    default=None,
    shell_complete=complete_binds,
    help='Only this database: a key of SQLALCHEMY_BINDS, or "default"',
)
wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=None,
    metavar="SECONDS",
    help="Wait for a database server that is still starting",
)
lock_options = (
    click.option("--no-wait", is_flag=True, help="Fail at once when another migration is running"),
    click.option(
        "--lock-wait",
        type=click.FloatRange(min=0),
        default=None,
        metavar="SECONDS",
        help="Wait this long for another migration (default 600)",
    ),
    click.option(
        "--no-lock", is_flag=True, help="Take no lock: only where nobody else can migrate"
    ),
)
_LIMITS = {
    "lock_timeout": ("lock_timeout_seconds", "A statement may wait this long for a lock at a time"),
    "retry": ("retry_seconds", "What gets no lock in time is tried again for this long"),
    "statement_timeout": ("statement_timeout_seconds", "A statement may take this long"),
}
limit_options: tuple[Callable[[Any], Any], ...] = tuple(
    click.option(
        f"--{name.replace('_', '-')}",
        name,
        type=click.FloatRange(min=0),
        default=None,
        metavar="SECONDS",
        help=text,
    )
    for name, (_, text) in _LIMITS.items()
)
backup_option = click.option(
    "--backup/--no-backup",
    default=None,
    help="Make a backup of each database that is about to be changed",
)
output_option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True),
    default=None,
    metavar="FILE",
    help="Write the script into this file; of several databases into one for each",
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Show the plan, and change nothing")
_quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print results and errors only")
_traceback_option = click.option(
    "--traceback", is_flag=True, help="Show the Python traceback of an error"
)
_log_option = click.option(
    "-v", "--verbose", "log", is_flag=True, help="Log what Alembic does and every SQL statement"
)


def revision_argument(default: str) -> Callable[[Callback], Callback]:
    """The REVISION argument, which the shell completes."""
    return click.argument("revision", default=default, shell_complete=complete_revisions)


@frozen
class Call:
    """One call of a command: where to print, and what to work on."""

    console: Console
    json: bool
    directory: str | None
    bind: str | None
    wait: float | None
    lock_wait: float | None
    lock: bool | None
    backup: bool | None
    limits: Mapping[str, float]
    x_arg: Sequence[str]

    @property
    def project(self) -> Project:
        """The current application's project."""
        from ..extension import app_migrations

        app = current_app._get_current_object()  # type: ignore[attr-defined]
        return app_migrations(app).project(
            self.directory,
            bind=self.bind,
            wait=self.wait,
            lock=self.lock,
            backup=self.backup,
            limits=self.limits,
            x_arg=self.x_arg,
        )

    def show(self, value: Any, text: Callable[..., None], *arguments: Any) -> None:
        """Print a value: as JSON if that was asked for, otherwise by ``text(call, value, …)``."""
        if self.json:
            self.console.json(value)
        else:
            text(self, value, *arguments)


class GodwitCommand(click.Command):
    """A command whose arguments may begin with a minus: ``flask db downgrade -1``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; ``-N`` that is no option's value is moved behind ``--``."""
        kept, steps = _split_steps(args, self._options_with_value())
        return super().parse_args(ctx, [*kept, "--", *steps] if steps else kept)

    def _options_with_value(self) -> set[str]:
        options = [param for param in self.params if isinstance(param, click.Option)]
        return {name for option in options if not option.is_flag for name in option.opts}


def _split_steps(args: list[str], valued: set[str]) -> tuple[list[str], list[str]]:
    if "--" in args:
        return args, []
    kept: list[str] = []
    steps: list[str] = []
    for before, arg in zip(["", *args], args, strict=False):
        is_step = re.fullmatch(r"-\d+", arg) and before not in valued
        (steps if is_step else kept).append(arg)
    return kept, steps


def command(
    group: click.Group, *options: Callable[[Callback], Callback], name: str | None = None
) -> Callable[[Callback], click.Command]:
    """Make ``function(call, **own_options)`` a command of ``group``.

    Directory, ``--quiet``, ``--verbose`` (unless the command has its own) and
    ``--traceback`` are added, an application context is there, and errors are printed.
    """

    def decorate(function: Callback) -> click.Command:
        callback: Callback = update_wrapper(partial(_run, function), function)
        has_verbose = verbose_option in options
        extra = (_quiet_option, *(() if has_verbose else (_log_option,)), _traceback_option)
        for option in reversed((directory_option, *options, *extra)):
            callback = option(callback)
        title = name or function.__name__.replace("_", "-")
        return group.command(title, cls=GodwitCommand)(with_appcontext(callback))

    return decorate


def _run(function: Callback, /, **options: Any) -> None:
    group = click.get_current_context().meta.get(_GROUP_OPTIONS, {})
    quiet = options.pop("quiet", False)
    x_arg = (*group.get("x_arg", ()), *options.pop("x_arg", ()))
    call = Call(
        console=Console(quiet=quiet, secrets=_secrets_of(current_app), program=_program()),
        json=options.pop("as_json", False),
        directory=options.pop("directory", None) or group.get("directory"),
        bind=options.pop("bind", None),
        wait=options.pop("wait", None),
        lock_wait=_lock_wait(options.pop("no_wait", False), options.pop("lock_wait", None)),
        lock=False if options.pop("no_lock", False) else None,
        backup=options.pop("backup", None),
        limits=_limits(options),
        x_arg=x_arg,
    )
    errors = printed_errors(call.console, traceback=options.pop("traceback", False))
    load_mako_without_pygments()
    with errors, _logged(options.pop("log", False)):
        function(call, **options)


def _limits(options: dict[str, Any]) -> dict[str, float]:
    """The limits that were typed, by the setting that they replace; taken out of the options."""
    typed = {setting: options.pop(name, None) for name, (setting, _) in _LIMITS.items()}
    return {setting: seconds for setting, seconds in typed.items() if seconds is not None}


def _lock_wait(no_wait: bool, seconds: float | None) -> float | None:
    return 0.0 if no_wait else seconds


_GROUP_OPTIONS = "flask_godwit.group_options"


def remember_group_options(ctx: click.Context, directory: str | None, x_arg: Sequence[str]) -> None:
    """Keep what was given before the command's name: ``flask db -d folder upgrade``."""
    ctx.meta[_GROUP_OPTIONS] = {"directory": directory, "x_arg": x_arg}
    if has_app_context():
        g.directory, g.x_arg = directory, x_arg


@contextmanager
def printed_errors(console: Console, *, traceback: bool) -> Iterator[None]:
    """Print an error and exit with its code; ``traceback`` shows where Python was."""
    try:
        with interrupts_shown():
            yield
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except KeyboardInterrupt as interrupt:
        if traceback and interrupt.__cause__ is not None:
            console.traceback(interrupt)
        tell_stopped(console)
        click.get_current_context().exit(STOPPED)
    except Exception as error:
        if traceback:
            console.traceback(error)
        elif not isinstance(error, GodwitError):
            console.failure(f"{type(error).__name__}: {error}", hint="--traceback shows where.")
        if isinstance(error, GodwitError):
            console.error(error)
        click.get_current_context().exit(getattr(error, "exit_code", 1))


@contextmanager
def _logged(enabled: bool) -> Iterator[None]:
    """Log lines of Alembic and SQLAlchemy on stderr while a command runs."""
    if not enabled:
        yield
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)-5s [%(name)s] %(message)s"))
    loggers = [logging.getLogger(name) for name in ("alembic", "sqlalchemy.engine")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)


def _program() -> str:
    """How a person calls us: "flask db", unless the application gave the group another name."""
    group = click.get_current_context().parent
    return f"flask {group.info_name}" if group else DEFAULT_PROGRAM


def _secrets_of(proxy: Any) -> Callable[[], set[str]]:
    """Finds the passwords in any thread: progress is told in one of its own."""
    app = proxy._get_current_object()

    def find() -> set[str]:
        if has_app_context():
            return _secrets()
        with app.app_context():
            return _secrets()

    return find


def _secrets() -> set[str]:
    """The passwords of the application's databases, as written and decoded."""
    config = current_app.config
    own = (config.get(key) for key in ("SQLALCHEMY_DATABASE_URI", "GODWIT_SCRATCH_URL"))
    urls = [*own, *(config.get("SQLALCHEMY_BINDS") or {}).values()]
    return {secret for url in urls if url for secret in written_in(str(url))} | _engine_secrets()


def _engine_secrets() -> set[str]:
    from ..extension import app_migrations

    with suppress(Exception):  # the error that is being printed may be that there is no engine
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        targets = app_migrations(app).project().targets()
        return {secret for target in targets for secret in held_by(target.engine.url)}
    return set()
