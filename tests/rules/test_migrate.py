"""`flask db migrate` says what the rules find in what it wrote."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Shop, users
from tests.databases import POSTGRESQL, SQLITE, Database

ENV = """
from pathlib import Path

import flask_godwit

with Path(__file__).with_name("executed").open("a") as file:
    file.write("x")
flask_godwit.run_migrations()
"""


def changed(db: SQLAlchemy) -> None:
    """Without its name, with two more columns and an index."""
    db.Table(
        "user",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mail", sa.String(80), index=True),
    )


@pytest.mark.parametrize("database_kind", [SQLITE, POSTGRESQL], ids=str)
def test_what_was_written(tmp_path: Path, database: Database) -> None:
    """At once, though its tables are small here; but not what an upgrade makes safe by itself."""
    with closing(Shop(tmp_path, users, url=database.url)) as shop:
        shop.ok("migrate")
        shop.ok("upgrade")
    (tmp_path / "migrations" / "env.py").write_text(ENV)
    with closing(Shop(tmp_path, changed, url=database.url)) as shop:
        answer = shop.ok("migrate", "--allow-drop", "--no-rename", "name")
        assert "error column-dropped" in answer.stdout
        assert "Code whose model still has user.name fails" in answer.stdout
        assert answer.stdout.count("  error ") == 1
        assert (tmp_path / "migrations" / "executed").read_text() == "x"
        next(file for file in shop.files if "drop_column" in file.read_text()).unlink()
        script = shop.ok("migrate", "--from-history", "--no-rename", "name", "--json").json
        assert "column-dropped" in {finding["rule"] for finding in script["findings"]}
