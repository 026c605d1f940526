"""``show``, ``history``, ``heads``, ``branches``, ``current``: Alembic's texts, or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ..errors import NotUpToDate
from .options import (
    Call,
    bind_option,
    command,
    json_option,
    revision_argument,
    verbose_option,
    wait_option,
)

if TYPE_CHECKING:
    from ..values import BranchPoint, Current, RevisionInfo


def register(db: click.Group) -> None:
    """Add the commands to the group."""
    rev_range = click.option(
        "-r",
        "--rev-range",
        default=None,
        help="Specify a revision range; format is [start]:[end]",
    )
    indicate = click.option(
        "-i", "--indicate-current", is_flag=True, help="Indicate current version"
    )
    resolve = click.option(
        "--resolve-dependencies",
        is_flag=True,
        help="Treat dependency versions as down revisions",
    )
    check_heads = click.option(
        "--check-heads", is_flag=True, help="Exit with 1 unless the database is at every head"
    )
    asks = (bind_option, wait_option, json_option)
    command(db, *asks, revision_argument("head"))(show)
    command(db, rev_range, verbose_option, indicate, *asks)(history)
    command(db, verbose_option, resolve, json_option)(heads)
    command(db, verbose_option, json_option)(branches)
    command(db, verbose_option, check_heads, *asks)(current)


def show(call: Call, revision: str) -> None:
    """Show the revision denoted by the given symbol."""
    from ..commands.reading import show as find

    call.show(find(call.project, revision), _print_log)


def history(call: Call, rev_range: str | None, verbose: bool, indicate_current: bool) -> None:
    """List changeset scripts in chronological order."""
    from ..commands.reading import history as find

    found = find(call.project, rev_range, verbose=verbose, indicate_current=indicate_current)
    call.show(found, _print_summaries)


def heads(call: Call, verbose: bool, resolve_dependencies: bool) -> None:
    """Show current available heads in the script directory"""
    from ..commands.reading import heads as find

    found = find(call.project, verbose=verbose, resolve_dependencies=resolve_dependencies)
    call.show(found, _print_summaries)


def branches(call: Call, verbose: bool) -> None:
    """Show current branch points"""
    from ..commands.reading import branches as find

    call.show(find(call.project, verbose=verbose), _print_branches)


def current(call: Call, verbose: bool, check_heads: bool) -> None:
    """Display the current revision for each database."""
    from ..commands.reading import current as find

    found = find(call.project, verbose=verbose)
    call.show(found, _print_current, verbose)
    behind = [item for item in found if not item.at_head]
    if check_heads and behind:
        raise NotUpToDate(
            "Database is not on all head revisions.",
            detail="\n".join(f"  {item.database}" for item in behind),
            hint="flask db upgrade",
        )


def _print_log(call: Call, found: Sequence[RevisionInfo]) -> None:
    for item in found:
        call.console.result(item.log_entry)


def _print_summaries(call: Call, found: Sequence[RevisionInfo]) -> None:
    for item in found:
        call.console.result(item.summary, "bold" if item.is_current else "")


def _print_branches(call: Call, found: Sequence[BranchPoint]) -> None:
    for point in found:
        arrow = " " * len(point.revision.revision) + " -> "
        lines = [point.revision.summary, *(arrow + item.summary for item in point.successors)]
        call.console.result("\n".join(lines) + "\n")


def _print_current(call: Call, found: Sequence[Current], verbose: bool) -> None:
    for item in found:
        if verbose:
            call.console.result(f"Current revision(s) for {item.database}:")
        _print_summaries(call, item.revisions)
