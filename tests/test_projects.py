"""The projects that other tests write are real ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.databases import Database
from tests.projects import APP, Project

TABLES = '''
    @app.cli.command("tables")
    def tables():
        """Print the names of the tables."""
        print(*sorted(db.metadata.tables))
'''


def test_project_reaches_its_database(project: Project, database: Database) -> None:
    """The default application connects with the real driver and makes its table."""
    project.flask("shell", stdin="db.create_all()\n")
    with database.engine() as engine:
        assert sa.inspect(engine).get_table_names() == ["user"]


def test_failing_command_shows_both_streams(
    sqlite_database: Database, make_project: Callable[..., Project]
) -> None:
    """A test that fails in a subprocess says why."""
    project = make_project(sqlite_database)
    with pytest.raises(AssertionError, match="No such command 'nonsense'"):
        project.flask("nonsense")
    assert project.flask("nonsense", check=False).code == 2


@pytest.mark.parametrize("way", ["flask", "invoke"])
def test_changed_source_is_what_runs(
    way: str, sqlite_database: Database, make_project: Callable[..., Project]
) -> None:
    """Also when it was changed within the second, to a text of the same length."""
    project = make_project(sqlite_database, APP + TABLES)
    assert getattr(project, way)("tables").stdout == "user\n"
    project.replace("app.py", "class User", "class Uhrs")
    assert getattr(project, way)("tables").stdout == "uhrs\n"
