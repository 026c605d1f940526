"""How long live traffic waits for a migration: ``python -m bench.traffic --db mysql``.

Both tools write and run the migration for the same change of a model, each on a database of its
own, while clients read and write. What counts is the longest single request.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine
from tests.servers.session import Session

from bench.clients import WARM_UP_SECONDS, Outcome, clients, idle_reader
from bench.databases import Server
from bench.entries import ACCOUNTS, CACHE, SERVERS, begin, load, servers, source
from bench.measure import BenchError
from bench.projects import Project, Workshop
from bench.tools import BASELINE, TOOLS

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


def main() -> int:
    options = _parser().parse_args()
    failures = 0
    with (
        tempfile.TemporaryDirectory(prefix="godwit-traffic-") as name,
        closing(Session()) as session,
    ):
        workshop = Workshop(Path(name), CACHE)
        for server in servers(options.db, Path(name), session):
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
    begin(project)
    engine = create_engine(project.database.url, pool_size=options.clients + 1)
    try:
        load(engine, options.rows)
        models.write_text(source(_CHANGES[change]))
        project.flask("db", "migrate", "-m", "change").must_succeed("the migration")
        with clients(engine, options.clients, options.rows, ACCOUNTS) as traffic:
            time.sleep(WARM_UP_SECONDS)
            with idle_reader(engine, options.reader):
                began = time.monotonic()
                upgrade = project.flask("db", "upgrade")
                seconds = time.monotonic() - began
    finally:
        engine.dispose()
    upgrade.must_succeed("the upgrade")
    project.flask("db", "check").must_succeed("flask db check after it")
    return Outcome(seconds, traffic.worst_since(began), len(traffic.errors))


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
