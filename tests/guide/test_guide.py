"""docs/guide.md tells the truth: its files are written and its commands typed, in order."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.databases import Database

from . import own_database
from .document import Command, Step, WriteFile, matches, read_steps
from .reader import Reader

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide.md"


def steps_for(url: URL) -> list[Step]:
    """The steps of the reader who has chosen this database and this driver."""
    backend = url.get_backend_name()
    sections = {
        "SQLite": backend == "sqlite",
        "PostgreSQL": backend == "postgresql",
        "With psycopg2": url.get_driver_name() == "psycopg2",
        "On a PostgreSQL server": backend == "postgresql",
        "MySQL and MariaDB": backend == "mysql",
        "On a MySQL or MariaDB server": backend == "mysql",
        "On either, without a client": backend != "sqlite",
    }
    return read_steps(GUIDE, sections)


def test_the_guide_works_as_written(database: Database, tmp_path: Path) -> None:
    """Every command does what the guide shows, and no row is lost on the way."""
    url = database.address
    if url.get_backend_name() == "sqlite":
        url = url.set(database=str(tmp_path / "blog" / "instance" / "app.db"))
    else:
        own_database.drop(url)
    with closing(Reader(url, tmp_path)) as reader:
        for step in steps_for(url):
            reader.follow(step)
    assert set(own_database.tables(url)) - {"godwit_journal", "godwit_ledger"} == {
        "alembic_version",
        "user",
    }
    assert own_database.rows(url, "user", "username", "email", "country") == [
        ("ada", "ada@example.org", None)
    ]


def test_the_guide_covers_the_whole_journey() -> None:
    """What a beginner needs is typed in the guide, and so is executed above."""
    typed = [step.line for step in read_steps(GUIDE, {}) if isinstance(step, Command)]
    assert {
        "python3 -m venv .venv",
        "pip install Flask-Godwit Flask-SQLAlchemy",
        'pip install "Flask-Godwit[postgresql]"',
        'pip install "Flask-Godwit[mysql]"',
        "flask db create",
        "flask db init",
        'flask db migrate -m "Initial migration"',
        "flask db upgrade",
        "flask run",
        "flask db migrate",
        "flask db downgrade",
        "flask db current",
        "flask db history",
        "flask db stamp head",
        "flask db check",
    } <= set(typed)


def test_the_guide_and_the_example_have_the_same_configuration() -> None:
    """config.py in the guide is the example's, so that a correction reaches both."""
    written = {
        step.name: step.text for step in read_steps(GUIDE, {}) if isinstance(step, WriteFile)
    }
    example = (ROOT / "examples" / "blog" / "config.py").read_text(encoding="utf-8")
    assert written["config.py"] == f"# config.py\n{example}"


@pytest.mark.parametrize(
    ("shown", "real", "same"),
    [
        ("one\ntwo", "one\ntwo\n", True),
        ("one", "one\ntwo", False),
        ("at …", "at 3f2a", True),
        ("at … (head)", "at 3f2a", False),
        ("at …", "at 3f2a\nmore", False),
        ("…\nlast", "first\nsecond\nlast", True),
        ("…\nlast", "last", True),
        ("…", "", True),
        ("one\n…", "two", False),
        ("a.b", "axb", False),
    ],
)
def test_an_ellipsis_stands_for_what_varies_and_for_nothing_else(
    shown: str, real: str, same: bool
) -> None:
    """The comparison above is neither blind nor pedantic."""
    assert matches(shown, real) is same
