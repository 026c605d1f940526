"""The proof of revisions, on every database of a project."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..dialects import dialect_for
from ..environment import Configured, Migrations, known_options
from ..errors import DatabaseError, NotProvable
from ..proofs import UNPROVED, Proof, TargetProof
from ..targets import selected_targets
from ..values import Project, Target
from .scratch import ScratchMigrations, scratch_project
from .walk import Walk

_FLAGS = ("autogenerate",)
# What is about one connection and run, and what would be told of revisions that nobody applied.
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


@dataclass(frozen=True)
class Written:
    """What is known of a revision that was written a moment ago.

    :param changes: what it is meant to change.
    :param budget: seconds that the replay of the history before it may take.
    :param configured: what the comparison was configured with, by bind.
    """

    changes: frozenset[str]
    budget: float
    configured: Mapping[str, Configured]


def prove(
    project: Project, revisions: Sequence[str], written: Written | None = None
) -> tuple[Proof, ...]:
    """Prove revisions, in the order in which they run.

    :param written: what is known, where the one revision is new.
    """
    migrations = Migrations(project, _FLAGS)
    configured = written.configured if written else _configured(migrations)
    found = [
        _prove_target(_scratched(project, target, configured[target.bind]), revisions, written)
        for target in selected_targets(project)
        if target.bind in configured
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


def _configured(migrations: Migrations) -> Mapping[str, Configured]:
    """What env.py says, or we in its place, without running a revision."""
    migrations.run(lambda _at, _context: (), dont_mutate=True)
    return migrations.configured


@dataclass(frozen=True)
class _Subject:
    """One database of which revisions are proved, with what its revisions run with."""

    project: Project
    target: Target
    arguments: Mapping[str, Any]


def _scratched(project: Project, target: Target, configured: Configured) -> _Subject:
    """The project with the options that env.py has set for this database."""
    kept = {
        name: value
        for name, value in {**project.options, **configured.options}.items()
        if name in known_options() and name not in _NOT_FOR_SCRATCH
    }
    metadata = configured.options.get("target_metadata")
    targets = tuple(
        replace(each, metadata=metadata) if each.bind == target.bind and metadata else each
        for each in project.targets()
    )
    own = replace(project, options=kept, targets=lambda: targets)
    return _Subject(own, target, configured.arguments)


def _prove_target(
    subject: _Subject, revisions: Sequence[str], written: Written | None
) -> Mapping[str, TargetProof]:
    proofs: dict[str, TargetProof] = {}
    deadline = time.monotonic() + written.budget if written else None
    changes = written.changes if written else None
    while len(proofs) < len(revisions):
        try:
            with scratch_project(subject.project, subject.target) as scratched:
                migrations = ScratchMigrations(scratched, _FLAGS, subject.arguments)
                Walk(migrations, revisions, proofs, deadline, own_changes=changes).run()
        except (NotProvable, DatabaseError) as error:
            unproved = _unproved(subject.target, error.message)
            return dict.fromkeys(revisions, unproved) | proofs
    return proofs


def _unproved(target: Target, reason: str) -> TargetProof:
    return TargetProof(target.bind, dialect_for(target.engine.url).name, UNPROVED, reason=reason)
