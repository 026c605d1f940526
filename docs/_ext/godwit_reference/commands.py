"""The command reference, from the click group."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc

import click

import flask_godwit
from flask_godwit.cli.group import db

from .shapes import described, shapes

PROGRAM = "flask db"
ENVIRONMENT = "FLASK_DB"
CHAPTERS = {
    "standing": "Where things stand",
    "writing": "Writing revisions",
    "proving": "Proving revisions",
    "planning": "Looking ahead",
    "linting": "Judging revisions",
    "applying": "Running revisions",
    "backfilling": "Changing rows later",
    "reading": "Reading the history",
    "recorded": "Looking back",
    "resolving": "After a failure",
    "setup": "Folder and database",
}
"""What the modules of ``flask_godwit.cli`` are about, in the order of the reference."""


def reference() -> str:
    """Every command with its arguments and options, by chapter."""
    lines: list[str] = []
    for module, title in CHAPTERS.items():
        lines += [f"## {title}", ""]
        for command in _commands_of(module):
            lines += [*_command(command), ""]
    return "\n".join(lines)


def common_options() -> str:
    """The options that every command takes."""
    first = next(iter(db.commands.values()))
    options = [param for param in _options(first) if _signature(param) in _common()]
    return "\n".join(line for option in options for line in _option(option))


def environment() -> str:
    """The environment variables of one command, as a table."""
    command = db.commands["upgrade"]
    rows = [f"| `{_label(param)}` | `{_variable(command, param)}` |" for param in command.params]
    return "\n".join(["| on the command line | in the environment |", "| --- | --- |", *rows])


def _commands_of(module: str) -> list[click.Command]:
    """The commands that a module defines, in the order of its lines."""
    strays = {_module(command) for command in db.commands.values()} - CHAPTERS.keys()
    if strays:
        raise LookupError(f"These modules of flask_godwit.cli have no chapter: {strays}")
    return [command for command in db.commands.values() if _module(command) == module]


def _module(command: click.Command) -> str:
    return getattr(command.callback, "__module__", "").rpartition(".")[2]


def _command(command: click.Command) -> Iterator[str]:
    name = str(command.name)
    yield f"({anchor(name)})="
    yield f"### `{PROGRAM} {name}`"
    yield ""
    yield _sentence(command.help or "")
    yield ""
    yield from _fence("shell", f"{PROGRAM} {name} {' '.join(_usage(command))}")
    yield from _fence("program", f" {PROGRAM} {name}", mark="{}")
    for param in command.params:
        if isinstance(param, click.Argument) or _signature(param) not in _common():
            yield from _option(param)
    yield from _elsewhere(command)


def _elsewhere(command: click.Command) -> Iterator[str]:
    """The same as a function, and the JSON that it prints."""
    name = str(command.name)
    places = []
    if hasattr(flask_godwit, name.replace("-", "_")):
        places.append(f"In Python {{py:func}}`flask_godwit.{name.replace('-', '_')}`")
    if name in shapes():
        places.append(f"as [JSON](json.md): {described(shapes()[name])}")
    yield f"{'; '.join(places)}."


def _option(param: click.Parameter) -> list[str]:
    """One argument or option, as Sphinx's ``option``: it has a link and is found by search."""
    return [*_fence("option", f" {_label(param)}", _meaning(param), mark="{}"), ""]


def _label(param: click.Parameter) -> str:
    if isinstance(param, click.Argument):
        return str(param.name).upper()
    value = "" if getattr(param, "is_flag", False) else f" {_metavar(param)}"
    return ", ".join(f"{name}{value}" for name in param.opts)


def _metavar(param: click.Parameter) -> str:
    return param.metavar or str(param.name).removesuffix("_arg").upper()


def _meaning(param: click.Parameter) -> str:
    if isinstance(param, click.Argument):
        default = f"`{param.default}` unless you say otherwise." if param.default else ""
        return default or "One or several." if param.nargs != 1 else default
    text = _sentence(getattr(param, "help", "") or "")
    return f"{text} May be given several times." if param.multiple else text


def _usage(command: click.Command) -> list[str]:
    return command.collect_usage_pieces(click.Context(command))


def _options(command: click.Command) -> list[click.Option]:
    return [param for param in command.params if isinstance(param, click.Option)]


def _common() -> set[tuple[object, ...]]:
    every = [{_signature(option) for option in _options(c)} for c in db.commands.values()]
    return set.intersection(*every)


def _signature(param: click.Parameter) -> tuple[object, ...]:
    return (*param.opts, getattr(param, "help", ""))


def _variable(command: click.Command, param: click.Parameter) -> str:
    """The environment variable that click reads for a parameter."""
    return f"{ENVIRONMENT}_{command.name}_{param.name}".upper().replace("-", "_")


def anchor(command: str) -> str:
    """The label of a command's section."""
    return f"flask-db-{command}"


def _sentence(text: str) -> str:
    """A help text as a sentence in which nothing is markup: ``<branch>@head`` stays."""
    text = re.sub(r"([\\`*_<>\[\]])", r"\\\1", cleandoc(text).strip())
    return text if text.endswith((".", "?", "!")) or not text else f"{text}."


def _fence(kind: str, argument: str, *body: str, mark: str = "") -> list[str]:
    """A fenced block: of code, or of a directive."""
    if mark:
        return [f"````{{{kind}}}{argument}", *body, "````", ""]
    return [f"```{kind}", argument, "```", ""]
