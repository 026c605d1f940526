"""A scenario is a text file: a claim, then the files of a project, then what is typed in it.

    A revision that asks for its connection while it is imported runs.

    needs: enum_types
    -- migrations/versions/1_first.py --
    ...
    -- steps --
    flask db upgrade
    flask db downgrade base

Lines ``key: value`` after the claim say what is unusual:

``init``    how Flask-Migrate made the folder (``flask db init``)
``folder``  which folder that is (``migrations``); files in it are written after ``init``
``app``     what FLASK_APP is (``app``)
``binds``   further databases: the application finds them in ``DATABASE_URL_<BIND>``
``needs``   features that a database must have, see tests/databases.py and :data:`OF_DRIVERS`
``on``      ``drivers`` if each driver is to be tried, not only each database; ``two`` if
            the database does not matter, so that a file and a server will do
``env``     ``kept`` if the scenario is about env.py, and makes no sense without it

The section ``made with`` has commands that Flask-Migrate ran before the project came to us.
A step that must fail begins with ``!``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.databases import FEATURES, KINDS, POSTGRESQL, PSYCOPG, SQLITE, Kind

APP = '''\
"""An application with one table, which the revisions know nothing of."""

import os

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db = SQLAlchemy(app)
migrate = Migrate(app, db)
'''

STEPS = """\
flask db upgrade
flask db current
flask db downgrade base
flask db upgrade
"""

ONE_OF_EACH = tuple(kind for kind in KINDS if kind is not PSYCOPG)

_KINDS = {"databases": ONE_OF_EACH, "drivers": KINDS, "two": (SQLITE, POSTGRESQL)}

OF_DRIVERS = {
    "several_statements": ("postgresql-psycopg2", "postgresql-psycopg"),
    "ddl_at_once": ("sqlite", "mysql", "mariadb"),
    "pragmas": ("sqlite",),
}
"""What Alembic's users have from a driver, not from the database."""

NAMES = (
    *("branches", "check", "current", "downgrade", "edit", "heads", "history", "init"),
    *("list-templates", "merge", "migrate", "revision", "show", "stamp", "upgrade"),
)

_NO_FILES = ("made with", "steps")
_SECTION = re.compile(r"^-- (.+) --\n", re.MULTILINE)
_KEY = re.compile(r"^(app|init|folder|binds|needs|on|env): *(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """A line as it is typed: variables, ``flask``, arguments."""

    line: str
    variables: dict[str, str]
    arguments: list[str]
    fails: bool

    @property
    def name(self) -> str:
        """The name of the ``flask db`` command, "" for one of the application's own."""
        return next((word for word in self.arguments if word in NAMES), "")

    @classmethod
    def read(cls, line: str) -> Command:
        words = shlex.split(line.removeprefix("!"))
        start = words.index("flask")
        variables = dict(word.split("=", 1) for word in words[:start])
        return cls(line, variables, words[start + 1 :], line.startswith("!"))


@dataclass(frozen=True)
class Scenario:
    """One scenario file."""

    name: str
    claim: str
    header: dict[str, str]
    files: dict[str, str]

    @property
    def init(self) -> Command:
        return Command.read(self.header.get("init", "flask db init"))

    @property
    def app(self) -> str:
        return self.header.get("app", "app")

    @property
    def folder(self) -> str:
        return self.header.get("folder", "migrations")

    @property
    def binds(self) -> list[str]:
        return ["", *self.header.get("binds", "").split()]

    @property
    def runs_without_env(self) -> bool:
        return self.header.get("env") != "kept"

    @property
    def made_with(self) -> list[Command]:
        return list(_commands(self.files.get("made with", "")))

    @property
    def steps(self) -> list[Command]:
        return list(_commands(self.files.get("steps", STEPS)))

    def sources(self, *, of_folder: bool) -> dict[str, str]:
        """The project's files, either those in its migrations folder or all others."""
        everything = {"app.py": APP, **self.files}
        return {
            name: text
            for name, text in everything.items()
            if name not in _NO_FILES and name.startswith(f"{self.folder}/") == of_folder
        }

    def kinds(self) -> list[Kind]:
        """The databases that have what the scenario needs."""
        needed = self.header.get("needs", "").split()
        assert not set(needed) - FEATURES.keys() - OF_DRIVERS.keys(), f"{self.name} needs {needed}"
        wanted = _KINDS[self.header.get("on", "databases")]
        return [kind for kind in wanted if all(_has(kind, feature) for feature in needed)]


def read(file: Path) -> Scenario:
    """The scenario in a file."""
    head, *sections = _SECTION.split(file.read_text(encoding="utf-8"))
    header = dict(_KEY.findall(head))
    claim = _KEY.sub("", head).strip()
    return Scenario(file.stem, claim, header, dict(zip(sections[::2], sections[1::2], strict=True)))


def on_each_database(folder: str) -> list[Any]:
    """Pairs of scenario and database, for ``pytest.mark.parametrize``."""
    scenarios = [read(file) for file in sorted((Path(__file__).parent / folder).glob("*.txt"))]
    return [
        pytest.param(scenario, kind, id=f"{scenario.name}-{kind}")
        for scenario in scenarios
        for kind in scenario.kinds()
    ]


def _commands(text: str) -> Iterator[Command]:
    lines = (line.strip() for line in text.splitlines())
    return (Command.read(line) for line in lines if line and not line.startswith("#"))


def _has(kind: Kind, feature: str) -> bool:
    return feature in kind.features or kind.name in OF_DRIVERS.get(feature, ())
