"""The settings: one table, read from ``app.config["GODWIT_…"]`` or ``Migrate(…)``, checked once.

A setting ``GODWIT_FILE_TEMPLATE`` is the keyword ``file_template`` of ``Migrate()``;
the application's configuration wins, since it is what differs between machines.
Units are in the names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from .errors import SettingsError
from .frozen import frozen

PREFIX = "GODWIT_"

DATED_FILE_TEMPLATE = "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s_%(slug)s"
"""Sorts by age in a folder listing, unlike Alembic's default, which begins with the revision."""


@frozen
class Settings:
    """Every setting with its default. The comments are the reference in the docs."""

    #: Where revision files live: a list of folders, relative to the migrations
    #: folder's parent, or ``package:folder``. Empty: ``versions`` in the migrations folder.
    version_locations: tuple[str, ...] = ()
    #: How a new revision file is named. The fields are Alembic's: ``%(rev)s``, ``%(slug)s``,
    #: ``%(year)d``, ``%(month).2d``, ``%(day).2d``, ``%(hour).2d``, ``%(minute).2d``,
    #: ``%(second).2d``, ``%(epoch)d``. Ignored in a folder that has an ``alembic.ini``.
    file_template: str = DATED_FILE_TEMPLATE
    #: The time zone of dates in revision files, e.g. ``"UTC"``. Empty: the machine's own.
    timezone: str = ""
    #: Seconds to wait for a database server that is still starting, when a command
    #: is not given ``--wait``.
    wait_seconds: float = 0.0
    #: Whether two migrations of the same database wait for each other. Switch it off only
    #: where the lock can't work, as behind a pooler that hands every statement to another
    #: session.
    lock: bool = True
    #: Seconds that a migration waits for another one, when it is not given ``--lock-wait``.
    lock_wait_seconds: float = 600.0
    #: Seconds that a statement of a migration may wait for a lock on a table, while all
    #: traffic on that table queues behind it. MySQL counts whole seconds, MariaDB does not
    #: wait at all below one. 0 waits as long as the server does. Not for SQLite, where the
    #: driver's own ``timeout`` counts.
    lock_timeout_seconds: float = 0.2
    #: Seconds that a statement of a migration may take before it is stopped. 0: any time.
    statement_timeout_seconds: float = 0.0
    #: Seconds during which a statement (on PostgreSQL the revision) that got no lock in time
    #: is tried again, with growing pauses.
    retry_seconds: float = 600.0
    #: What an application does before its first request while a database lacks revisions:
    #: ``"ignore"`` it, ``"warn"`` in the log, or ``"fail"``, which answers no request until they
    #: are applied. Never in a command, and not while ``app.testing`` is true.
    on_pending: str = "ignore"
    #: Tables that are not looked at: names or patterns, such as ``["celery_*", "audit.*"]``.
    #: Tables that neither models nor migrations know are left alone in any case.
    ignore_tables: tuple[str, ...] = ()
    #: A table with fewer rows is small: whatever is done to it keeps nobody waiting for long, and
    #: is no hazard.
    small_table_rows: int = 10_000
    #: Whether operations on tables that are not small take a form that keeps nobody waiting, when
    #: ``upgrade`` and ``downgrade`` run them on a server. Otherwise they run as the script says.
    online: bool = True
    #: Who makes the copy of a table that MySQL and MariaDB need for some changes, while others
    #: write to the table: ``"godwit"`` itself, or ``"pt-online-schema-change"``, which has to be
    #: installed. Empty: the server copies the table, and whoever writes to it waits.
    online_tool: str = "godwit"
    #: More options for that program, such as ``["--max-load=Threads_running=40"]``.
    online_tool_options: tuple[str, ...] = ()
    #: Whether ``upgrade`` and ``downgrade`` look for rows that a revision would fail on before they
    #: run anything, when they are not told ``--preflight`` or ``--no-preflight``.
    preflight: bool = True
    #: Seconds that such a question may take, before they run and in ``plan``. 0: any time.
    preflight_seconds: float = 10.0
    #: What ``upgrade`` does about a step that would keep others waiting on a table that is not
    #: small, and has no form that does not: ``"error"`` refuses before anything runs, ``"warn"``
    #: only says it, ``"off"`` does not look.
    enforce: str = "error"
    #: A step that keeps others waiting for less, by the plan's estimate, is warned of only.
    enforce_seconds: float = 1.0
    #: Whether ``migrate`` tries the revision that it wrote out on a scratch database, when it is
    #: not told ``--prove`` or ``--no-prove``.
    prove: bool = True
    #: Seconds that ``migrate`` spends on bringing a scratch database to where the new revision
    #: begins. A history that takes longer is left to ``flask db prove``.
    prove_seconds: float = 10.0
    #: The URL of a server of the same kind on which scratch databases are made, with the name of
    #: any of its databases. Empty: the application's own server.
    scratch_url: str = ""
    #: Whether ``upgrade`` and ``downgrade`` make a backup of each database that they are about
    #: to change, when they are not told ``--backup`` or ``--no-backup``.
    backup: bool = False
    #: Where backups are, relative to the migrations folder's parent. The folder is made with
    #: rights for its owner only.
    backup_folder: str = "backups"
    #: How many backups of a database are kept.
    backups_kept: int = 5
    #: Seconds that one batch of ``op.backfill`` should take, while the rows in it are locked: who
    #: writes to them waits so long, or a little longer. The batches grow and shrink to that.
    backfill_batch_seconds: float = 0.25
    #: Seconds of rest after each batch of ``op.backfill``, when that is not given ``pause``.
    backfill_pause_seconds: float = 0.05
    #: ``op.backfill`` waits while the slowest replica of a PostgreSQL server is further behind
    #: than that. 0: it does not look.
    backfill_max_lag_seconds: float = 5.0
    #: ``op.backfill`` waits while more sessions than that are at work in the server. 0: it does
    #: not look.
    backfill_max_busy_sessions: int = 0
    #: A function that ``op.backfill`` asks before each batch: as long as it returns something
    #: true, it waits.
    backfill_throttle: Callable[[], object] | None = None
    #: Seconds that ``op.backfill`` waits at most before a batch, for replicas, load and the
    #: function: then it goes on, since a replica may be gone for good.
    backfill_max_wait_seconds: float = 60.0


