"""The proof of revisions, on every database of a project."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from alembic.runtime.migration import MigrationContext

from ..dialects import dialect_for
from ..environment import Migrations, known_options
from ..errors import DatabaseError, NotProvable
from ..parts import bind_of
from ..proofs import UNPROVED, Proof, TargetProof
from ..targets import selected_targets
from ..values import Change, Project, Target
from .scratch import ScratchMigrations, scratch_project
from .walk import Walk

_FLAGS = ("autogenerate",)
# What env.py says about its own connection and this one run.
_NOT_FOR_SCRATCH = {
    "connection",
    "url",
    "dialect_name",
    "dialect_opts",
    "starting_rev",
    "tag",
    "as_sql",
    "output_buffer",
    "on_version_apply",
    "target_metadata",
}


def prove(
    project: Project,
    revisions: Sequence[str],
    *,
    changes: Iterable[Change] | None = None,
    budget: float | None = None,
) -> tuple[Proof, ...]:
    """Prove revisions, in the order in which they run.

    :param changes: what the one revision is meant to change, where that is known.
    :param budget: seconds that the replay of the history before them may take.
    """
    migrations = Migrations(project, _FLAGS)
    own = None if changes is None else frozenset(map(str, changes))
    found = [
        _prove_target(each, target, revisions, own, budget)
        for each, target in _as_env_py_says(migrations)
    ]
    scripts = migrations.scripts
    return tuple(
        Proof(
            revision,
            scripts.get_revision(revision).doc,
            scripts.get_revision(revision).path,
            tuple(proofs[revision] for proofs in found),
        )
        for revision in revisions
    )


def _prove_target(
    project: Project,
    target: Target,
    revisions: Sequence[str],
    own: frozenset[str] | None,
    budget: float | None,
) -> Mapping[str, TargetProof]:
    proofs: dict[str, TargetProof] = {}
    deadline = None if budget is None else time.monotonic() + budget
    while len(proofs) < len(revisions):
        try:
            with scratch_project(project, target) as scratched:
                migrations = ScratchMigrations(scratched, _FLAGS)
                Walk(migrations, revisions, proofs, deadline, own_changes=own).run()
        except (NotProvable, DatabaseError) as error:
            unproved = _unproved(target, error.message)
            return dict.fromkeys(revisions, unproved) | proofs
    return proofs


def _unproved(target: Target, reason: str) -> TargetProof:
    return TargetProof(target.bind, dialect_for(target.engine.url).name, UNPROVED, reason=reason)


def _as_env_py_says(migrations: Migrations) -> list[tuple[Project, Target]]:
    """The selected databases, each with the project whose options an env.py has set."""
    project = migrations.project
    if not migrations.has_env:
        return [(project, target) for target in selected_targets(project)]
    options: dict[str, dict[str, Any]] = {}

    def look(_at: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        options[bind_of(context)] = dict(context.opts)
        return ()

    migrations.run(look, dont_mutate=True)
    return [
        (_with_options(project, target, options[target.bind]), target)
        for target in selected_targets(project)
        if target.bind in options
    ]


def _with_options(project: Project, target: Target, options: Mapping[str, Any]) -> Project:
    kept = {
        name: value
        for name, value in options.items()
        if name in known_options() and name not in _NOT_FOR_SCRATCH
    }
    metadata = options.get("target_metadata")
    targets = tuple(
        replace(each, metadata=metadata) if each.bind == target.bind and metadata else each
        for each in project.targets()
    )
    return replace(project, options={**project.options, **kept}, targets=lambda: targets)
