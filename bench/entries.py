"""Two tables full of rows on a real server: what harnesses under traffic work on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, text
from tests.servers import Unavailable
from tests.servers.session import Session

from bench.databases import Server, find_server
from bench.environments import ROOT
from bench.projects import Project

SERVERS = ("postgresql", "mysql", "mariadb")
ACCOUNTS = 10_000
CACHE = ROOT / ".cache" / "bench"
_MODELS = '''"""Written by the bench."""

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy(
    metadata=sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
)


class Account(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(60), nullable=False)


class Entry(db.Model):
    id = db.Column(db.Integer, primary_key=True)
'''
_COLUMNS = {
    "account_id": "db.Column(db.Integer, nullable=False)",
    "code": "db.Column(db.String(40))",
    "qty": "db.Column(db.Integer, nullable=False)",
    "note": "db.Column(db.String(100))",
}


def source(changed: dict[str, str]) -> str:
    """``models.py``, some columns of the entries said otherwise."""
    lines = [f"    {name} = {said}\n" for name, said in {**_COLUMNS, **changed}.items()]
    return _MODELS + "".join(lines)


def begin(project: Project) -> None:
    """The tables, made by a first migration of the project's tool."""
    (project.folder / "models.py").write_text(source({}))
    project.flask("db", "migrate", "-m", "first").must_succeed("the first migration")
    project.flask("db", "upgrade").must_succeed("the first upgrade")


def load(engine: Engine, rows: int) -> None:
    """Accounts and entries whose keys begin with 1; the entries twice as many each time.

    The quantity of an entry is its key modulo 100.
    """
    every = [{"id": number, "name": f"a{number}"} for number in range(1, ACCOUNTS + 1)]
    account = text("INSERT INTO account (id, name) VALUES (:id, :name)")
    first = "INSERT INTO entry (id, account_id, code, qty, note) VALUES (1, 1, 'e1', 1, 'note')"
    more = text(
        "INSERT INTO entry (id, account_id, code, qty, note)"
        f" SELECT id + :there, (id + :there) % {ACCOUNTS} + 1, concat('e', id + :there),"
        " (id + :there) % 100, 'note' FROM entry WHERE id <= :wanted"
    )
    with engine.begin() as connection:
        connection.execute(account, every)
        connection.execute(text(first))
    there = 1
    while there < rows:
        with engine.begin() as connection:
            connection.execute(more, {"there": there, "wanted": min(there, rows - there)})
        there = min(2 * there, rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            for table in ("account", "entry"):
                query = (
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )
                connection.execute(text(query))
            connection.execute(text("VACUUM ANALYZE"))
        else:
            connection.execute(text("ANALYZE TABLE account, entry"))


def servers(names: list[str], folder: Path, session: Session) -> Iterator[Server]:
    """Those of the names that are there."""
    for name in names:
        try:
            yield find_server(name, folder, session)
        except Unavailable as reason:
            print(f"{name}: NOT MEASURED: {reason}", file=sys.stderr)
