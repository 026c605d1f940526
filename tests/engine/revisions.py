"""Revision files for the tests of the engine, written as short as they can be."""

from __future__ import annotations

import os
import subprocess
import sys
from textwrap import dedent, indent

from sqlalchemy import Engine, inspect

from tests.projects import Project


def tables(engine: Engine) -> list[str]:
    """The tables of a database, without what we keep for ourselves."""
    names = inspect(engine).get_table_names()
    return sorted(name for name in names if not name.startswith("godwit_"))


def write_revisions(project: Project, *upgrades: str) -> None:
    """Write revisions r1, r2, …, each after the other; each text is the body of upgrade()."""
    for number, body in enumerate(upgrades, start=1):
        write_revision(project, number, body)


def write_revision(project: Project, number: int, body: str) -> None:
    """Write revision ``r<number>``, again if it is there."""
    down = repr(f"r{number - 1}") if number > 1 else None
    header = f'''"""revision {number}"""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "r{number}", {down}


def upgrade():
'''
    text = header + indent(dedent(body).strip(), "    ") + "\n\n\ndef downgrade():\n    pass\n"
    project.write(f"migrations/versions/r{number}.py", text)


def start_upgrade(project: Project, *options: str) -> subprocess.Popen[str]:
    """``flask db upgrade``, started and not waited for."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "db", "upgrade", *options],
        cwd=project.folder,
        env={**os.environ, "DATABASE_URL": project.database_url, **project.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
