"""``status``, which is also what bare ``flask db`` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import Call, bind_option, command, json_option, wait_option
from .setup import short_path

if TYPE_CHECKING:
    from ..values import Status, TargetStatus

_MOST_LISTED = 10


def register(db: click.Group) -> None:
    """Add the command to the group."""
    compare = click.option(
        "--compare", is_flag=True, help="Compare models and database too, which takes longer"
    )
    exit_code = click.option(
        "--exit-code", is_flag=True, help="Exit with 1 unless every database is at head"
    )
    command(db, bind_option, wait_option, json_option, compare, exit_code)(status)


def status(call: Call, compare: bool = False, exit_code: bool = False) -> None:
    """Show where things stand, and what to type next."""
    from ..commands.standing import status as look

    found = look(call.project, compare=compare)
    call.show(found, _print_status)
    if exit_code and not found.at_head:
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
    if target.error or not initialised:
        return
    at = ", ".join(target.current) or "base"
    head = " (head)" if target.at_head and target.current else ""
    call.console.result(f"  at {at}{head}")
    for revision in target.unknown:
        call.console.result(f"  {revision} has no file", "red")
    for item in target.pending[:_MOST_LISTED]:
        call.console.result(f"  pending {item.revision}, {item.message}")
    if len(target.pending) > _MOST_LISTED:
        call.console.result(f"  and {len(target.pending) - _MOST_LISTED} more")
    for change in target.changes or ():
        call.console.result(f"  {change}")
