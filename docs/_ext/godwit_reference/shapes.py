"""What ``--json`` prints, from the types that commands return."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, fields, is_dataclass
from datetime import datetime
from inspect import cleandoc
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import flask_godwit
from flask_godwit import findings, proofs, values
from flask_godwit.cli.group import db

JSON_NAMES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    datetime: "string (ISO 8601, UTC)",
}


def by_command() -> str:
    """What each command prints."""
    rows = [
        f"| {{ref}}`flask db {name} <flask-db-{name}>` | {described(shape)} |"
        for name, shape in shapes().items()
    ]
    return "\n".join(["| command | `--json` prints |", "| --- | --- |", *rows])


def values_in_use() -> list[type]:
    """The dataclasses that appear in any output, each before those it contains."""
    found: dict[type, None] = {}
    waiting = list(shapes().values())
    while waiting:
        shape = waiting.pop(0)
        if is_dataclass(shape) and isinstance(shape, type) and shape not in found:
            found[shape] = None
            waiting.extend(_hints(shape).values())
        waiting.extend(get_args(shape))
    return list(found)


def values_text() -> str:
    """One table for each kind of object."""
    return "\n".join(line for value in values_in_use() for line in _table(value))


def shapes() -> dict[str, Any]:
    """The commands that take ``--json``, and the type that each returns."""
    asked = [
        str(command.name)
        for command in db.commands.values()
        if any(param.name == "as_json" for param in command.params)
    ]
    return {name: _returned(name.replace("-", "_")) for name in asked}


def _returned(function: str) -> Any:
    return get_type_hints(getattr(flask_godwit, function))["return"]


def _hints(value: type) -> dict[str, Any]:
    """The types of its fields; the modules of values import one another for the types only."""
    known = {name: getattr(values, name) for name in values.__all__}
    return get_type_hints(value, localns={**vars(proofs), **vars(findings), **known})


def _table(value: type) -> Iterator[str]:
    hints = _hints(value)
    printed = [name for name, shape in shapes().items() if value in (shape, *get_args(shape))]
    yield f"(shape-{value.__name__.lower()})="
    yield f"### {value.__name__}"
    yield ""
    yield cleandoc(value.__doc__ or "")
    yield ""
    if printed:
        yield f"Printed by {', '.join(f'`flask db {name}`' for name in printed)}."
        yield ""
    yield "| field | JSON |"
    yield "| --- | --- |"
    yield from (_row(field, hints[field.name]) for field in fields(value))
    yield ""


def _row(field: Field[Any], shape: Any) -> str:
    return f"| `{field.name}` | {described(shape)} |"


def described(shape: Any) -> str:
    """A Python type in the words of JSON: ``tuple[str, ...]`` is "list of strings"."""
    if shape in JSON_NAMES:
        return JSON_NAMES[shape]
    if shape is type(None):
        return "`null`"
    if get_origin(shape) is tuple:
        return f"list of {_plural(described(get_args(shape)[0]))}"
    if get_origin(shape) in (UnionType, Union):
        return " or ".join(described(part) for part in get_args(shape))
    if is_dataclass(shape) and isinstance(shape, type):
        return f"{{ref}}`{shape.__name__} <shape-{shape.__name__.lower()}>`"
    raise TypeError(f"JSON has no word for {shape}.")


def _plural(word: str) -> str:
    return f"{word}s" if word in JSON_NAMES.values() else word
