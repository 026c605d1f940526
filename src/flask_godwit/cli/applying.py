"""``upgrade``, ``downgrade``, ``stamp``, ``ensure-version``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from ..errors import UnknownRevision
from .narrator import listener
from .options import (
    Call,
    backup_option,
    bind_option,
    command,
    dry_run_option,
    json_option,
    limit_options,
    lock_options,
    revision_argument,
    sql_option,
    tag_option,
    wait_option,
    x_option,
)
from .planning import show_plan
from .stopping import Wish, stoppable

if TYPE_CHECKING:
    from ..listener import Listener
    from ..values import Outcome, TargetOutcome


def register(db: click.Group) -> None:
    """Add the commands to the group."""
    purge = click.option(
        "--purge",
        is_flag=True,
        help="Delete the version in the alembic_version table before stamping",
    )
    shared = (bind_option, wait_option, *lock_options, json_option)
    running = (*shared, *limit_options, backup_option, dry_run_option)
    preflight = click.option(
        "--preflight/--no-preflight",
        default=None,
        help="Look for rows that a revision would fail on (default: GODWIT_PREFLIGHT, which is on)",
    )
    forward = (*running, preflight, revision_argument("head"))
    command(db, sql_option, tag_option, x_option, *forward)(upgrade)
    from_ledger = click.option(
        "--from-ledger",
        is_flag=True,
        help="Revert revisions that have no file any more as the ledger remembers them",
    )
    reverted = (*running, preflight, from_ledger, revision_argument("-1"))
    command(db, sql_option, tag_option, x_option, *reverted)(downgrade)
    command(db, sql_option, tag_option, *shared, revision_argument("head"), purge)(stamp)
    command(db, sql_option, *shared)(ensure_version)


def upgrade(
    call: Call, sql: bool, tag: str | None, dry_run: bool, preflight: bool | None, revision: str
) -> None:
    """Upgrade to a later version"""
    if dry_run:
        return show_plan(call, revision, sql=sql)
    from ..commands.applying import upgrade as apply

    with _told(call, sql) as told:
        outcome = apply(
            call.project,
            revision,
            sql=sql,
            tag=tag,
            listener=told,
            lock_wait=call.lock_wait,
            preflight=preflight,
        )
    return call.show(outcome, _print_outcome, "applied")


def downgrade(
    call: Call,
    sql: bool,
    tag: str | None,
    dry_run: bool,
    preflight: bool | None,
    from_ledger: bool,
    revision: str,
) -> None:
    """Revert to a previous version"""
    if dry_run:
        return show_plan(call, revision, downgrade=True, sql=sql)
    from ..commands.applying import downgrade as revert

    with _told(call, sql) as told:
        run = partial(
            revert,
            call.project,
            revision,
            sql=sql,
            tag=tag,
            listener=told,
            lock_wait=call.lock_wait,
            preflight=preflight,
        )
        try:
            outcome = run(from_ledger=from_ledger)
        except UnknownRevision:
            if from_ledger or not _may_use_ledger(call):
                raise
            outcome = run(from_ledger=True)
    return call.show(outcome, _print_outcome, "reverted")


@contextmanager
def _told(call: Call, sql: bool) -> Iterator[Listener]:
    """Who listens while revisions run that Ctrl-C can stop."""
    wish = Wish()
    with stoppable(call.console, wish):
        yield listener(call, sql, wish)


def _may_use_ledger(call: Call) -> bool:
    """Ask a person whether a revision that no file has is reverted as the ledger remembers it."""
    from ..commands.recorded import gone

    if call.json or not sys.stdin.isatty():
        return False
    lost = ", ".join(gone(call.project, "current"))
    question = f"{lost} has no file. Revert it as the ledger remembers it?"
    return bool(lost) and click.confirm(question, default=False)


def stamp(call: Call, sql: bool, tag: str | None, revision: str, purge: bool) -> None:
    """'stamp' the revision table with the given revision; don't run any
    migrations"""
    from ..commands.applying import stamp as write

    outcome = write(
        call.project,
        revision,
        sql=sql,
        tag=tag,
        purge=purge,
        listener=listener(call, sql),
        lock_wait=call.lock_wait,
    )
    call.show(outcome, _print_outcome, "stamped")


def ensure_version(call: Call, sql: bool) -> None:
    """Create the version table if it doesn't exist already"""
    from ..commands.applying import ensure_version as ensure

    told = listener(call, sql)
    outcome = ensure(call.project, sql=sql, listener=told, lock_wait=call.lock_wait)
    call.show(outcome, _print_ensured)


def _print_ensured(call: Call, outcome: Outcome) -> None:
    if outcome.offline:
        _print_sql(call, outcome)
    else:
        call.console.say("The version table is there.")


def _print_sql(call: Call, outcome: Outcome) -> None:
    if outcome.sql:
        call.console.result(outcome.sql.rstrip())
    if outcome.sql and sys.stderr.isatty():
        call.console.note(
            "Run by hand, this leaves no row in the ledger: flask db log won't show it."
        )


def _print_outcome(call: Call, outcome: Outcome, verb: str) -> None:
    if outcome.offline:
        # An env.py may have written the SQL somewhere else: then there is nothing to say.
        _print_sql(call, outcome)
        return
    for target in outcome.targets:
        call.console.say(_sentence(target, verb), "green" if target.steps else "")


def _sentence(target: TargetOutcome, verb: str) -> str:
    head = " (head)" if target.at_head and target.after else ""
    place = f"{', '.join(target.after) or 'base'}{head}"
    database = f"the database of bind {target.bind}" if target.bind else "the database"
    if not target.steps:
        return f"Nothing to do: {database} is at {place}."
    seconds = sum(step.seconds for step in target.steps)
    return f"{len(target.steps)} {verb} in {seconds:.2f} s, {database} is at {place}."
