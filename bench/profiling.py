"""Where the time of one job goes: cProfile for the work, importtime for the imports."""

from __future__ import annotations

import pstats
import sys
from pathlib import Path

from bench.jobs import Job
from bench.projects import Project

LINES = 30


def profile(job: Job, project: Project, folder: Path) -> None:
    """Print the top of one run's profile, and the dearest imports of another one.

    The profile is left in the folder. Its number of function calls hardly varies from run to
    run: on a machine too busy for times, it still tells the tools apart.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = project.database.server.name
    path = folder / f"{database}-{job.name}-{project.size}-{project.tool.key}.prof"
    job.prepare(project)
    _run(job, project, ["-m", "cProfile", "-o", str(path)])
    _print_profile(path)
    print(_dearest_imports(_run(job, project, ["-X", "importtime"])))


def _run(job: Job, project: Project, options: list[str]) -> str:
    """The job with options for the interpreter; returns its stderr."""
    job.reset(project)
    run = project.run([project.environment.python, *options, *_program(job, project)])
    job.verify(project, run)
    return run.stderr


def _program(job: Job, project: Project) -> list[str]:
    """The job's command as arguments of an interpreter (cProfile takes a file, but no -c)."""
    program, *arguments = job.command
    if program == "flask":
        return [project.environment.flask, *arguments]
    return [str(project.folder / "app.py")]


def _print_profile(path: Path) -> None:
    stats = pstats.Stats(str(path), stream=sys.stdout)
    for order in ("tottime", "cumulative"):
        stats.sort_stats(order).print_stats(LINES)


def _dearest_imports(importtime: str) -> str:
    """The modules that take longest with all they import, and what they take alone."""
    rows = []
    for line in importtime.splitlines():
        head, _, rest = line.partition("import time:")
        own, _, more = rest.partition("|")
        cumulative, _, name = more.partition("|")
        if not head and own.strip().isdigit():
            rows.append((int(cumulative), int(own), name.rstrip()))
    rows.sort(reverse=True)
    lines = [f"{total:>12} {own:>10} {name}" for total, own, name in rows[:LINES]]
    return "\n".join([f"{'µs with all':>12} {'µs alone':>10}  module", *lines])
