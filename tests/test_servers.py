"""The servers live as promised, and nobody is left to believe in a test that did not run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest
import sqlalchemy as sa

from tests.databases import MYSQL
from tests.servers import NAMES, Server, Unavailable, create
from tests.servers.place import ROOT
from tests.servers.session import Session, on_ci, variable

MISSING = {"GODWIT_TEST_MYSQL_MISSING": "sold out"}


@pytest.fixture
def own_server() -> Iterator[Callable[..., Server]]:
    """``own_server(name)``: a server that this test may stop, kill and start."""
    made: list[Server] = []

    def make(name: str, *, durable: bool = False) -> Server:
        server = create(name, f"life-{os.getpid()}", durable=durable)
        try:
            server.install()
        except Unavailable as reason:
            # With a URL from outside there need not be a server of our own.
            if on_ci() and not os.environ.get(variable(name)):
                raise
            pytest.skip(f"{name} can't be started here: {reason}")
        made.append(server)
        return server

    yield make
    for server in made:
        server.remove()


@pytest.mark.parametrize("name", NAMES)
def test_killed_server_comes_back_with_its_data_at_the_same_url(
    name: str, own_server: Callable[..., Server]
) -> None:
    """What was committed a moment before ``kill -9`` is there, for who asked for durability."""
    server = own_server(name, durable=True)
    url = server.start()
    execute(url, "CREATE DATABASE kept")
    kept = sa.make_url(url).set(database="kept")
    execute(kept, "CREATE TABLE kept (id INTEGER)")
    execute(kept, "INSERT INTO kept VALUES (42)")
    server.kill()
    assert not server.running
    assert server.start() == url
    assert execute(kept, "SELECT id FROM kept") == [(42,)]


def test_server_that_is_stopped_leaves_no_process(own_server: Callable[..., Server]) -> None:
    """Not even a child of it."""
    server = own_server("postgresql")
    server.start()
    family = [each for each in psutil.process_iter(["cmdline"]) if belongs(each, server)]
    assert family
    server.stop()
    assert not any(each.is_running() for each in family)


def test_last_session_ends_the_server(own_server: Callable[..., Server]) -> None:
    """A session that ends takes no server away from another."""
    first, second = os.getpid(), os.getppid()
    server = own_server("postgresql")
    assert server.acquire(first) == server.acquire(second)
    server.release(first)
    assert server.running
    server.release(second)
    assert not server.running


def test_session_does_not_end_what_somebody_has_started(own_server: Callable[..., Server]) -> None:
    """``make servers`` is there to make the next session quick."""
    server = own_server("postgresql")
    server.start()
    server.acquire(os.getpid())
    server.release(os.getpid())
    assert server.running


def test_server_runs_as_nobody_important(own_server: Callable[..., Server]) -> None:
    """A test must not run a database server as root."""
    server = own_server("postgresql")
    server.start()
    users = {each.uids().real for each in psutil.process_iter() if belongs(each, server)}
    assert users
    assert 0 not in users


def test_url_from_outside_is_used_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started then."""
    monkeypatch.setenv("GODWIT_TEST_POSTGRESQL_URL", "postgresql+psycopg2://me@elsewhere/mine")
    session = Session()
    assert session.url("postgresql") == "postgresql+psycopg2://me@elsewhere/mine"
    assert session.outlook("postgresql") == "given by GODWIT_TEST_POSTGRESQL_URL"


def test_missing_server_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the session and when a test asks for it."""
    monkeypatch.setenv(*next(iter(MISSING.items())))
    monkeypatch.delenv("GODWIT_TEST_MYSQL_URL", raising=False)
    session = Session()
    assert session.outlook("mysql") == "NOT TESTED: sold out"
    with pytest.raises(Unavailable, match="sold out"):
        session.url("mysql")
    assert session.missing == {"mysql": "sold out"}


@pytest.mark.parametrize("processes", ["0", "2"])
def test_developer_reads_which_databases_are_not_tested(processes: str) -> None:
    """A missing server skips its tests and is told at the end, also by several processes."""
    done = run_tests(processes, MISSING | {"CI": ""})
    assert done.returncode == 0, done.stdout
    assert "1 passed, 1 skipped" in done.stdout
    assert "databases that were NOT TESTED" in done.stdout
    assert "mysql: sold out" in done.stdout.splitlines()


def test_missing_database_fails_on_continuous_integration() -> None:
    """Nobody reads what CI has skipped."""
    done = run_tests("0", MISSING | {"CI": "true"})
    assert done.returncode == 1, done.stdout
    assert "1 passed, 1 error" in done.stdout


def test_make_servers_tells_what_a_shell_needs() -> None:
    """``env`` prints lines for ``eval``, and an unknown name is refused."""
    done = command("env", "sqlserver")
    assert done.returncode == 2
    assert "there is no server sqlserver" in done.stderr
    for line in command("env").stdout.splitlines():
        assert line.startswith("export GODWIT_TEST_")


def run_tests(processes: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A session of pytest with one test, on SQLite and on MySQL."""
    test = "tests/test_databases.py::test_fresh_database_is_empty"
    only = [f"{test}[sqlite]", f"{test}[{MYSQL.name}]"]
    return python(["-m", "pytest", "-p", "no:cacheprovider", "-n", processes, *only], variables)


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return python(["-m", "tests.servers", *words], {})


def python(words: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Python in the repository, with the variables and without the one they contradict."""
    environment = {**os.environ, **variables}
    if variables:
        environment.pop("GODWIT_TEST_MYSQL_URL", None)
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def belongs(process: psutil.Process, server: Server) -> bool:
    try:
        return any(str(server.data) in word for word in process.cmdline())
    except psutil.NoSuchProcess:
        return False


def execute(url: str | sa.URL, statement: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        result = connection.execute(sa.text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []
