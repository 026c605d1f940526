"""What a running application knows of pending migrations: pending(), health check, start."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

import flask_godwit
from flask_godwit import NotUpToDate
from tests.core.apps import Shop, write_revision
from tests.databases import SQLITE, Database

DOWN = "postgresql+psycopg2://someone:geheim77@127.0.0.1:1/shop"


@pytest.fixture
def make_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes applications with two revision files, in the temporary folder."""
    monkeypatch.chdir(tmp_path)
    made: list[Shop] = []
    versions = tmp_path / "migrations" / "versions"
    for name, down in (("a", None), ("b", "a")):
        write_revision(versions, name, down)

    def make(url: str, **options: Any) -> Shop:
        made.append(Shop(tmp_path, None, url=url, **options))
        made[-1].app.add_url_rule("/", "home", lambda: "home")
        return made[-1]

    yield make
    for shop in made:
        shop.close()


def test_pending(make_shop: Callable[..., Shop], database: Database) -> None:
    """It knows what a database lacks: without a version table everything, at head nothing."""
    shop = make_shop(database.url)
    with shop.context():
        found = shop.migrate.pending()
        assert found
        assert found.revisions == ("a", "b")
        flask_godwit.upgrade(revision="a")
        assert flask_godwit.pending().revisions == ("b",)
        flask_godwit.upgrade()
        assert not shop.migrate.pending()
        write_revision(shop.versions, "c", "b")
        assert shop.migrate.pending().revisions == ("c",)
        assert shop.migrate.pending().targets[0].current == ("b",)


def test_one_query(make_shop: Callable[..., Shop], database: Database) -> None:
    """Once the files are read, one query is all it costs."""
    shop = make_shop(database.url)
    seen: list[str] = []
    with shop.context():
        flask_godwit.upgrade()
        shop.migrate.pending()
        event.listen(
            shop.db.engine,
            "before_cursor_execute",
            lambda c, u, statement, *_: seen.append(statement),
        )
        assert not shop.migrate.pending()
    assert len(seen) == 1


def test_a_revision_without_file(make_shop: Callable[..., Shop], database: Database) -> None:
    """A database that is ahead of the code is not at head."""
    shop = make_shop(database.url)
    with shop.context():
        flask_godwit.upgrade()
        shop.execute("UPDATE alembic_version SET version_num = 'lost'")
        (target,) = shop.migrate.pending().targets
        assert (target.unknown, target.pending, target.at_head) == (("lost",), (), False)


def test_binds(make_shop: Callable[..., Shop], tmp_path: Path) -> None:
    """An entry for each; one that is down does not hide the others."""
    shop = make_shop(f"sqlite:///{tmp_path / 'one.db'}", binds={"far": DOWN})
    with shop.context():
        near, far = shop.migrate.pending().targets
    assert near.pending == ("a", "b")
    assert far.error
    assert not near.error


def test_env_py(make_shop: Callable[..., Shop], tmp_path: Path) -> None:
    """Where an env.py says which version table it is, it is asked."""
    shop = make_shop(f"sqlite:///{tmp_path / 'one.db'}")
    (tmp_path / "migrations" / "env.py").write_text(
        "from flask_godwit import run_migrations\nrun_migrations(version_table='mine')\n"
    )
    with shop.context():
        flask_godwit.upgrade()
        assert not shop.migrate.pending()
        shop.execute("DELETE FROM mine")
        assert shop.migrate.pending().revisions == ("a", "b")


def test_health(make_shop: Callable[..., Shop], database: Database) -> None:
    """503 while something is pending, 200 when nothing is."""
    shop = make_shop(database.url)
    shop.app.register_blueprint(shop.migrate.health_blueprint())
    client = shop.app.test_client()
    answer = client.get("/health/migrations")
    assert answer.status_code == 503
    assert answer.get_json() == {
        "status": "pending",
        "databases": {"default": {"status": "pending", "current": [], "pending": ["a", "b"]}},
    }
    with shop.context():
        flask_godwit.upgrade()
    answer = client.get("/health/migrations")
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "ok"
    assert answer.headers["Cache-Control"] == "no-store"


