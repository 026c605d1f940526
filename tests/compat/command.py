"""``flask db …`` in a process of its own, without paying for Python's imports each time.

A server process imports Flask, SQLAlchemy and Alembic once and forks for every command, so
each command begins with fresh modules, as in a shell, and takes a tenth of the time.
What of a tool changes Alembic is only imported when its command runs: one must never see
the other's traces.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from compileall import compile_dir
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

FLASK_MIGRATE = "flask_migrate"
FLASK_GODWIT = "flask_godwit"

_SECONDS = 120
_IMPORTED_ONCE = [
    "alembic.autogenerate",
    "alembic.command",
    "flask.cli",
    "flask_godwit",
    "flask_migrate",
    "flask_sqlalchemy",
    "mako.template",
    "MySQLdb",
    "psycopg",
    "psycopg2",
    "sqlalchemy.dialects.mysql",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
]

_server = get_context("forkserver")
_server.set_forkserver_preload(_IMPORTED_ONCE)


@cache
def _compile(tool: str) -> None:
    """Write the package's bytecode, which the commands themselves don't."""
    spec = find_spec(tool)
    assert spec is not None
    for folder in spec.submodule_search_locations or ():
        compile_dir(folder, quiet=2)


@dataclass(frozen=True)
class Finished:
    """What a command left behind."""

    code: int | None
    stdout: str
    stderr: str

    def __str__(self) -> str:
        return f"exit code {self.code}\n{self.stdout}{self.stderr}"


def flask(
    tool: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Finished:
    """Run ``flask`` with the arguments in a folder.

    :param tool: the package that the application imports.
    """
    _compile(tool)
    with TemporaryDirectory() as outputs:
        streams = [Path(outputs, name) for name in ("stdout", "stderr")]
        process = _server.Process(
            target=_run, args=(tool, arguments, folder, {**os.environ, **environment}, streams)
        )
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
        return Finished(process.exitcode, *(stream.read_text() for stream in streams))


def _run(
    tool: str,
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    streams: Sequence[Path],
) -> None:
    """Be the process that a shell would have started."""
    for descriptor, stream in enumerate(streams, start=1):
        os.dup2(os.open(stream, os.O_WRONLY | os.O_CREAT), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[:] = ["flask", *arguments]
    # A file that is written twice in a second has a stale .pyc.
    sys.dont_write_bytecode = True
    from flask.cli import cli

    # Where only Flask-Migrate is installed, there is no plugin of ours.
    cli._loaded_plugin_commands = tool == FLASK_MIGRATE
    cli.main(prog_name="flask")
