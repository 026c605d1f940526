"""Flask-Godwit: database migrations for Flask without downtime and without fear.

The public names, nothing else. Everything but :class:`Migrate` is imported when
it is first used, so that an application that only *has* migrations starts as
fast as one that has none: Alembic is loaded when a migration command runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from .alembic_config import Config, alembic_version
    from .api import (
        backfill,
        branches,
        check,
        create,
        current,
        downgrade,
        drop,
        edit,
        ensure_version,
        heads,
        history,
        init,
        lint,
        list_templates,
        log,
        merge,
        migrate,
        pending,
        plan,
        plan_sql,
        prove,
        revision,
        show,
        stamp,
        status,
        upgrade,
    )
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
        (
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
            "show",
            "stamp",
            "status",
            "upgrade",
        ),
        "api",
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


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use (PEP 562)."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_LAZY[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
