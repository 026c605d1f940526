"""Passwords appear in no output, whatever goes wrong."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
import sqlalchemy as sa

from .apps import APP, Folder

PASSWORDS = ["geheim77", "p@ss:w%rd/77", "sp ace'quote\"77", "ümläut77", "100%77", "a%40b77"]

COMMANDS = [
    "",
    "--help",
    "status --json",
    "init",
    "revision -m x",
    "merge heads",
    "heads -v",
    "branches",
    "log",
    "log --json",
    "resolve a --retry",
    "list-templates",
    "upgrade",
    "upgrade -v",
    "upgrade --traceback",
    "downgrade",
    "current",
    "current -v",
    "current -v --json",
    "migrate",
    "migrate --traceback -v",
    "check",
    "check --json",
    "stamp",
    "history -i",
    "create",
    "create --traceback",
    "create --json",
    "drop --yes",
    "drop",
    "ensure-version",
    "show current",
    "edit current",
    "upgrade --bind other",
]


def forms(password: str) -> set[str]:
    """The ways in which a password may be written."""
    return {password, quote(password, safe=""), quote(password), repr(password)[1:-1]}


@pytest.mark.parametrize("password", PASSWORDS, ids=range(len(PASSWORDS)))
@pytest.mark.parametrize("driver", ["postgresql+psycopg2", "postgresql+psycopg", "mysql"])
def test_no_server(shop, unused_port, driver, password):
    """A server that is down: no command prints the password, in no spelling."""
    url = sa.URL.create(driver, "someone", password, "127.0.0.1", unused_port, "shop")
    made = shop(url=url.render_as_string(hide_password=False))
    made.revision("a", None)
    for command in COMMANDS:
        answer = made.run(*command.split())
        for form in forms(password):
            assert form not in answer.output, f"flask db {command}"


@pytest.mark.parametrize("password", PASSWORDS, ids=range(len(PASSWORDS)))
@pytest.mark.parametrize(
    ("driver", "key"),
    [("postgresql+psycopg2", "password"), ("postgresql+psycopg", "password"), ("mysql", "passwd")],
)
def test_in_the_query(shop, unused_port, driver, key, password):
    """A password that the URL has in its query is one, too."""
    url = sa.URL.create(driver, "someone", None, "127.0.0.1", unused_port, "shop", {key: password})
    made = shop(url=url.render_as_string())
    made.revision("a", None)
    for command in COMMANDS:
        answer = made.run(*command.split())
        for form in {*forms(password), quote_plus(password)}:
            assert form not in answer.output, f"flask db {command}"


@pytest.mark.parametrize("password", PASSWORDS, ids=range(len(PASSWORDS)))
def test_url_object(shop, unused_port, password):
    """The same when the configuration holds SQLAlchemy's URL object."""
    url = sa.URL.create("mysql", "someone", password, "127.0.0.1", unused_port, "shop")
    made = shop(url=url)
    made.revision("a", None)
    for command in ("upgrade --traceback", "current -v", "", "create"):
        answer = made.run(*command.split())
        for form in forms(password):
            assert form not in answer.output, f"flask db {command}"


@pytest.mark.parametrize("password", PASSWORDS, ids=range(len(PASSWORDS)))
def test_error_that_quotes_the_url(shop, password, tmp_path):
    """A script or env.py that puts the URL into its error is redacted too."""
    url = sa.URL.create("mysql", "someone", password, "127.0.0.1", 1, "shop")
    written = url.render_as_string(hide_password=False)
    made = shop(binds={"other": written})
    made.revision("a", None, f"raise ValueError({written!r})")
    for option in ("", "--traceback", "-v"):
        answer = made.run("upgrade", "--bind", "default", *option.split())
        for form in forms(password):
            assert form not in answer.output


def test_wrong_driver(folder: Folder):
    """An application whose URL can't be parsed at import does not print it."""
    folder.write(app=APP)
    for url in ("nonsense://u:geheim77@h/d", "mysql+nothing://u:geheim77@h/d"):
        answer = folder.flask("db", "upgrade", URL=url)
        assert answer.exit_code == 1
        assert "geheim77" not in answer.output


def test_error_while_importing_quotes_the_url(folder: Folder):
    """Also when the application's own error message at import holds the URL."""
    folder.write(app="raise RuntimeError('no such host: mysql://u:geheim77@h/d')")
    assert "geheim77" not in folder.flask("db", "upgrade").output


def test_engine_given_directly(shop, tmp_path, unused_port):
    """Without Flask-SQLAlchemy the password is in no configuration: it is found in the engine."""
    from flask import Flask

    from flask_godwit import Migrate

    app = Flask("plain", root_path=str(tmp_path))
    password = "p@ss:w%rd/77"
    url = sa.URL.create("mysql", "someone", password, "127.0.0.1", unused_port, "shop")
    Migrate(app, (sa.create_engine(url), sa.MetaData()))
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "a.py").write_text(
        "revision = 'a'\ndown_revision = None\n"
        f"raise ValueError({password!r}, {url.render_as_string(hide_password=False)!r})\n"
    )
    for command in ("upgrade", "upgrade --traceback", "current", "history", ""):
        result = app.test_cli_runner().invoke(args=["db", *command.split()])
        for form in forms(password):
            assert form not in result.output, command


def test_short_password(shop, unused_port):
    """A short password is hidden in URLs, though it can't be searched for in every text."""
    made = shop(url=f"mysql://someone:abc@127.0.0.1:{unused_port}/shop")
    made.revision("a", None)
    for command in COMMANDS:
        assert ":abc@" not in made.run(*command.split()).output
