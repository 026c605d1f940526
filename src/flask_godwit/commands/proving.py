"""``prove``: whether revisions do what they say, shown on scratch databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..contexts import Configured
from ..environment import Migrations
from ..failure import reason_of
from ..proof.prove import Written
from ..proof.prove import prove as prove_revisions
from ..proofs import UNPROVED, Proof, TargetProof
from ..values import Project, Script


def prove(project: Project, rev_range: str = "head") -> tuple[Proof, ...]:
    """Prove existing revisions, hand-written ones too.

    :param rev_range: a revision, or ``START:END`` with both ends included; either may be missing.
    """
    return prove_revisions(project, _revisions(Migrations(project), rev_range))


def _revisions(migrations: Migrations, rev_range: str) -> tuple[str, ...]:
    """The revisions that are meant, the oldest first."""
    start, colon, end = rev_range.partition(":")
    with migrations.loaded() as scripts:
        if not colon:
            found = [script for script in scripts.get_revisions(start) if script is not None]
        else:
            found = list(scripts.walk_revisions(start or "base", end or "heads"))
        order = [step.revision.revision for step in scripts._upgrade_revs("heads", ())]  # type: ignore[arg-type]
        meant = {script.revision for script in found}
        return tuple(revision for revision in order if revision in meant)


def proved(
    project: Project,
    script: Script,
    found: frozenset[str],
    configured: Mapping[str, Configured],
) -> Script:
    """A script that was just written, with its proof. No error of the proof gets out.

    :param found: the differences that it is made of, in words.
    :param configured: what the comparison that it comes from was configured with, by bind.
    """
    written = Written(found, project.settings.prove_seconds, configured)
    try:
        (proof,) = prove_revisions(project, [script.revision], written)
    except Exception as error:  # the script is written, and a person wants to see it
        nothing = TargetProof("", "", UNPROVED, reason=reason_of(error))
        proof = Proof(script.revision, script.message, script.path, (nothing,))
    return replace(script, proof=proof)
