"""The command that judges revisions without a database: ``lint``."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from alembic.runtime.migration import RevisionStep

from ..dialects import Database
from ..environment import Migrations
from ..errors import GodwitError
from ..failure import short_path
from ..planning.build import Builder
from ..planning.judge import judge_of
from ..planning.offline import replay_offline
from ..planning.replay import Replayed
from ..plans import Facts, Lint, RuleFinding
from ..values import Project

_MERGED_INTO = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
"""In which variable GitHub and GitLab say what a branch is to be merged into."""

UNREADABLE = "statement-not-understood"
"""The rule that a revision breaks which can't be replayed."""


def lint(project: Project, revisions: str = "", *, since: str | None = None) -> Lint:
    """What the rules say of revisions; nothing is asked of a database.

    :param revisions: ``START:END``, without START itself; all when empty.
    :param since: only revisions whose files were added or changed since a git revision; "" for
        no such limit. None: where no revisions are named, since the branch that git says this one
        is to be merged into.
    """
    if since is None:
        since = "" if revisions else _target_branch(project)
    migrations = Migrations(project)
    with migrations.loaded() as scripts:
        wanted = _wanted(migrations, revisions)
    files = _changed(project, since) if since else None
    judged: list[str] = []
    found: dict[RuleFinding, None] = {}

    def moves(_at: tuple[str, ...]) -> Iterable[RevisionStep]:
        return scripts._upgrade_revs("heads", ())  # type: ignore[arg-type]

    def use(_bind: str, database: Database, replayed: tuple[Replayed, ...]) -> None:
        facts = Facts(database.name.lower().split()[0], read=False)
        builder = Builder(database, facts)
        for one in replayed:
            revision = one.step.info.up_revision_id or ""
            is_judged = revision in wanted and (files is None or Path(one.path).resolve() in files)
            findings = _findings(builder, one, is_new=is_judged and bool(files))
            if is_judged:
                judged.append(revision)
                found.update(dict.fromkeys(findings))

    replay_offline(migrations, moves, use)
    return Lint(tuple(dict.fromkeys(judged)), tuple(found), since)


def _findings(builder: Builder, one: Replayed, *, is_new: bool) -> tuple[RuleFinding, ...]:
    steps = builder.steps(one.recorded, judge_of(one.path))
    if not is_new:  # what it made may be big when the next one comes
        builder.facts = replace(builder.facts, new=frozenset())
    found = tuple(finding for step in steps for finding in step.findings)
    if not one.unplannable:
        return found
    place, _, reason = one.unplannable.partition(": ")
    file, _, line = place.rpartition(":")
    what = f"What it does after this line is not known: {reason}"
    return (*found, RuleFinding(UNREADABLE, "warning", what, "", file, int(line or 0)))


def _wanted(migrations: Migrations, revisions: str) -> frozenset[str]:
    start, _, end = revisions.partition(":") if ":" in revisions else ("", "", revisions)
    found = migrations.scripts.iterate_revisions(end or "heads", start or "base")
    return frozenset(script.revision for script in found)


def _target_branch(project: Project) -> str:
    """What a pull request is compared with, or else the remote's main branch; "" for none."""
    base = next(filter(None, map(os.environ.get, _MERGED_INTO)), "")
    if not project.directory.is_dir():
        return ""
    git = _git(project.directory)
    for branch in [f"origin/{base}"] * bool(base) + ["origin/HEAD"]:
        with suppress(GodwitError):  # no git, no repository, no such branch
            return git("rev-parse", "--abbrev-ref", branch).strip()
    return ""


def _changed(project: Project, since: str) -> frozenset[Path]:
    """The files that differ from a git revision, those that git does not know included."""
    git = _git(project.directory)
    with suppress(GodwitError):  # a shallow clone does not know where this branch began
        since = git("merge-base", since, "HEAD").strip()
    top = Path(git("rev-parse", "--show-toplevel").strip())
    listed = git("diff", "--name-only", "-z", since, "--") + git(
        "ls-files", "--others", "--exclude-standard", "--full-name", "-z", str(top)
    )
    return frozenset((top / name).resolve() for name in listed.split("\0") if name)


def _git(folder: Path) -> Callable[..., str]:
    def run(*arguments: str) -> str:
        try:
            done = subprocess.run(
                ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
            )
        except FileNotFoundError as error:
            raise GodwitError("--since needs git, which is not installed.") from error
        if done.returncode:
            reason = done.stderr.strip() or f"git {arguments[0]} failed"
            raise GodwitError(f"git says of {short_path(str(folder))}: {reason}")
        return done.stdout

    return run
