"""The command line: ``python -m bench --db sqlite --job upgrade --size 100 --repeat 5``."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from tests.servers import Unavailable
from tests.servers.session import Session

from bench import databases, machine, markdown, profiling, report
from bench.compare import compare, default_repeat
from bench.databases import Server
from bench.environments import ROOT, environment
from bench.jobs import JOBS, Job
from bench.measure import BenchError
from bench.projects import Project, Workshop
from bench.results import Report, Result, load
from bench.tools import TOOLS, default_tools

CACHE = ROOT / ".cache" / "bench"
PAGE = ROOT / "docs" / "performance.md"


@dataclass
class Bench:
    """What one invocation measures, and what it found."""

    options: argparse.Namespace
    workshop: Workshop
    servers: list[Server]
    results: list[Result] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def measure(self) -> None:
        for server in self.servers:
            with self.workshop.cleaning(server):
                for job, size in self.cases(server):
                    self._measure_case(job, size, server)

    def profile(self) -> None:
        for server in self.servers:
            with self.workshop.cleaning(server):
                for job, size in self.cases(server):
                    self._profile_case(job, size, server)

    def cases(self, server: Server) -> Iterator[tuple[Job, int]]:
        for name, job in JOBS.items():  # in their order: a job may change what another one needs
            if name in self.options.job and job.only_on in ("", server.name):
                sizes = self.options.size if self.options.size and not job.fixed else job.sizes
                yield from ((job, size) for size in sizes)

    def projects(self, job: Job, size: int, server: Server) -> list[Project]:
        keys = self.options.tools or default_tools(size)
        tools = [TOOLS[key] for key in keys if key in job.tools]
        return [self.workshop.project(tool, server, job.kind, size) for tool in tools]

    def _profile_case(self, job: Job, size: int, server: Server) -> None:
        for project in self.projects(job, size, server):
            print(f"\n{project.tool.title}: {_words(job, size, server)}")
            profiling.profile(job, project, CACHE / "profiles")

    def _measure_case(self, job: Job, size: int, server: Server) -> None:
        """A failure is told at once and at the end, and the other cases still run."""
        words = _words(job, size, server)
        print(words, file=sys.stderr)
        repeat = self.options.repeat or default_repeat(size)
        try:
            samples = compare(job, self.projects(job, size, server), repeat)
        except BenchError as error:
            self.failures.append(f"{words}: {error}")
            print(f"FAILED: {error}", file=sys.stderr)
        else:
            self.results.append(Result(server.name, job.name, size, samples))


def _words(job: Job, size: int, server: Server) -> str:
    return f"{server.name}: {job.title}, {size} {job.unit}"


def main() -> int:
    options = _parser().parse_args()
    # Ended from outside, leave through the `finally`s: they drop the databases.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if options.read:
        return _publish(load(options.read), options)
    with tempfile.TemporaryDirectory(prefix="godwit-bench-") as name, closing(Session()) as session:
        return _run(options, Path(name), session)


def _run(options: argparse.Namespace, folder: Path, session: Session) -> int:
    bench = Bench(options, Workshop(folder, CACHE), _servers(options.db, folder, session))
    if options.profile:
        bench.profile()
        return 0
    used = {TOOLS[key].environment for key in options.tools or default_tools(0)}
    described = machine.describe([environment(name, CACHE) for name in used], bench.servers)
    bench.measure()
    made = Report(described, bench.results)
    if options.json:
        made.save(options.json)
    if bench.failures:
        report.show(made, Console())
        print("\nFailed:", *bench.failures, sep="\n\n", file=sys.stderr)
        return 1
    return _publish(made, options)


def _publish(made: Report, options: argparse.Namespace) -> int:
    """Show a run in which every tool did its job; only such a run goes onto the page."""
    report.show(made, Console())
    if options.markdown:
        markdown.write_page(made, PAGE)
    return 0


def _servers(names: list[str], folder: Path, session: Session) -> list[Server]:
    found = []
    for name in names:
        try:
            found.append(databases.find_server(name, folder, session))
        except Unavailable as reason:
            print(f"{name}: NOT MEASURED: {reason}", file=sys.stderr)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    add = parser.add_argument
    add("--db", nargs="+", choices=databases.NAMES, default=databases.NAMES)
    add("--job", nargs="+", choices=JOBS, default=list(JOBS))
    add("--size", nargs="+", type=int, help="instead of each job's own sizes")
    add("--repeat", type=int, help="runs of each tool (default: fewer for bigger sizes)")
    add("--tools", nargs="+", choices=TOOLS, help="default: all but noise")
    add("--profile", action="store_true", help="print profiles instead of measuring")
    add("--json", type=Path, metavar="FILE", help="write every sample into a file")
    add("--read", type=Path, metavar="FILE", help="take the results from such a file")
    add("--markdown", action="store_true", help="write the table into docs/performance.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
