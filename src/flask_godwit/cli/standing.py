"""``status``, which is also what bare ``flask db`` shows."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

import click

from .options import Call, bind_option, command, json_option, wait_option
from .recorded import by, edited_since
from .setup import short_path

if TYPE_CHECKING:
    from ..values import LogEntry, PendingRevision, Status, TargetStatus

_MOST_LISTED = 10


def register(db: click.Group) -> None:
    """Add the command to the group."""
    compare = click.option(
        "--compare", is_flag=True, help="Compare models and database too, which takes longer"
    )
    exit_code = click.option(
        "--exit-code",
        is_flag=True,
        help="Exit with 1 unless every database is at head and no applied file was edited",
    )
    command(db, bind_option, wait_option, json_option, compare, exit_code)(status)


def status(call: Call, compare: bool = False, exit_code: bool = False) -> None:
    """Show where things stand, and what to type next."""
    from ..commands.standing import status as look

    found = look(call.project, compare=compare)
    call.show(found, _print_status)
    if exit_code and not found.is_well:
        click.get_current_context().exit(1)


def _print_status(call: Call, found: Status) -> None:
    folder = short_path(found.directory)
    heads = ", ".join(head.revision for head in found.heads)
    count = f"{found.revisions} revision{'' if found.revisions == 1 else 's'}"
    call.console.result(
        f"{folder}: {count}{f', head {heads}' if heads else ''}"
        if found.initialised
        else f"{folder}: no migrations folder"
    )
    for target in found.targets:
        _print_target(call, target, found.initialised)
    if found.next_command:
        call.console.result(f"Next: {found.next_command}    ({found.next_reason})", "bold")
    elif not any(target.error for target in found.targets):
        call.console.result("Nothing to do.", "green")


def _print_target(call: Call, target: TargetStatus, initialised: bool) -> None:
    call.console.result(f"{target.bind or 'default'}: {target.database}")
    if target.error:
        call.console.result(f"  {target.error}", "red")
        if target.error_hint and not target.error_hint.startswith("flask "):
            call.console.result(f"  {target.error_hint}")
    if target.error or not initialised:
        return
    at = ", ".join(target.current) or "base"
    head = " (head)" if target.at_head and target.current else ""
    call.console.result(f"  at {at}{head}")
    _print_unknown(call, target)
    for entry in target.edited:
        call.console.result(f"  {edited_since(entry)}", "yellow")
    for half in target.half_applied:
        done = f"{half.direction} {half.revision} is half done: {half.so_far}"
        call.console.result(f"  {done}", "red")
        if half.error:
            call.console.result(f"    it stopped with: {half.error}", "red")
    for due in target.due:
        so_far = f"{due.rows:,} rows so far" if due.seen else "not begun"
        call.console.result(
            f"  backfill of {due.table}, left by {due.revision}: {so_far}", "yellow"
        )
    for item in target.pending[:_MOST_LISTED]:
        call.console.result(f"  pending {item.revision}, {item.message}{_written(item)}")
    if len(target.pending) > _MOST_LISTED:
        call.console.result(f"  and {len(target.pending) - _MOST_LISTED} more")
    if target.failure:
        _print_failure(call, target.failure)
    for change in target.changes or ():
        call.console.result(f"  {change}")


def _print_unknown(call: Call, target: TargetStatus) -> None:
    explained = {entry.revision: entry for entry in target.lost}
    for revision in target.unknown:
        call.console.result(f"  {revision} has no file", "red")
        if revision in explained:
            entry = explained[revision]
            call.console.result(
                f"    {entry.message!r}, {entry.started:%Y-%m-%d %H:%M} UTC by {by(entry)}\n"
                "    Its file may be on another git branch. The ledger remembers it:"
                f" flask db show {revision}, flask db downgrade --from-ledger"
            )


def _print_failure(call: Call, entry: LogEntry) -> None:
    reason = entry.error.partition("\n")[0]
    call.console.result(
        f"  {entry.direction} of {entry.revision} failed {entry.finished:%Y-%m-%d %H:%M} UTC"
        f" by {by(entry)}: {reason}",
        "red",
    )


def _written(item: PendingRevision) -> str:
    """``  (2 days old, by Ada)``"""
    age = _age(item.written) if item.written else ""
    author = f"by {item.author}" if item.author else ""
    facts = [fact for fact in (age, author) if fact]
    return f"  ({', '.join(facts)})" if facts else ""


def _age(moment: datetime) -> str:
    seconds = (datetime.now(timezone.utc) - moment).total_seconds()
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'} old"
    return ""
