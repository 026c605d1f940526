"""How long live traffic waits for a migration: ``python -m bench.traffic --db mysql``.

Both tools write and run the migration for the same change of a model, each on a database of its
own, while clients read and write. What counts is the longest single request.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, create_engine, text
from tests.servers import Unavailable
from tests.servers.session import Session

from bench.clients import clients, idle_reader
from bench.databases import Server, find_server
from bench.environments import ROOT
from bench.measure import BenchError
from bench.projects import Project, Workshop
from bench.tools import BASELINE, TOOLS

SERVERS = ("postgresql", "mysql", "mariadb")
_CACHE = ROOT / ".cache" / "bench"
_ACCOUNTS = 10_000
_WARM_UP_SECONDS = 1.0
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
_CHANGES = {
    "column": {"extra": 'db.Column(db.String(20), nullable=False, server_default="x")'},
    "index": {"code": "db.Column(db.String(40), index=True)"},
    "unique": {"code": "db.Column(db.String(40), unique=True)"},
    "foreign_key": {
        "account_id": 'db.Column(db.Integer, db.ForeignKey("account.id"), nullable=False)'
    },
    "not_null": {"code": "db.Column(db.String(40), nullable=False)"},
    "check": {"__table_args__": '(sa.CheckConstraint("qty >= 0", name="qty"),)'},
    "wider_type": {"qty": "db.Column(db.BigInteger, nullable=False)"},
}


@dataclass(frozen=True)
class Outcome:
    """One tool on one change: seconds of the upgrade, the longest request, errors of clients."""

    seconds: float
    worst: float
    errors: int


def main() -> int:
    options = _parser().parse_args()
    failures = 0
    with (
        tempfile.TemporaryDirectory(prefix="godwit-traffic-") as name,
        closing(Session()) as session,
    ):
        workshop = Workshop(Path(name), _CACHE)
        for server in _servers(options.db, Path(name), session):
            table = Table("change", *(TOOLS[key].title for key in options.tools), title=server.name)
            for change in options.change:
                cells = [_cell(workshop, key, server, change, options) for key in options.tools]
                failures += sum(cell.startswith("FAILED") for cell in cells)
                table.add_row(change, *cells)
            Console().print(table)
    return 1 if failures else 0


def _cell(
    workshop: Workshop, tool: str, server: Server, change: str, options: argparse.Namespace
) -> str:
    print(f"{server.name}: {change}, {TOOLS[tool].title}", file=sys.stderr)
    with workshop.cleaning(server):
        project = workshop.project(TOOLS[tool], server, f"traffic_{change}"[:20], options.rows)
        try:
            found = _measure(project, change, options)
        except BenchError as error:
            return f"FAILED: {error}"
    errors = f", {found.errors} errors" if found.errors else ""
    return f"{found.worst * 1000:,.0f} ms of {found.seconds:.1f} s{errors}"


def _measure(project: Project, change: str, options: argparse.Namespace) -> Outcome:
    models = project.folder / "models.py"
    models.write_text(_source({}))
    project.flask("db", "migrate", "-m", "first").must_succeed("the first migration")
    project.flask("db", "upgrade").must_succeed("the first upgrade")
    engine = create_engine(project.database.url, pool_size=options.clients + 1)
    try:
        _load(engine, options.rows)
        models.write_text(_source(_CHANGES[change]))
        project.flask("db", "migrate", "-m", "change").must_succeed("the migration")
        with clients(engine, options.clients, options.rows, _ACCOUNTS) as traffic:
            time.sleep(_WARM_UP_SECONDS)
            with idle_reader(engine, options.reader):
                began = time.monotonic()
                upgrade = project.flask("db", "upgrade")
                seconds = time.monotonic() - began
    finally:
        engine.dispose()
    upgrade.must_succeed("the upgrade")
    project.flask("db", "check").must_succeed("flask db check after it")
    return Outcome(seconds, traffic.worst_since(began), len(traffic.errors))


def _source(changed: dict[str, str]) -> str:
    lines = [f"    {name} = {said}\n" for name, said in {**_COLUMNS, **changed}.items()]
    return _MODELS + "".join(lines)


def _load(engine: Engine, rows: int) -> None:
    """Accounts and entries whose keys begin with 1; the entries twice as many each time."""
    every = [{"id": number, "name": f"a{number}"} for number in range(1, _ACCOUNTS + 1)]
    account = text("INSERT INTO account (id, name) VALUES (:id, :name)")
    first = "INSERT INTO entry (id, account_id, code, qty, note) VALUES (1, 1, 'e1', 1, 'note')"
    more = text(
        "INSERT INTO entry (id, account_id, code, qty, note)"
        f" SELECT id + :there, (id + :there) % {_ACCOUNTS} + 1, concat('e', id + :there),"
        " id % 100, 'note' FROM entry WHERE id <= :wanted"
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


def _servers(names: list[str], folder: Path, session: Session) -> Iterator[Server]:
    for name in names:
        try:
            yield find_server(name, folder, session)
        except Unavailable as reason:
            print(f"{name}: NOT MEASURED: {reason}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.traffic", description=__doc__)
    add = parser.add_argument
    add("--db", nargs="+", choices=SERVERS, default=list(SERVERS))
    add("--change", nargs="+", choices=_CHANGES, default=list(_CHANGES))
    add("--rows", type=int, default=1_000_000)
    add("--clients", type=int, default=6)
    add(
        "--reader", type=float, default=0.0, metavar="SECONDS", help="an open transaction beside it"
    )
    add("--tools", nargs="+", choices=TOOLS, default=[BASELINE, "flask_godwit"])
    return parser


if __name__ == "__main__":
    sys.exit(main())
