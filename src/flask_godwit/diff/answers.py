"""Answers that were given before anything was asked: by options, by a file, by Python."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import field, fields
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import AnswerWrong
from ..frozen import frozen

_QUOTED = re.compile(r"'((?:[^']|'')*)'", re.DOTALL)


@frozen
class Answers:
    """What is known without asking. Each field is a key of an answers file."""

    rename_tables: Mapping[str, str] = field(default_factory=dict)
    """``{"users": "accounts"}``: old name, new name."""
    renames: Mapping[str, str] = field(default_factory=dict)
    """``{"users.fullname": "users.name"}``."""
    no_renames: Sequence[str] = ()
    """Tables and columns that go, whatever comes: ``users.fullname``, ``users.*``, ``*``."""
    fills: Mapping[str, Any] = field(default_factory=dict)
    """``{"users.country": "XX"}``: what existing rows get."""
    casts: Mapping[str, str] = field(default_factory=dict)
    """``{"users.age": "age::integer"}``: SQL that converts a column to its new type."""
    lenient: bool = False
    """Whether an answer may be for something that is no longer there, as in a file."""

    def means_drop(self, name: str) -> bool:
        """Whether somebody said that this table or column was not renamed."""
        return any(fnmatchcase(name, pattern) for pattern in self.no_renames)

    def over(self, other: Answers) -> Answers:
        """These answers, and the other's where these say nothing."""
        return Answers(
            rename_tables={**other.rename_tables, **self.rename_tables},
            renames={**other.renames, **self.renames},
            no_renames=(*other.no_renames, *self.no_renames),
            fills={**other.fills, **self.fills},
            casts={**other.casts, **self.casts},
            lenient=self.lenient or other.lenient,
        )


def pairs(option: str, given: Sequence[str], separator: str) -> dict[str, str]:
    """``old:new`` of an option that may be repeated.

    :raises AnswerWrong: one has no separator.
    """
    found = {}
    for item in given:
        left, _, right = item.partition(separator)
        if not (left and right) and separator == ":":
            raise AnswerWrong(f"{option} {item}: the form is {option} OLD:NEW.")
        if separator not in item:
            raise AnswerWrong(f"{option} {item}: the form is {option} TABLE.COLUMN=VALUE.")
        found[left] = right
    return found


def unquoted(values: Mapping[str, str]) -> dict[str, str]:
    """Values without quotes that are around them: not every shell takes them off.

    ``'XX'`` is ``XX``; a value with quotes of its own is written as in SQL, ``'''XX'''``.
    """
    return {key: _unquoted(value) for key, value in values.items()}


def _unquoted(value: str) -> str:
    found = _QUOTED.fullmatch(value)
    return found[1].replace("''", "'") if found else value


def read_answers(file: str | Path) -> Answers:
    """The answers in a JSON or TOML file.

    :raises AnswerWrong: the file can't be read, or a key or value is no answer.
    """
    path = Path(file)
    try:
        values = _parsed(path)
    except (OSError, ValueError) as error:
        raise AnswerWrong(f"The answers file {path} can't be read: {error}") from error
    return _answers(path, values)


def _parsed(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".toml":
        return json.loads(text)
    # Alembic brings tomli to Python 3.10.
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    return toml.loads(text)


def _answers(path: Path, values: Any) -> Answers:
    kinds = {item.name: item for item in fields(Answers) if item.name != "lenient"}
    if not isinstance(values, dict) or not set(values) <= set(kinds):
        known = ", ".join(kinds)
        raise AnswerWrong(f"The answers file {path} has other keys than {known}.")
    for key, value in values.items():
        wanted: Any = list if key == "no_renames" else dict
        if not isinstance(value, wanted):
            raise AnswerWrong(f"{key} in {path} must be a {wanted.__name__}, not {value!r}.")
    return Answers(**values, lenient=True)
