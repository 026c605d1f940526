"""``backfill``: what revisions left for later is done while the application runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from .complete import complete_revisions
from .narrator import listener
from .options import (
    Call,
    bind_option,
    command,
    json_option,
    limit_options,
    lock_options,
    wait_option,
)
from .stopping import Wish, stoppable

if TYPE_CHECKING:
    from ..values import Backfilled


def register(db: click.Group) -> None:
    """Add the command to the group."""
    revision = click.argument("revision", default="", shell_complete=complete_revisions)
    shared = (bind_option, wait_option, *lock_options, *limit_options, json_option)
    command(db, *shared, revision)(backfill)


def backfill(call: Call, revision: str) -> None:
    """Change the rows that op.backfill(…, later=True) has left for later."""
    from ..commands.backfilling import backfill as carry_out

    wish = Wish()
    wish.running = True  # nothing is lost between two batches
    with stoppable(call.console, wish):
        done = carry_out(
            call.project,
            revision,
            listener=listener(call, sql=False, wish=wish),
            lock_wait=call.lock_wait,
        )
    call.show(done, partial(_print_done, revision=revision))


def _print_done(call: Call, done: Sequence[Backfilled], revision: str) -> None:
    if not done:
        of = f" of {revision}" if revision else ""
        call.console.say(f"Nothing to do: no backfill{of} is due.")
        return
    count = f"{len(done)} backfill{'' if len(done) == 1 else 's'}"
    rows = sum(each.rows for each in done)
    call.console.say(f"{count} done, {rows:,} rows changed.", "green")
