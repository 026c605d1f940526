"""The models get a naming convention when the database is already there."""

from __future__ import annotations

from tests.projects import Project

PLAIN = "db = SQLAlchemy(app)"
NAMED = """db = SQLAlchemy(app, metadata=MetaData(naming_convention={
        "pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}))"""


def test_a_convention_that_comes_later(project: Project) -> None:
    """The history makes other names by now than the database has, so nothing can be proved: it is
    said, and the script does its work.
    """
    project.replace("app.py", "import os", "import os\n\nfrom sqlalchemy import MetaData")
    project.replace("app.py", "db.String(128))", "db.String(128), unique=True)")
    project.invoke("db", "migrate", "-m", "first")
    project.invoke("db", "upgrade")
    project.replace("app.py", PLAIN, NAMED)
    told = project.invoke("db", "migrate", "-m", "names")
    reason = "Not proved, because the revisions before it don't make what the database has"
    assert reason in told.stderr
    assert "Write the names\n  that the database has into them" in told.stderr
    project.invoke("db", "upgrade")
    project.invoke("db", "check")
