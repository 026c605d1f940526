"""Every command, option, argument, default and variable of Flask-Migrate's is one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import flask_migrate.cli  # type: ignore[import-untyped]
import pytest

import flask_godwit.cli.group

THEIRS: click.Group = flask_migrate.cli.db
OURS: click.Group = flask_godwit.cli.group.db


def parameters(group: click.Group) -> Iterator[tuple[str, click.Parameter]]:
    """The parameters of a group and of all its commands: the command's name, the parameter."""
    for name, command in [("", group), *group.commands.items()]:
        for parameter in command.params:
            yield name, parameter


def in_group(group: click.Group, command: str) -> click.Command:
    """The command of that name, "" being the group itself."""
    return group.commands[command] if command else group


def essence(parameter: click.Parameter) -> dict[str, Any]:
    """All that a user of a parameter can notice, but its help."""
    return {
        "kind": parameter.param_type_name,
        "name": parameter.name,
        "opts": parameter.opts,
        "secondary": parameter.secondary_opts,
        "type": parameter.type.name,
        "nargs": parameter.nargs,
        "multiple": parameter.multiple,
        "required": parameter.required,
        "default": parameter.to_info_dict()["default"],
        "flag": getattr(parameter, "is_flag", False),
        "envvar": parameter.envvar,
    }


def parsed(group: click.Group, command: str, *arguments: str) -> dict[str, Any]:
    """What a command gets for its arguments, in the environment that is."""
    flask = click.Context(click.Group("flask"), info_name="flask", auto_envvar_prefix="FLASK")
    parent = click.Context(group, flask, "db")
    if not command:
        context = group.make_context("db", ["current"], flask)
    else:
        context = group.commands[command].make_context(command, list(arguments), parent)
    return context.params


COMMANDS = sorted(THEIRS.commands)
PARAMETERS = [
    pytest.param(command, parameter, id=f"{command or 'db'}-{parameter.name}")
    for command, parameter in parameters(THEIRS)
]
OPTIONS = [each for each in PARAMETERS if isinstance(each.values[1], click.Option)]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_ours_too(command: str) -> None:
    """Under the same name."""
    assert command in OURS.commands


@pytest.mark.parametrize(("command", "parameter"), PARAMETERS)
def test_every_parameter_is_ours_too(command: str, parameter: click.Parameter) -> None:
    """With the same names, default, type, number of values."""
    ours = [essence(each) for each in in_group(OURS, command).params]
    assert essence(parameter) in ours


@pytest.mark.parametrize("command", COMMANDS)
def test_arguments_are_in_the_same_order(command: str) -> None:
    """Ours come after theirs, if there are any."""
    theirs, ours = (
        [each.name for each in group.commands[command].params if isinstance(each, click.Argument)]
        for group in (THEIRS, OURS)
    )
    assert ours[: len(theirs)] == theirs


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_of_ours_takes_a_short_option_away(command: str) -> None:
    """``-v`` of a command that had ``-v`` means what it meant."""
    theirs = {
        name: option.name for option in THEIRS.commands[command].params for name in option.opts
    }
    ours = {name: option.name for option in OURS.commands[command].params for name in option.opts}
    assert theirs.items() <= ours.items()


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_variable_acts_the_same(
    command: str, option: click.Option, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``FLASK_DB_<COMMAND>_<OPTION>`` gives the option its value."""
    words = filter(None, ("FLASK_DB", command.replace("-", "_").upper(), str(option.name).upper()))
    value = "1" if option.is_flag else "one two"
    monkeypatch.setenv("_".join(words), value)
    theirs, ours = parsed(THEIRS, command), parsed(OURS, command)
    assert ours[str(option.name)] == theirs[str(option.name)]
    assert theirs[str(option.name)] not in (None, False, ()), "the variable has no effect there"


@pytest.mark.parametrize("command", COMMANDS)
def test_defaults_are_the_same(command: str) -> None:
    """A command without arguments gets the same values."""
    assert parsed(THEIRS, command).items() <= parsed(OURS, command).items()


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("downgrade", ("--", "-1")),
        ("downgrade", ("--sql", "--tag", "x", "base")),
        ("history", ("-v", "-i", "-r", "-3:current")),
        ("merge", ("-m", "both", "a", "b", "c")),
        ("migrate", ("-x", "a=1", "-x", "b=2", "--head", "main@head", "--splice")),
        ("upgrade", ("+1",)),
        ("stamp", ("--purge", "heads")),
    ],
)
def test_what_is_typed_means_the_same(command: str, arguments: tuple[str, ...]) -> None:
    """Real command lines are parsed to the same values."""
    theirs, ours = parsed(THEIRS, command, *arguments), parsed(OURS, command, *arguments)
    assert theirs.items() <= ours.items()
