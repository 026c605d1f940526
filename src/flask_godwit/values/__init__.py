"""What travels between the stages: plain, frozen values without behaviour of their own.

A value knows nothing of connections, Flask, click or exit codes. Everything a
command returns is made of these, and ``--json`` prints them field by field
(:func:`as_json`), so their field names are a public interface.

Each is imported when it is first asked for: a command needs few of them, and making a
class takes time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import on_first_use
from .names import DEFAULT_BIND, STATEMENT_NAME

if TYPE_CHECKING:
    from .differences import Change, Differences, Script
    from .folders import Created, DatabaseChange, Template
    from .jsonable import as_json
    from .progress import Backfilled, BackfillProgress, DueBackfill, Progress
    from .project import Project, Target
    from .recorded import HalfApplied, LogEntry, Resolved
    from .revisions import BranchPoint, Current, RevisionInfo
    from .running import BackupMade, Outcome, Step, TargetOutcome
    from .standing import Pending, PendingRevision, Status, TargetPending, TargetStatus

_LAZY = {
    **dict.fromkeys(("Target", "Project"), "project"),
    **dict.fromkeys(("RevisionInfo", "BranchPoint", "Current"), "revisions"),
    **dict.fromkeys(
        ("PendingRevision", "TargetStatus", "Status", "TargetPending", "Pending"), "standing"
    ),
    **dict.fromkeys(("Change", "Script", "Differences"), "differences"),
    **dict.fromkeys(("Created", "Template", "DatabaseChange"), "folders"),
    **dict.fromkeys(("Step", "TargetOutcome", "BackupMade", "Outcome"), "running"),
    **dict.fromkeys(("Progress", "BackfillProgress", "DueBackfill", "Backfilled"), "progress"),
    **dict.fromkeys(("LogEntry", "HalfApplied", "Resolved"), "recorded"),
    "as_json": "jsonable",
}

__all__ = [
    "DEFAULT_BIND",
    "STATEMENT_NAME",
    "BackfillProgress",
    "Backfilled",
    "BackupMade",
    "BranchPoint",
    "Change",
    "Created",
    "Current",
    "DatabaseChange",
    "Differences",
    "DueBackfill",
    "HalfApplied",
    "LogEntry",
    "Outcome",
    "Pending",
    "PendingRevision",
    "Progress",
    "Project",
    "Resolved",
    "RevisionInfo",
    "Script",
    "Status",
    "Step",
    "Target",
    "TargetOutcome",
    "TargetPending",
    "TargetStatus",
    "Template",
    "as_json",
]

__getattr__, __dir__ = on_first_use(__name__, _LAZY)
