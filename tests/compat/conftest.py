"""Twins: the same project on disk several times, each time with its own databases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.compat.command import FLASK_GODWIT, FLASK_MIGRATE
from tests.compat.scenario import Scenario
from tests.compat.twin import Twin
from tests.compat.walk import assert_as_expected, assert_same, walk
from tests.databases import Database, Kind

# `flask_migrate` here proves the harness: Flask-Migrate must be its own twin.
OURS = os.environ.get("COMPAT_TOOL", FLASK_GODWIT)

Makers = Callable[[Scenario], Path]
TwinMaker = Callable[..., Twin]


@pytest.fixture(scope="session")
def made_by_flask_migrate(tmp_path_factory: pytest.TempPathFactory) -> Makers:
    """``made_by_flask_migrate(scenario)``: a folder that Flask-Migrate's own commands made."""
    made: dict[str, Path] = {}

    def make(scenario: Scenario) -> Path:
        if scenario.name not in made:
            made[scenario.name] = _make(scenario, tmp_path_factory.mktemp(scenario.name))
        return made[scenario.name]

    return make


def _make(scenario: Scenario, folder: Path) -> Path:
    """Make a project as its developers did, with a database of SQLite."""
    databases = folder / "databases"
    databases.mkdir()
    urls = {
        bind: URL.create("sqlite", database=f"{databases}/{bind}.db") for bind in scenario.binds
    }
    twin = Twin(FLASK_MIGRATE, folder / "project", urls, scenario.app)
    twin.write(scenario.sources(of_folder=False))
    commands = [scenario.init, *scenario.made_with]
    for command, state in zip(commands, walk(twin, commands), strict=True):
        assert_as_expected(command, state)
        if command is commands[0]:
            twin.write(scenario.sources(of_folder=True))
    return twin.folder


@pytest.fixture
def make_twin(
    made_by_flask_migrate: Makers,
    make_database: Callable[..., Database],
    database_kind: Kind,
    tmp_path: Path,
) -> TwinMaker:
    """``make_twin(scenario, tool)``: a copy of the project that imports ``tool``."""

    def make(scenario: Scenario, tool: str, name: str, *, env: bool = True) -> Twin:
        folder = tmp_path / name
        shutil.copytree(made_by_flask_migrate(scenario), folder)
        labels = {bind: f"{name}_{bind}".rstrip("_") for bind in scenario.binds}
        urls = {bind: make_database(database_kind, label).address for bind, label in labels.items()}
        twin = Twin(tool, folder, urls, scenario.app)
        twin.change_import()
        if not env:
            twin.delete_environment(scenario.folder)
        return twin

    return make


@pytest.fixture
def runs_as_under_flask_migrate(make_twin: TwinMaker) -> Callable[[Scenario], None]:
    """``runs_as_under_flask_migrate(scenario)``: with its env.py and without, by command."""

    def check(scenario: Scenario) -> None:
        twins = [make_twin(scenario, FLASK_MIGRATE, "theirs"), make_twin(scenario, OURS, "ours")]
        if scenario.runs_without_env and OURS == FLASK_GODWIT:
            twins.append(make_twin(scenario, OURS, "bare", env=False))
        walks = [walk(twin, scenario.steps) for twin in twins]
        for command, expected, *found in zip(scenario.steps, *walks, strict=True):
            assert_as_expected(command, expected)
            for state in found:
                assert_same(command, expected, state)

    return check
