"""What is measured: each job's command, what must stand before it, what must be true after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.history import last_revision, write_history
from bench.measure import BenchError, Run
from bench.projects import Project
from bench.tools import TOOLS

Schema = dict[str, str]

#: `none` can run what needs no migrations: it is the floor of the start-up jobs.
WITHOUT_EXTENSION = {"none"}
WITH_EXTENSION = set(TOOLS) - WITHOUT_EXTENSION


def _nothing(_project: Project) -> None:
    pass


def _no_schema(_project: Project) -> Schema:
    return {}


def _applied_schema(project: Project) -> Schema:
    return project.database.schema()


@dataclass(frozen=True)
class Job:
    """One row of the table, for each size and each database."""

    name: str
    title: str
    unit: str
    sizes: tuple[int, ...]
    command: tuple[str, ...]
    #: Projects of one kind are shared between jobs of the same size.
    kind: str
    #: Once, before all runs, not measured.
    prepare: Callable[[Project], None]
    #: After each run: raises BenchError unless the tool did its job.
    verify: Callable[[Project, Run], None]
    #: Before each run, not measured.
    reset: Callable[[Project], None] = _nothing
    #: Once, after all runs: the schema it led to, which must be the same for every tool.
    finish: Callable[[Project], Schema] = _no_schema
    tools: frozenset[str] = frozenset(WITH_EXTENSION)
    #: A job that never talks to the database is measured on one alone.
    only_on: str = ""

    @property
    def fixed(self) -> bool:
        """Has one size, which is no matter of choice."""
        return len(self.sizes) == 1

    def run(self, project: Project) -> Run:
        program, *arguments = self.command
        return project.run([getattr(project.environment, program), *arguments])


# ---- states a project can be in ---------------------------------------------------------------


def _ready(project: Project) -> None:
    project.write_models(tables=project.size)


def _without_revisions(project: Project) -> None:
    """The models are new: no revision, an empty database."""
    project.write_models(tables=project.size)
    project.clear()


def _applied(project: Project) -> None:
    """The tables stand, and one revision says so."""
    project.write_models(tables=project.size)
    if project.database.revision() is not None:
        return
    if not project.revision_files():
        project.flask("db", "migrate", "-m", "initial").must_succeed("flask db migrate")
    project.flask("db", "upgrade").must_succeed("flask db upgrade")


def _changed(project: Project) -> None:
    """The tables stand, and one model has a column and an index more."""
    _applied(project)
    project.write_models(tables=project.size, changed=True)


def _with_history(project: Project) -> None:
    if not project.revision_files():
        write_history(project.versions, project.size)
        compiling = [project.environment.python, "-m", "compileall", "-q", str(project.versions)]
        project.run(compiling).must_succeed("compiling the revisions")


def _at_the_end_of_history(project: Project) -> None:
    _with_history(project)
    if project.database.revision() is None:
        project.flask("db", "upgrade").must_succeed("flask db upgrade")


def _empty_database(project: Project) -> None:
    project.database.recreate()


# ---- what must be true afterwards -------------------------------------------------------------


def _demand(condition: bool, complaint: str, run: Run) -> None:
    if not condition:
        raise BenchError(f"{complaint}\n{run.stdout}{run.stderr}".rstrip())


def _succeeded(_project: Project, run: Run) -> None:
    run.must_succeed("the command")


def _listed_the_group(project: Project, run: Run) -> None:
    run.must_succeed("flask --help")
    listed = any(line.split()[:1] == ["db"] for line in run.stdout.splitlines())
    expected = project.tool.key not in WITHOUT_EXTENSION
    _demand(listed is expected, "the list of commands is not as expected", run)


def _listed_upgrade(_project: Project, run: Run) -> None:
    run.must_succeed("flask db --help")
    _demand("upgrade" in run.stdout, "no `upgrade` in the help", run)


def _named_the_revision(project: Project, run: Run) -> None:
    run.must_succeed("flask db current")
    revision = project.database.revision()
    _demand(bool(revision) and str(revision) in run.stdout, f"does not say {revision}", run)


def _reached_the_end(project: Project, run: Run) -> None:
    run.must_succeed("flask db upgrade")
    expected, found = last_revision(project.size), project.database.revision()
    _demand(found == expected, f"the database is at {found}, not at {expected}", run)


def _written_source(project: Project, run: Run) -> str:
    """The text of the revision file that was written last; there must be just one unapplied."""
    run.must_succeed("flask db migrate")
    applied = project.database.revision()
    written = [path for path in project.revision_files() if not _is_of(path.name, applied)]
    _demand(len(written) == 1, f"{len(written)} files instead of one", run)
    return written[0].read_text()


def _is_of(file_name: str, revision: str | None) -> bool:
    return revision is not None and revision in file_name


def _wrote_all_tables(project: Project, run: Run) -> None:
    created = _written_source(project, run).count("op.create_table(")
    _demand(created == project.size, f"creates {created} of {project.size} tables", run)


def _wrote_the_change(project: Project, run: Run) -> None:
    source = _written_source(project, run)
    _demand("country" in source, "the new column is missing", run)
    _demand("create_table" not in source, "creates a table that stands already", run)


def _remove_unapplied(project: Project) -> None:
    applied = project.database.revision()
    for path in project.revision_files():
        if not _is_of(path.name, applied):
            path.unlink()


def _apply_what_was_written(project: Project) -> Schema:
    project.flask("db", "upgrade").must_succeed("flask db upgrade")
    return _applied_schema(project)


# ---- the table of jobs ------------------------------------------------------------------------
# They run in this order: what `migrate-all` applies in the end is what `check` finds.

_EVERYTHING = frozenset(WITH_EXTENSION | WITHOUT_EXTENSION)
_TABLES = (10, 100, 1000)

_JOBS = [
    Job(
        "import", "import the application", "models", (3,), ("python", "-c", "import app"),
        "start", _ready, _succeeded, tools=_EVERYTHING, only_on="sqlite",
    ),
    Job(
        "import-tables", "import the application", "tables", _TABLES,
        ("python", "-c", "import app"),
        "tables", _ready, _succeeded, only_on="sqlite",
    ),
    Job(
        "help", "flask --help", "models", (3,), ("flask", "--help"),
        "start", _ready, _listed_the_group, tools=_EVERYTHING, only_on="sqlite",
    ),
    Job(
        "db-help", "flask db --help", "models", (3,), ("flask", "db", "--help"),
        "start", _ready, _listed_upgrade, only_on="sqlite",
    ),
    Job(
        "current", "flask db current", "models", (3,), ("flask", "db", "current"),
        "start", _applied, _named_the_revision,
    ),
    Job(
        "migrate-all", "flask db migrate, all tables new", "tables", _TABLES,
        ("flask", "db", "migrate", "-m", "initial"),
        "tables", _without_revisions, _wrote_all_tables,
        reset=_remove_unapplied, finish=_apply_what_was_written,
    ),
    Job(
        "check", "flask db check", "tables", _TABLES, ("flask", "db", "check"),
        "tables", _applied, _succeeded,
    ),
    Job(
        "migrate-one", "flask db migrate, one table changed", "tables", _TABLES,
        ("flask", "db", "migrate", "-m", "change"),
        "tables", _changed, _wrote_the_change,
        reset=_remove_unapplied, finish=_apply_what_was_written,
    ),
    Job(
        "upgrade", "flask db upgrade, from empty", "revisions", (100, 1000),
        ("flask", "db", "upgrade"),
        "history", _with_history, _reached_the_end,
        reset=_empty_database, finish=_applied_schema,
    ),
    Job(
        "noop", "flask db upgrade, nothing to do", "revisions", (10, 100, 1000),
        ("flask", "db", "upgrade"),
        "history", _at_the_end_of_history, _reached_the_end, finish=_applied_schema,
    ),
]  # fmt: skip

JOBS = {job.name: job for job in _JOBS}
