"""A Flask project for one tool on one database: its files, and its command line."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.databases import Database, Server
from bench.environments import Environment, environment
from bench.measure import BenchError, Run, run
from bench.models import models_source
from bench.tools import TOOLS, Tool

_APP = '''"""Written by the bench."""

import os

from flask import Flask
{imported}
from models import db

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
app.config["GODWIT_PROVE"] = False  # Flask-Migrate proves nothing: the same work is compared
db.init_app(app)
{extension}
'''


@dataclass(frozen=True)
class Project:
    """One folder with one application, one migrations folder and one database."""

    folder: Path
    tool: Tool
    environment: Environment
    database: Database
    #: How many tables or revisions it is about; the job knows which.
    size: int

    @property
    def versions(self) -> Path:
        return self.folder / "migrations" / "versions"

    def revision_files(self) -> set[Path]:
        return set(self.versions.glob("*.py"))

    def write_models(self, *, tables: int, changed: bool = False) -> None:
        (self.folder / "models.py").write_text(models_source(tables, changed=changed))

    def clear(self) -> None:
        """Back to no revision and an empty database."""
        for path in self.revision_files():
            path.unlink()
        self.database.recreate()

    def flask(self, *arguments: str) -> Run:
        return self.run([self.environment.flask, *arguments])

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command that runs meanwhile; it has ended afterwards."""
        command = [self.environment.flask, *arguments]
        environment = _variables(self.database)
        quiet = subprocess.DEVNULL
        with subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=quiet, stderr=quiet
        ) as process:
            yield process

    def run(self, command: list[str]) -> Run:
        return run(command, cwd=self.folder, env=_variables(self.database))


class Workshop:
    """Makes projects, and keeps them: jobs on the same tables share one."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder = folder
        self._cache = cache
        self._made: dict[str, Project] = {}

    def project(self, tool: Tool, server: Server, kind: str, size: int) -> Project:
        label = f"{tool.key}_{kind}_{size}"
        key = f"{server.name}/{label}"
        if key not in self._made:
            self._made[key] = self._make(tool, server.database(label), key, size)
        return self._made[key]

    @contextmanager
    def cleaning(self, server: Server) -> Iterator[None]:
        """Whatever happens within, the databases and folders made on the server are dropped."""
        try:
            yield
        finally:
            for key in [key for key in self._made if key.startswith(f"{server.name}/")]:
                project = self._made.pop(key)
                project.database.drop()
                shutil.rmtree(project.folder)

    def _make(self, tool: Tool, database: Database, key: str, size: int) -> Project:
        folder = self._folder / key
        shutil.rmtree(folder, ignore_errors=True)  # of an attempt that failed
        folder.mkdir(parents=True)
        made = Project(folder, tool, environment(tool.environment, self._cache), database, size)
        database.recreate()
        made.write_models(tables=3)
        if tool.init_by:
            self._init(made)
        _write_app(folder, tool.package)
        return made

    def _init(self, made: Project) -> None:
        """`flask db init` by the tool whose folder this project is to have."""
        by = TOOLS[made.tool.init_by]
        _write_app(made.folder, by.package)
        flask = environment(by.environment, self._cache).flask
        variables = _variables(made.database)
        run([flask, "db", "init"], cwd=made.folder, env=variables).must_succeed("flask db init")
        if not made.versions.is_dir():
            raise BenchError(f"flask db init by {by.title} made no migrations/versions")


def _write_app(folder: Path, package: str) -> None:
    imported = f"from {package} import Migrate\n" if package else ""
    extension = "Migrate(app, db)" if package else ""
    (folder / "app.py").write_text(_APP.format(imported=imported, extension=extension))


def _variables(database: Database) -> dict[str, str]:
    """Little enough that nobody's shell settings reach the measured process."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "FLASK_APP": "app", "DATABASE_URL": database.address}