def test_health_of_a_database_that_is_down(make_shop: Callable[..., Shop]) -> None:
    """503, and not a word about where it is."""
    shop = make_shop(DOWN)
    shop.app.register_blueprint(shop.migrate.health_blueprint("/up"))
    answer = shop.app.test_client().get("/up")
    assert answer.status_code == 503
    assert answer.get_json()["status"] == "unreachable"
    assert not {word for word in ("geheim77", "someone", "127.0.0.1") if word in answer.text}


def test_health_without_a_folder(make_shop: Callable[..., Shop], tmp_path: Path) -> None:
    """An error of any other kind is 503 as well."""
    shop = make_shop(f"sqlite:///{tmp_path / 'one.db'}", directory="nowhere")
    shop.app.register_blueprint(shop.migrate.health_blueprint())
    answer = shop.app.test_client().get("/health/migrations")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "error")


def test_warn(make_shop: Callable[..., Shop], database: Database, caplog: Any) -> None:
    """A warning before the first request, once, and the application serves."""
    shop = make_shop(database.url, config={"GODWIT_ON_PENDING": "warn"})
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert shop.app.test_client().get("/").text == "home"
    assert caplog.text.count("lacks 2 migrations: a, b") == 1


def test_warn_about_a_database_that_is_down(make_shop: Callable[..., Shop], caplog: Any) -> None:
    """It is said, and nothing fails."""
    shop = make_shop(DOWN, on_pending="warn")
    assert shop.app.test_client().get("/").text == "home"
    assert "can't be asked" in caplog.text
    assert "geheim77" not in caplog.text


def test_fail(make_shop: Callable[..., Shop], database: Database) -> None:
    """No request is answered until the migrations are applied; the health check is."""
    shop = make_shop(database.url, config={"GODWIT_ON_PENDING": "fail"})
    shop.app.register_blueprint(shop.migrate.health_blueprint())
    client = shop.app.test_client()
    assert client.get("/").status_code == 500
    assert client.get("/health/migrations").status_code == 503
    shop.app.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(NotUpToDate, match="lacks 2 migrations: a, b"):
        client.get("/")
    with shop.context():
        flask_godwit.upgrade()
    assert client.get("/").text == "home"


@pytest.mark.parametrize("wish", ["ignore", None])
def test_ignore(make_shop: Callable[..., Shop], tmp_path: Path, wish: str | None) -> None:
    """Nobody looks, and nothing is imported for it."""
    config = {} if wish is None else {"GODWIT_ON_PENDING": wish}
    shop = make_shop(DOWN, config=config)
    assert shop.app.test_client().get("/").text == "home"
    code = (
        "import sys, flask, flask_godwit\n"
        "app = flask.Flask('x'); app.add_url_rule('/', 'home', lambda: 'home')\n"
        "flask_godwit.Migrate(app, object())\n"
        "assert app.test_client().get('/').text == 'home'\n"
        "assert not {'alembic', 'sqlalchemy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_tests_and_commands_are_left_alone(make_shop: Callable[..., Shop], tmp_path: Path) -> None:
    """An application under test has tables from elsewhere; commands answer no requests."""
    shop = make_shop(f"sqlite:///{tmp_path / 'one.db'}", config={"GODWIT_ON_PENDING": "fail"})
    shop.ok("status")
    shop.ok("upgrade")
    shop.ok("downgrade", "base")
    shop.app.testing = True
    assert shop.app.test_client().get("/").text == "home"


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
def test_a_wrong_wish(make_shop: Callable[..., Shop], database: Database) -> None:
    """A value that it can't have is an error that says which ones it can."""
    shop = make_shop(database.url, config={"GODWIT_ON_PENDING": "panic"})
    answer = shop.run("status")
    assert 'must be "ignore", "warn" or "fail"' in answer.stderr
