"""What every test can ask for: databases, and Flask projects on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import turns
from tests.databases import (
    FEATURES,
    KINDS,
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Database,
    Databases,
    Kind,
)
from tests.projects import Project
from tests.servers import NAMES, Server, Unavailable, create
from tests.servers.session import Session, on_ci

SESSION = pytest.StashKey[Session]()


# The session


def pytest_addoption(parser: pytest.Parser) -> None:
    names = ", ".join(map(str, KINDS))
    parser.addoption("--databases", metavar="NAMES", help=f"only on these, of: {names}")
    parser.addoption(
        "--take-turns", metavar="N", type=int, help="each test on one database only; N: who begins"
    )
    parser.addoption(
        "--share", metavar="NAME", help=f"a third of the work, of: {', '.join(turns.SHARES)}"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the databases that were not asked for; what needs none stays."""
    chosen = items[:]
    if wanted := config.getoption("databases"):
        chosen = turns.on_databases(chosen, set(wanted.split(",")))
    if (first := config.getoption("take_turns")) is not None:
        chosen = turns.taking_turns(chosen, first)
    if share := config.getoption("share"):
        chosen = turns.share_of(chosen, share)
    kept = set(chosen)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = chosen


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "requires(*features): run only on databases that have them, see databases.py"
    )
    config.stash[SESSION] = Session()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """The workers of pytest-xdist find the servers in their environment."""
    if session.config.getoption("tx", None) and not hasattr(session.config, "workerinput"):
        session.config.stash[SESSION].hand_over()


def pytest_report_header(config: pytest.Config) -> list[str]:
    servers = config.stash[SESSION]
    return [f"{name}: {servers.outlook(name)}" for name in NAMES]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Nobody should believe to have tested what was not tested."""
    missing = config.stash[SESSION].missing
    if missing:
        terminalreporter.section("databases that were NOT TESTED", yellow=True)
    for name, reason in missing.items():
        terminalreporter.line(f"{name}: {reason}")


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[SESSION].close()


# Databases


@pytest.fixture(scope="session")
def registry(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Makes and drops databases, with one connection to each server."""
    registry = Databases(request.config.stash[SESSION])
    yield registry
    registry.close()


@pytest.fixture
def make_database(
    request: pytest.FixtureRequest, registry: Databases, tmp_path: Path
) -> Iterator[Callable[..., Database]]:
    """``make_database(kind, label)``: a fresh, empty database, dropped after the test."""
    made: list[Database] = []

    def make(kind: Kind, label: str = "app") -> Database:
        _check_requirements(request.node, kind)
        try:
            made.append(registry.create(kind, tmp_path, label))
        except Unavailable as reason:
            _not_tested(kind.name, reason)
        return made[-1]

    yield make
    for database in made:
        registry.drop(database)


@pytest.fixture(params=KINDS, ids=str)
def database_kind(request: pytest.FixtureRequest) -> Kind:
    """Each database through each of its drivers."""
    kind: Kind = request.param
    return kind


@pytest.fixture
def database(database_kind: Kind, make_database: Callable[..., Database]) -> Database:
    """A fresh, empty database: the test runs on all of them."""
    return make_database(database_kind)


@pytest.fixture
def databases(
    database_kind: Kind, make_database: Callable[..., Database]
) -> Callable[..., list[Database]]:
    """``databases("users", "orders")``: several fresh ones of one kind, as binds."""
    return lambda *labels: [make_database(database_kind, label) for label in labels]


@pytest.fixture
def sqlite_database(make_database: Callable[..., Database]) -> Database:
    return make_database(SQLITE)


@pytest.fixture
def postgresql_database(make_database: Callable[..., Database]) -> Database:
    return make_database(POSTGRESQL)


@pytest.fixture
def mysql_database(make_database: Callable[..., Database]) -> Database:
    return make_database(MYSQL)


@pytest.fixture
def mariadb_database(make_database: Callable[..., Database]) -> Database:
    return make_database(MARIADB)


def _check_requirements(test: pytest.Item, kind: Kind) -> None:
    required = turns.required_features(test)
    if unknown := required - FEATURES.keys():
        pytest.fail(f"databases.py knows no feature {', '.join(unknown)}", pytrace=False)
    if absent := required - kind.features:
        pytest.skip(f"{kind.dialect} has no {', '.join(sorted(absent))}")


def _not_tested(name: str, reason: Unavailable) -> None:
    """Skip; but on continuous integration no database is optional."""
    message = f"{name} is not tested: {reason}"
    if on_ci():
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture(params=NAMES)
def durable_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that nobody else uses, for a test to hurt: a crash of it loses nothing."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")  # two must not kill the same one
    server = create(request.param, f"hurt{worker}", durable=True)
    try:
        server.start()
    except Unavailable as reason:
        _not_tested(request.param, reason)
    yield server
    server.remove()


# Projects


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Project]:
    """``make_project(database, source)``: a Flask project in a folder, with an app.py."""

    def make(database: Database, source: str | None = None, *, name: str = "project") -> Project:
        project = Project(tmp_path / name, database.url)
        if source is not None:
            project.write("app.py", source)
        return project

    return make


@pytest.fixture
def project(database: Database, make_project: Callable[..., Project]) -> Project:
    """A project with the default app.py, on each database."""
    return make_project(database)
