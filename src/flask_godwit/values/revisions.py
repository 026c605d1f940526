"""Revision files, and where a database is among them."""

from __future__ import annotations

from ..frozen import frozen


@frozen
class RevisionInfo:
    """One revision file. ``summary`` and ``log_entry`` are the texts Alembic prints for it."""

    revision: str
    down_revisions: tuple[str, ...]
    depends_on: tuple[str, ...]
    branch_labels: tuple[str, ...]
    message: str
    path: str
    is_head: bool
    is_base: bool
    is_branch_point: bool
    is_merge_point: bool
    is_current: bool
    summary: str
    log_entry: str


@frozen
class BranchPoint:
    """A revision with several successors."""

    revision: RevisionInfo
    successors: tuple[RevisionInfo, ...]


@frozen
class Current:
    """What the version table of one database says."""

    bind: str
    database: str
    revisions: tuple[RevisionInfo, ...]
    heads: tuple[str, ...]
    at_head: bool
