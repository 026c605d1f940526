"""The command group, and the commands in the order that ``flask db --help`` shows them."""

from __future__ import annotations

from collections.abc import Sequence

import click

from . import (
    applying,
    backfilling,
    linting,
    planning,
    proving,
    reading,
    recorded,
    resolving,
    setup,
    standing,
    writing,
)
from .options import directory_option, remember_group_options, x_option


@click.group(invoke_without_command=True)
@directory_option
@x_option
@click.pass_context
def db(ctx: click.Context, directory: str | None, x_arg: Sequence[str]) -> None:
    """Perform database migrations.

    Without a command: where things stand, and what to type next.
    """
    remember_group_options(ctx, directory, x_arg)
    if ctx.invoked_subcommand is None and not ctx.resilient_parsing:
        ctx.invoke(db.commands["status"], compare=True)


for module in (
    setup,
    writing,
    proving,
    planning,
    linting,
    applying,
    backfilling,
    resolving,
    reading,
    recorded,
    standing,
):
    module.register(db)
