"""``resolve``: what becomes of a revision that is half applied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .narrator import listener
from .options import Call, bind_option, command, json_option, lock_options, wait_option

if TYPE_CHECKING:
    from ..values import Resolved

_CHOICES = {
    "applied": "You did the rest by hand: it counts as done",
    "rolled-back": "You undid it by hand: it runs from its start",
    "retry": "It goes on after what was done, with database and file as they are now",
}
_NEXT = {
    "applied": "counts as done.",
    "rolled-back": "runs from its start the next time.",
    "retry": "goes on after what was done.",
}


def register(db: click.Group) -> None:
    """Add the command to the group."""
    choices = [
        click.option(f"--{name}", "decision", flag_value=name, help=text)
        for name, text in _CHOICES.items()
    ]
    revision = click.argument("revision")
    command(db, *choices, bind_option, wait_option, *lock_options, json_option, revision)(resolve)


def resolve(call: Call, decision: str | None, revision: str) -> None:
    """Decide what becomes of a revision that is half applied."""
    from ..commands.resolving import Decision
    from ..commands.resolving import resolve as carry_out

    if decision is None:
        options = ", ".join(f"--{name}" for name in _CHOICES)
        raise click.UsageError(f"Say what is to become of it: one of {options}.")
    done = carry_out(
        call.project,
        revision,
        Decision(decision),
        listener=listener(call, sql=False),
        lock_wait=call.lock_wait,
    )
    call.show(done, _print_resolved)


def _print_resolved(call: Call, done: Sequence[Resolved]) -> None:
    for each in done:
        where = f"[{each.bind}] " if each.bind else ""
        call.console.say(f"{where}{each.direction} {each.revision} {_NEXT[each.decision]}")
    call.console.say("Next: flask db status")
