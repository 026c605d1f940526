"""The proof of revisions, on every database of a project."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..contexts import Configured
from ..dialects import dialect_for
from ..environment import Migrations
from ..errors import DatabaseError, GodwitError, NotProvable
from ..frozen import frozen
from ..proofs import FAILED, UNPROVED, Proof, TargetProof
from ..targets import selected_targets
from ..values import Project, Target
from .scratch import ScratchMigrations, said_by_env, scratch_project, with_metadata
from .walk import Walk

_FLAGS = ("autogenerate",)


@frozen
class Written:
    """What is known of a revision that was written a moment ago.

    :param changes: the differences that it is made of, in words.
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
    said = said_by_env(migrations, written.configured if written else None)
    scratch = _Scratch(with_metadata(project, said), said, written)
    found = [
        scratch.prove(target, revisions)
        for target in selected_targets(project)
        if target.bind in said or not migrations.has_env
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


@frozen
class _Scratch:
    """What revisions are proved with."""

    project: Project
    said: Mapping[str, Configured]
    written: Written | None

    def prove(self, target: Target, revisions: Sequence[str]) -> Mapping[str, TargetProof]:
        """The proofs for one database, by revision."""
        proofs = self._walked(target, revisions, looks_first=False)
        failed = [revision for revision, proof in proofs.items() if proof.verdict == FAILED]
        if not (failed and self.written):
            return proofs
        # Where the history makes something else than the database has, such as other names, since
        # the models have a naming convention by now, a failure says nothing about the revision.
        again = self._walked(target, failed, looks_first=True)
        unproved = {key: proof for key, proof in again.items() if proof.verdict == UNPROVED}
        return {**proofs, **unproved}

    def _walked(
        self, target: Target, revisions: Sequence[str], *, looks_first: bool
    ) -> Mapping[str, TargetProof]:
        proofs: dict[str, TargetProof] = {}
        deadline = time.monotonic() + self.written.budget if self.written else None
        changes = self.written.changes if self.written else None
        only = replace(self.project, bind=target.bind)
        while len(proofs) < len(revisions):
            try:
                with scratch_project(only) as scratched:
                    migrations = ScratchMigrations(scratched, _FLAGS, self.said)
                    Walk(
                        migrations,
                        revisions,
                        proofs,
                        deadline,
                        own_changes=changes,
                        looks_first=looks_first,
                    ).run()
            except (NotProvable, DatabaseError) as error:
                unproved = _unproved(target, error)
                return dict.fromkeys(revisions, unproved) | proofs
        return proofs


def _unproved(target: Target, error: GodwitError) -> TargetProof:
    name = dialect_for(target.engine.url).name
    return TargetProof(target.bind, name, UNPROVED, reason=error.message, hint=error.hint)
