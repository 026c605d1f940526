"""``init``, ``list-templates``, ``create``, ``drop``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import GodwitError
from .options import Call, bind_option, command, json_option, yes_option

if TYPE_CHECKING:
    from ..values import Created, DatabaseChange, Template


def register(db: click.Group) -> None:
    """Add the commands to the group."""
    template = click.option(
        "-t", "--template", default=None, help="Repository template: a name, or a folder's path"
    )
    package = click.option(
        "--package",
        is_flag=True,
        help="Write empty __init__.py files to the environment and version locations",
    )
    multidb = click.option(
        "--multidb", is_flag=True, help="Accepted; several databases need nothing special"
    )
    env = click.option("--env", is_flag=True, help="Write an env.py of three lines")
    command(db, json_option)(list_templates)
    command(db, multidb, template, package, env, json_option)(init)
    command(db, bind_option, json_option)(create)
    command(db, bind_option, json_option, yes_option)(drop)


def list_templates(call: Call) -> None:
    """List available templates."""
    from ..commands.reading import list_templates as templates

    call.show(templates(), _print_templates)


def init(call: Call, multidb: bool, template: str | None, package: bool, env: bool) -> None:
    """Creates a new migration repository."""
    from ..commands.setup import init as make

    created = make(call.project, template=template, package=package, env=env)
    call.show(created, _print_created)


def create(call: Call) -> None:
    """Create the database, if it does not exist."""
    from ..commands.setup import create as make

    call.show(make(call.project), _print_databases, "Created", "Exists already:")


def drop(call: Call, yes: bool) -> None:
    """Drop the database with everything in it. Asks for its name first."""
    from ..commands.setup import drop as remove
    from ..dialects import dialect_for
    from ..targets import selected_targets

    project = call.project
    for target in () if yes else selected_targets(project):
        full = target.engine.url.database or target.label
        _confirm(full, dialect_for(target.engine.url).short_name or target.label)
    call.show(remove(project), _print_databases, "Dropped", "Was not there:")


def _print_templates(call: Call, templates: Sequence[Template]) -> None:
    call.console.say("Available templates:\n")
    for template in templates:
        call.console.result(f"{template.name} - {template.synopsis}")


def _print_created(call: Call, created: Created) -> None:
    for path in created.paths:
        call.console.say(f"Made {short_path(path)}")
    call.console.say('Next: flask db migrate -m "Initial migration"')


def _print_databases(
    call: Call, changes: Sequence[DatabaseChange], done: str, not_needed: str
) -> None:
    for change in changes:
        call.console.say(f"{done if change.done else not_needed} {change.database}")


def _confirm(name: str, short: str) -> None:
    """Ask for the name; a file's own name is enough, its folder is shown."""
    if not sys.stdin.isatty():
        raise GodwitError(
            f"drop would delete the database {name!r} with everything in it.",
            hint="flask db drop --yes    if that is meant",
        )
    typed = click.prompt(f"This deletes everything in {name!r}. Type its name, {short}, to go on")
    if typed not in (name, short):
        raise GodwitError("That is not the database's name: nothing was dropped.")


def short_path(path: str) -> str:
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
