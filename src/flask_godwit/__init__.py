"""Flask-Godwit: database migrations for Flask without downtime and without fear.

The public names, nothing else. Everything but :class:`Migrate` is imported when
it is first used, so that an application that only *has* migrations starts as
fast as one that has none: Alembic is loaded when a migration command runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import (
    AnswerNeeded,
    AnswerWrong,
    BackfillDue,
    BackfillIncomplete,
    BackfillRefused,
    BackfillStopped,
    BackupFailed,
    CannotConnect,
    CannotLock,
    ChangeRefused,
    ConnectionLost,
    DatabaseMissing,
    DiskFull,
    DriverMissing,
    DropRefused,
    FolderExists,
    FolderMissing,
    ForeignKeysBroken,
    GodwitError,
    HazardRefused,
    Interrupted,
    JournalConflict,
    LockNotFree,
    LockTimeout,
    MigrationFailed,
    ModelsNotFound,
    MultipleHeads,
    NotPlannable,
    NotProvable,
    NotUpToDate,
    OnlineToolFailed,
    Outage,
    ReadOnly,
    RebuildRefused,
    RevisionError,
    RightsMissing,
    RowsInTheWay,
    SettingsError,
    StatementTimeout,
    SteppedAside,
    TableMissing,
    UnknownRevision,
    ViewInTheWay,
)
from .extension import Migrate
from .lazy import on_first_use

if TYPE_CHECKING:
    from .alembic_config import Config, alembic_version
    from .api.planning import lint, plan, plan_sql
    from .api.reading import branches, check, current, heads, history, log, pending, show, status
    from .api.running import (
        backfill,
        create,
        downgrade,
        drop,
        ensure_version,
        resolve,
        stamp,
        upgrade,
    )
    from .api.writing import edit, init, list_templates, merge, migrate, prove, revision
    from .assurance import assured
    from .declared import Function, Trigger, View
    from .diff.questions import Question, Reading, Refusal
    from .environment import run_migrations
    from .listener import Listener

__version__ = "0.1.0"

_LAZY = {
    "Config": "alembic_config",
    "Listener": "listener",
    **dict.fromkeys(("Function", "Trigger", "View"), "declared"),
    **dict.fromkeys(("Question", "Reading", "Refusal"), "diff.questions"),
    "alembic_version": "alembic_config",
    "assured": "assurance",
    "run_migrations": "environment",
    **dict.fromkeys(
        ("edit", "init", "list_templates", "merge", "migrate", "prove", "revision"),
        "api.writing",
    ),
    **dict.fromkeys(
        (
            "backfill",
            "create",
            "downgrade",
            "drop",
            "ensure_version",
            "resolve",
            "stamp",
            "upgrade",
        ),
        "api.running",
    ),
    **dict.fromkeys(
        ("branches", "check", "current", "heads", "history", "log", "pending", "show", "status"),
        "api.reading",
    ),
    **dict.fromkeys(
        ("lint", "plan", "plan_sql"),
        "api.planning",
    ),
}

__all__ = [
    "AnswerNeeded",
    "AnswerWrong",
    "BackfillDue",
    "BackfillIncomplete",
    "BackfillRefused",
    "BackfillStopped",
    "BackupFailed",
    "CannotConnect",
    "CannotLock",
    "ChangeRefused",
    "Config",
    "ConnectionLost",
    "DatabaseMissing",
    "DiskFull",
    "DriverMissing",
    "DropRefused",
    "FolderExists",
    "FolderMissing",
    "ForeignKeysBroken",
    "Function",
    "GodwitError",
    "HazardRefused",
    "Interrupted",
    "JournalConflict",
    "Listener",
    "LockNotFree",
    "LockTimeout",
    "Migrate",
    "MigrationFailed",
    "ModelsNotFound",
    "MultipleHeads",
    "NotPlannable",
    "NotProvable",
    "NotUpToDate",
    "OnlineToolFailed",
    "Outage",
    "Question",
    "ReadOnly",
    "Reading",
    "RebuildRefused",
    "Refusal",
    "RevisionError",
    "RightsMissing",
    "RowsInTheWay",
    "SettingsError",
    "StatementTimeout",
    "SteppedAside",
    "TableMissing",
    "Trigger",
    "UnknownRevision",
    "View",
    "ViewInTheWay",
    "alembic_version",
    "assured",
    "backfill",
    "branches",
    "check",
    "create",
    "current",
    "downgrade",
    "drop",
    "edit",
    "ensure_version",
    "heads",
    "history",
    "init",
    "lint",
    "list_templates",
    "log",
    "merge",
    "migrate",
    "pending",
    "plan",
    "plan_sql",
    "prove",
    "resolve",
    "revision",
    "run_migrations",
    "show",
    "stamp",
    "status",
    "upgrade",
]

__getattr__, __dir__ = on_first_use(__name__, _LAZY)
