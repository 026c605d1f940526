"""docs/guide.md as a list of steps.

A fenced block is a step, and says by its first line what the reader does with it:

- ``console``: type each line after ``$``; the lines between are what appears.
- ``sql``: type it in the server's own client.
- any other block that begins with a comment naming a file: write the file; if the
  language is ``diff``, change the file instead; if the name has an ellipsis, the
  file exists already and the block shows it.

In whatever is shown, ``…`` stands for something that varies from run to run, and
a line that is only ``…`` for any number of lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ELLIPSIS = "…"
FILE_NAME = re.compile(r"(?:#|\{#) (\S+\.\w+)(?: #\})?$")


@dataclass(frozen=True)
class Command:
    """A line to type, and what the guide says it prints ("" when it does not say)."""

    line: str
    shown: str

    @property
    def fails(self) -> bool:
        """The guide shows some errors on purpose."""
        return any(line.startswith("Error: ") for line in self.shown.splitlines())


@dataclass(frozen=True)
class Sql:
    """A statement to type in the database server's own client."""

    statement: str


@dataclass(frozen=True)
class WriteFile:
    name: str
    text: str


@dataclass(frozen=True)
class ChangeFile:
    """Lines to find in a file, and the lines that replace them."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ShowFile:
    """A file that a command has written. ``name`` and ``text`` have ellipses."""

    name: str
    text: str


Step = Command | Sql | WriteFile | ChangeFile | ShowFile


def read_steps(guide: Path, choices: dict[str, bool]) -> list[Step]:
    """The steps of the guide, in order.

    :param choices: sections by their heading; those with False are not this reader's,
        with everything below them.
    :raises LookupError: the guide has no such heading.
    """
    steps: list[Step] = []
    path: list[str] = []
    headings = set()
    tokens = MarkdownIt().parse(guide.read_text(encoding="utf-8"))
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following:
            path = [*path[: int(token.tag[1]) - 1], following.content]
            headings.add(following.content)
        elif token.type == "fence" and all(choices.get(heading, True) for heading in path):
            steps.extend(steps_of(token))
    if missing := choices.keys() - headings:
        raise LookupError(f"The guide has no section {missing}.")
    return steps


def steps_of(block: Token) -> Iterator[Step]:
    """What the reader does with one fenced block."""
    if block.info == "console":
        yield from commands_of(block.content)
    elif block.info == "sql":
        yield Sql(block.content.strip())
    else:
        yield file_step(block)


def commands_of(text: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        yield Command(line, shown.strip())


def file_step(block: Token) -> Step:
    first_line, _, text = block.content.partition("\n")
    found = FILE_NAME.match(first_line)
    if not found:
        raise ValueError(f"This block does not say which file it is: {first_line}")
    name = found.group(1)
    if ELLIPSIS in name:
        return ShowFile(name, text)
    if block.info == "diff":
        return ChangeFile(name, diff_side(text, "-"), diff_side(text, "+"))
    return WriteFile(name, block.content)


def diff_side(text: str, sign: str) -> str:
    """The lines of a diff that are on one side of it."""
    lines = text.splitlines(keepends=True)
    return "".join(line[1:] for line in lines if line[0] in (" ", sign))


def matches(shown: str, real: str) -> bool:
    """Whether the real text is what the guide shows, ellipses and trailing blanks aside."""
    pattern = "".join(line_pattern(line.rstrip()) for line in shown.strip().splitlines())
    lines = [line.rstrip() + "\n" for line in real.strip().splitlines()]
    return re.fullmatch(pattern, "".join(lines)) is not None


def line_pattern(line: str) -> str:
    if line.strip() == ELLIPSIS:
        return r"(?:.*\n)*?"
    return re.escape(line).replace(ELLIPSIS, ".+?") + r"\n"
