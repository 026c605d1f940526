"""Changing every row of a large table: ``python -m bench.backfill --db mysql``.

One UPDATE in a migration of Flask-Migrate, then ``op.backfill`` in one of Flask-Godwit, while
clients read and write. What counts: rows per second, and the longest single request. A third run
is killed in the middle and run again: every row has to be changed exactly once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, create_engine, text
from tests.servers.session import Session

from bench.clients import WARM_UP_SECONDS, Outcome, clients
from bench.databases import Server
from bench.entries import ACCOUNTS, CACHE, SERVERS, begin, load, servers
from bench.measure import BenchError
from bench.projects import Project, Workshop
from bench.tools import BASELINE, TOOLS

_UPDATE = "op.execute('UPDATE entry SET qty = qty + 1')"
_BACKFILL = "op.backfill('entry', {'qty': sa.text('qty + 1')})"
_DONE = "SELECT count(*) FROM entry WHERE id <= :rows AND qty = id % 100 + 1"
_BEGUN = "SELECT 1 FROM entry WHERE id = :early AND qty = id % 100 + 1"


def main() -> int:
    options = _parser().parse_args()
    failures = 0
    table = Table("database", "way", "rows/s", "longest request", "errors of clients")
    with (
        tempfile.TemporaryDirectory(prefix="godwit-backfill-") as name,
        closing(Session()) as session,
    ):
        workshop = Workshop(Path(name), CACHE)
        for server in servers(options.db, Path(name), session):
            for words, tool, step, upgrade in (
                ("one UPDATE, Flask-Migrate", BASELINE, _UPDATE, _whole),
                ("op.backfill", "flask_godwit", _BACKFILL, _whole),
                ("op.backfill, killed and run again", "flask_godwit", _BACKFILL, _killed),
            ):
                print(f"{server.name}: {words}", file=sys.stderr)
                try:
                    with workshop.cleaning(server):
                        found = _measure(workshop, server, tool, step, upgrade, options)
                except BenchError as error:
                    failures += 1
                    table.add_row(server.name, words, f"FAILED: {error}")
                    continue
                speed, worst = options.rows / found.seconds, found.worst * 1000
                cells = (f"{speed:,.0f}", f"{worst:,.0f} ms", str(found.errors))
                table.add_row(server.name, words, *cells)
    Console().print(table)
    return 1 if failures else 0


def _measure(
    workshop: Workshop,
    server: Server,
    tool: str,
    step: str,
    upgrade: Callable[[Project, Engine, int], None],
    options: argparse.Namespace,
) -> Outcome:
    project = workshop.project(TOOLS[tool], server, "backfill", options.rows)
    begin(project)
    engine = create_engine(project.database.url, pool_size=options.clients + 2)
    try:
        load(engine, options.rows)
        _write(project, step)
        with clients(engine, options.clients, options.rows, ACCOUNTS) as traffic:
            time.sleep(WARM_UP_SECONDS)
            began = time.monotonic()
            upgrade(project, engine, options.rows)
            seconds = time.monotonic() - began
        changed = _ask(engine, _DONE, {"rows": options.rows})
    finally:
        engine.dispose()
    if changed != options.rows:
        raise BenchError(f"{changed} of {options.rows} rows were changed exactly once")
    return Outcome(seconds, traffic.worst_since(began), len(traffic.errors))


def _write(project: Project, step: str) -> None:
    """A revision with that one step."""
    before = project.revision_files()
    project.flask("db", "revision", "-m", "step").must_succeed("flask db revision")
    (script,) = project.revision_files() - before
    said = script.read_text()
    written = said.replace("def upgrade():\n    pass", f"def upgrade():\n    {step}")
    written = written.replace("def upgrade() -> None:\n    pass", f"def upgrade():\n    {step}")
    if written == said:
        raise BenchError(f"no empty upgrade() in {script.name}")
    script.write_text(written)


def _whole(project: Project, _engine: Engine, _rows: int) -> None:
    project.flask("db", "upgrade").must_succeed("the upgrade")


def _killed(project: Project, engine: Engine, rows: int) -> None:
    """Killed when a third of the rows is changed, and run again."""
    with project.started("db", "upgrade") as process:
        while process.poll() is None and not _ask(engine, _BEGUN, {"early": rows // 3}):
            time.sleep(0.01)
        if process.poll() is not None:
            raise BenchError("the upgrade ended before it could be killed")
        process.kill()
    project.flask("db", "upgrade").must_succeed("the second upgrade")


def _ask(engine: Engine, query: str, values: dict[str, int]) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(query), values) or 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.backfill", description=__doc__)
    add = parser.add_argument
    add("--db", nargs="+", choices=SERVERS, default=list(SERVERS))
    add("--rows", type=int, default=5_000_000)
    add("--clients", type=int, default=6)
    return parser


if __name__ == "__main__":
    sys.exit(main())
