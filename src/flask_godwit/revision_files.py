"""Revision files as values."""

from __future__ import annotations

import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Any

from alembic.script import Script
from alembic.util import to_tuple

from .values import RevisionInfo


def info(
    script: Script,
    *,
    current: Collection[str] = (),
    marked: bool = False,
    verbose: bool = False,
    **texts: Any,
) -> RevisionInfo:
    """One revision file as a value.

    :param current: revisions that the database is at.
    :param marked: say so in the summary of those.
    :param verbose: make ``summary`` the long form, several lines.
    :param texts: what else of Alembic's ``cmd_format`` the summary has.
    """
    script._db_current_indicator = marked and script.revision in current
    return RevisionInfo(
        revision=script.revision,
        down_revisions=to_tuple(script.down_revision, default=()),
        depends_on=to_tuple(script.dependencies, default=()),
        branch_labels=tuple(sorted(script.branch_labels)),
        message=script.doc,
        path=script.path,
        is_head=script.is_head,
        is_base=script.is_base,
        is_branch_point=script.is_branch_point,
        is_merge_point=script.is_merge_point,
        is_current=script.revision in current,
        summary=script.cmd_format(verbose, **texts),
        log_entry=script.log_entry,
    )


def authored(script: Script) -> str:
    """The file of a revision, its message, and who wrote it when, as far as git knows."""
    line = f"{Path(script.path).name}  {script.doc!r}"
    author = _git_author(Path(script.path))
    return f"{line}  by {author}" if author else line


def _git_author(path: Path) -> str:
    command = ["git", "log", "-1", "--format=%an, %ar", "--", path.name]
    try:
        found = subprocess.run(
            command, cwd=path.parent, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.strip()
