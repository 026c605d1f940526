"""``check``: whether anything separates the databases from the models."""

from __future__ import annotations

from ..diff.refine import Refinement
from ..values import Differences, Project
from .comparing import Comparison, NewRevision


def check(project: Project) -> Differences:
    """What separates the databases from the models.

    :raises NotUpToDate: a database lacks revisions that have a file.
    """
    comparison = Comparison(project, NewRevision(), Refinement(asker=None))
    comparison.edited = []
    comparison.run()
    return Differences(
        comparison.changes, tuple(comparison.edited), comparison.unmanaged, comparison.notes
    )
