"""Small Flask projects on disk, and ``flask …`` run in them as their developer would."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from click.testing import CliRunner
from flask.cli import FlaskGroup

LONGEST_COMMAND_SECONDS = 120

APP = '''
    """A Flask application with one table."""

    import os

    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy

    from flask_godwit import Migrate

    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]

    db = SQLAlchemy(app)
    migrate = Migrate(app, db)


    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(128))
'''


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    arguments: tuple[str, ...]
    code: int
    stdout: str
    stderr: str

    def __str__(self) -> str:
        return (
            f"flask {' '.join(self.arguments)} ended with {self.code}\n"
            f"--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"
        )

    def expect_success(self) -> None:
        assert self.code == 0, str(self)


@dataclass
class Project:
    """A folder with an application; made anew it has :data:`APP` as app.py.

    The application finds its database in the variable ``DATABASE_URL``. Further ones go into
    ``environment``, for binds or settings.
    """

    folder: Path
    database_url: str
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write("app.py", APP)

    def write(self, name: str, source: str) -> Path:
        """Write a file, whose text may be indented as the test around it is."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source).lstrip("\n"), encoding="utf-8")
        return path

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def replace(self, name: str, before: str, after: str) -> None:
        """Change a file, as a developer does between two migrations."""
        text = self.read(name)
        assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {name}"
        (self.folder / name).write_text(text.replace(before, after), encoding="utf-8")

    def files(self, pattern: str) -> list[Path]:
        """The files that match, by name: ``files("migrations/versions/*.py")``."""
        return sorted(self.folder.glob(pattern))

    def flask(
        self, *arguments: str, check: bool = True, stdin: str = "", cwd: str = ".", **variables: str
    ) -> Answer:
        """Run ``flask …`` in a process of its own.

        :param check: it must succeed; else the assertion shows all that it printed.
        """
        done = subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            cwd=self.folder / cwd,
            env=_clean(dict(os.environ)) | self._variables() | variables,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=LONGEST_COMMAND_SECONDS,
            check=False,
        )
        answer = Answer(arguments, done.returncode, done.stdout, done.stderr)
        if check:
            answer.expect_success()
        return answer

    def invoke(self, *arguments: str, check: bool = True, **variables: str) -> Answer:
        """The same in this process: ten times as fast, but :meth:`flask` is the truth."""
        with self._entered(variables), self._application() as app:
            group = FlaskGroup(create_app=lambda: app, set_debug_flag=False)
            result = CliRunner().invoke(group, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        answer = Answer(arguments, result.exit_code, result.stdout, result.stderr)
        if check:
            answer.expect_success()
        return answer

    def _variables(self) -> dict[str, str]:
        # A file that is changed twice in a second would be read from its old bytecode.
        own = {"DATABASE_URL": self.database_url, "PYTHONDONTWRITEBYTECODE": "1"}
        return own | self.environment

    @contextmanager
    def _entered(self, more: dict[str, str]) -> Iterator[None]:
        """Be in the folder with the project's environment and modules, and leave no trace."""
        before = (
            Path.cwd(),
            dict(os.environ),
            sys.path[:],
            set(sys.modules),
            sys.dont_write_bytecode,
        )
        variables = _clean(dict(os.environ)) | self._variables() | more
        os.chdir(self.folder)
        _set_environment(variables)
        sys.path.insert(0, str(self.folder))
        sys.dont_write_bytecode = True
        importlib.invalidate_caches()
        try:
            yield
        finally:
            folder, environment, sys.path[:], modules, sys.dont_write_bytecode = before
            os.chdir(folder)
            _set_environment(environment)
            self._forget_modules(modules)

    def _forget_modules(self, before: set[str]) -> None:
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).is_relative_to(self.folder):
                del sys.modules[name]

    @contextmanager
    def _application(self) -> Iterator[Any]:
        module = importlib.import_module("app")
        app = module.app if hasattr(module, "app") else module.create_app()
        try:
            yield app
        finally:
            _close_connections(app)


def _close_connections(app: Any) -> None:
    """Flask-SQLAlchemy and Flask-SQLAlchemy-Lite keep engines, and those keep connections."""
    if database := app.extensions.get("sqlalchemy"):
        with app.app_context():
            for engine in database.engines.values():
                engine.dispose()


def _set_environment(variables: dict[str, str]) -> None:
    """Only what differs: a thread that reads the environment in C must not meet an empty one."""
    for name in set(os.environ) - set(variables):
        del os.environ[name]
    os.environ.update(variables.items() - os.environ.items())


def _clean(variables: dict[str, str]) -> dict[str, str]:
    """Nothing that the developer's own shell says about Flask or colours reaches a test."""
    unwanted = ("NO_COLOR", "FORCE_COLOR", "DATABASE_URL")
    return {
        name: value
        for name, value in variables.items()
        if not name.startswith(("FLASK_", "GODWIT_")) and name not in unwanted
    }
