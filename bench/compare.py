"""One job with every tool in turn, and the proof that all of them did the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench.jobs import Job, Schema
from bench.measure import BenchError, Sample
from bench.projects import Project

#: From these sizes on a run is long, its spread is small, and it is repeated less often.
REPEATS = [(1000, 2), (100, 4), (0, 7)]
#: From this size on the caches that a first run fills are a trifle of what a run takes.
NO_WARM_UP = 1000


def default_repeat(size: int) -> int:
    return next(repeat for least, repeat in REPEATS if size >= least)


def compare(job: Job, projects: Sequence[Project], repeat: int) -> dict[str, list[Sample]]:
    """The samples of each project's tool: interleaved, each run verified, the outcomes equal."""
    for project in projects:
        with _naming(project):
            job.prepare(project)
    samples: dict[str, list[Sample]] = {project.tool.key: [] for project in projects}
    if projects[0].size < NO_WARM_UP:
        _round(job, projects)  # Fills the caches of bytecode, files and the server; not counted.
    for turn in range(repeat):
        # Forth and back, so that no tool always runs right after the same other one.
        ordered = projects if turn % 2 else projects[::-1]
        for tool, sample in _round(job, ordered).items():
            samples[tool].append(sample)
    _demand_equal({project.tool.key: _finished(job, project) for project in projects})
    return samples


def _round(job: Job, projects: Sequence[Project]) -> dict[str, Sample]:
    return {project.tool.key: _measured(job, project) for project in projects}


def _measured(job: Job, project: Project) -> Sample:
    with _naming(project):
        job.reset(project)
        run = job.run(project)
        job.verify(project, run)
    return run.sample


def _finished(job: Job, project: Project) -> Schema:
    with _naming(project):
        return job.finish(project)


@contextmanager
def _naming(project: Project) -> Iterator[None]:
    """A failure says whose it is."""
    try:
        yield
    except BenchError as error:
        raise BenchError(f"{project.tool.title}: {error}") from error


def _demand_equal(schemas: dict[str, Schema]) -> None:
    (first, expected), *others = schemas.items()
    for tool, found in others:
        for table in sorted(expected.keys() | found.keys()):
            if expected.get(table) != found.get(table):
                raise BenchError(
                    f"the schemas differ at table {table}\n"
                    f"{first}:\n{expected.get(table)}\n{tool}:\n{found.get(table)}"
                )