@frozen
class _Kind:
    """How a value is checked: what it should be, in words, and how it is read."""

    words: str
    read: Callable[[Any], Any]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    seconds = float(value)
    if not 0 <= seconds < float("inf"):
        raise ValueError
    return seconds


def _wish(value: Any) -> str:
    if value not in ("ignore", "warn", "fail"):
        raise ValueError
    return str(value)


def _enforcement(value: Any) -> str:
    if value not in ("error", "warn", "off"):
        raise ValueError
    return str(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or int(value) != float(value):
        raise TypeError
    if int(value) < 1:
        raise ValueError
    return int(value)


def _count_or_none(value: Any) -> int:
    return 0 if value == 0 and not isinstance(value, bool) else _count(value)


def _function(value: Any) -> Any:
    if value is not None and not callable(value):
        raise TypeError
    return value


def _tool(value: Any) -> str:
    if value not in ("", "godwit", "pt-online-schema-change"):
        raise ValueError
    return str(value)


def _folder(value: Any) -> str:
    return _text(getattr(value, "__fspath__", lambda: value)())


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError
    return tuple(_text(getattr(item, "__fspath__", lambda i=item: i)()) for item in value)


def _file_template(value: Any) -> str:
    template = _text(value)
    stamp = dict.fromkeys(("year", "month", "day", "hour", "minute", "second", "epoch"), 1)
    if "%(rev)s" not in template or not (template % {"rev": "r", "slug": "s", **stamp}):
        raise ValueError
    return template


_KINDS = {
    "version_locations": _Kind("a list of folder names", _texts),
    "file_template": _Kind("a template that contains %(rev)s", _file_template),
    "ignore_tables": _Kind("a list of table names or patterns", _texts),
    "timezone": _Kind("the name of a time zone", _text),
    "wait_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "lock": _Kind("True or False", _switch),
    "lock_wait_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "lock_timeout_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "statement_timeout_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "retry_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "small_table_rows": _Kind("a number, 1 or more", _count),
    "online": _Kind("True or False", _switch),
    "online_tool": _Kind('"godwit", "pt-online-schema-change" or ""', _tool),
    "online_tool_options": _Kind("a list of options", _texts),
    "preflight": _Kind("True or False", _switch),
    "preflight_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "enforce": _Kind('"error", "warn" or "off"', _enforcement),
    "enforce_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "prove": _Kind("True or False", _switch),
    "prove_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "scratch_url": _Kind("the URL of a database", _text),
    "backup": _Kind("True or False", _switch),
    "backup_folder": _Kind("the path of a folder", _folder),
    "backups_kept": _Kind("a number, 1 or more", _count),
    "backfill_batch_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "backfill_pause_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "backfill_max_lag_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "backfill_max_busy_sessions": _Kind("a number, 0 or more", _count_or_none),
    "backfill_throttle": _Kind("a function without arguments, or None", _function),
    "backfill_max_wait_seconds": _Kind("a number of seconds, 0 or more", _seconds),
    "on_pending": _Kind('"ignore", "warn" or "fail"', _wish),
}

NAMES = tuple(field.name for field in fields(Settings))


def read_settings(config: Mapping[str, Any], arguments: Mapping[str, Any]) -> Settings:
    """The settings of one application.

    :param config: ``app.config``; only keys that begin with ``GODWIT_`` are looked at.
    :param arguments: keyword arguments of ``Migrate()`` that are settings.
    :raises SettingsError: a key is unknown or its value is of the wrong kind.
    """
    values = {name: _checked(f"Migrate({name}=…)", name, arguments[name]) for name in arguments}
    for key in config:
        if key.startswith(PREFIX):
            name = _known(key)
            values[name] = _checked(key, name, config[key])
    return Settings(**values)


def _known(key: str) -> str:
    name = key.removeprefix(PREFIX).lower()
    if name in NAMES:
        return name
    close = get_close_matches(name, NAMES, n=1)
    hint = f"Did you mean {PREFIX}{close[0].upper()}?" if close else _all_keys()
    raise SettingsError(f"Unknown setting {key}.", hint=hint)


def _checked(key: str, name: str, value: Any) -> Any:
    kind = _KINDS[name]
    try:
        return kind.read(value)
    except (TypeError, ValueError, KeyError) as error:
        raise SettingsError(f"{key} must be {kind.words}, not {value!r}.") from error


def _all_keys() -> str:
    return "The settings are: " + ", ".join(PREFIX + name.upper() for name in NAMES) + "."


def misspelled_option(name: str, known: Sequence[str]) -> str | None:
    """The option that ``name`` was probably meant to be, if it is no option but close to one."""
    if name in known:
        return None
    close = get_close_matches(name, [*known, *NAMES], n=1, cutoff=0.85)
    return close[0] if close else None
