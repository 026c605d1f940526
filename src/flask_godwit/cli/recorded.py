"""``log``: the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .complete import complete_revisions
from .options import Call, bind_option, command, json_option, wait_option

if TYPE_CHECKING:
    from ..values import LogEntry

_DONE = {"upgrade": "applied", "downgrade": "reverted", "stamp": "stamped"}
_COLUMNS = ("when (UTC)", "what", "revision", "message", "time", "SQL", "by")


def register(db: click.Group) -> None:
    """Add the command to the group."""
    number = click.option(
        "-n", "--limit", type=click.IntRange(min=1), default=None, help="At most that many entries"
    )
    revision = click.argument("revision", default="", shell_complete=complete_revisions)
    command(db, number, bind_option, wait_option, json_option, revision)(log)


def log(call: Call, limit: int | None, revision: str) -> None:
    """Show who applied, reverted or stamped which revision, and when."""
    from ..commands.recorded import log as find

    call.show(find(call.project, revision, limit=limit), _print_log)


def _print_log(call: Call, found: Sequence[LogEntry]) -> None:
    if not found:
        call.console.say("The ledger has no entry yet.")
        return
    several = len({entry.bind for entry in found}) > 1
    columns = ("bind", *_COLUMNS) if several else _COLUMNS
    rows = [(*([e.bind or "default"] if several else []), *_cells(e)) for e in found]
    call.console.table(columns, rows, wraps="message")


def _cells(entry: LogEntry) -> tuple[str, ...]:
    failed = entry.result == "failed"
    what = f"{entry.direction} failed" if failed else _DONE.get(entry.direction, entry.direction)
    reason = f": {entry.error.partition(chr(10))[0]}" if failed else ""
    return (
        f"{entry.started:%Y-%m-%d %H:%M:%S}",
        what,
        entry.revision,
        f"{entry.message}{reason}",
        f"{entry.seconds:.2f} s",
        str(entry.statements),
        by(entry),
    )


def by(entry: LogEntry) -> str:
    """Who it was: ``alice@laptop as shop_owner``."""
    person = "@".join(filter(None, (entry.os_user, entry.host)))
    return f"{person} as {entry.database_user}" if entry.database_user else person


def edited_since(entry: LogEntry) -> str:
    """That the file of an applied revision was changed."""
    where = f" on bind {entry.bind}" if entry.bind else ""
    return (
        f"the file of {entry.revision}, {entry.message}, was edited since it was applied{where}"
        f" ({entry.started:%Y-%m-%d %H:%M} UTC by {by(entry)})."
    )
