"""The command group, and the commands in the order that ``flask db --help`` shows them."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from importlib import import_module

import click

from .options import directory_option, remember_group_options, x_option

_MODULES = (
    "setup",
    "writing",
    "proving",
    "planning",
    "linting",
    "applying",
    "backfilling",
    "resolving",
    "reading",
    "recorded",
    "standing",
)


class Commands(click.Group):
    """Makes its commands when one of them is asked for: an application that serves never asks."""

    _made: MutableMapping[str, click.Command]
    _complete = False

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        """The commands by name."""
        if not self._complete:
            self._complete = True
            for module in _MODULES:
                import_module(f".{module}", __package__).register(self)
        return self._made

    @commands.setter
    def commands(self, given: MutableMapping[str, click.Command]) -> None:
        self._made = given


@click.group(cls=Commands, invoke_without_command=True)
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
