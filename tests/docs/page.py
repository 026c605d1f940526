"""A page of the documentation, and somebody who does in an empty folder what it says.

What a reader does with a fenced block is in :mod:`tests.guide.document`; here, a block that
names no file is only read. What a page needs and need not show (the application that it
speaks of) is done all the same: it stands in an HTML comment.

In Python, ``# …`` stands for any number of lines, since ``…`` alone is not Python.
A page shows real revisions, dates and durations. These vary, and are not compared.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.guide.document import (
    FILE_NAME,
    ChangeFile,
    Command,
    ShowFile,
    Step,
    WriteFile,
    matches,
    steps_of,
)
from tests.guide.terminal import Terminal

DOCS = Path(__file__).parents[2] / "docs"
HOME = "/home/you/shop"
"""Where the project is on every page."""

VARYING = {
    r"(?<![0-9a-z])[0-9a-f]{12}(?![0-9a-z])": "REVISION",
    r"\d{4}_\d\d_\d\d_\d{4}": "DATE",
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?": "DATE",
    r"\b\d+\.\d\d ?s\b": "0.00 s",
}


def pages() -> list[Path]:
    """The pages, without the guide and the performance table, which have tests of their own."""
    elsewhere = {"guide.md", "performance.md"}
    return sorted(path for path in DOCS.glob("*.md") if path.name not in elsewhere)


def blocks(text: str) -> Iterator[Token]:
    """The fenced blocks of a text, those in comments too."""
    for token in MarkdownIt().parse(text):
        if token.type == "fence":
            yield token
        elif token.type == "html_block" and token.content.startswith("<!--"):
            yield from blocks(token.content.removeprefix("<!--").partition("-->")[0])


def steps(page: Path) -> list[Step]:
    """What somebody does who follows the page."""
    return [
        step
        for block in blocks(page.read_text(encoding="utf-8"))
        if block.info == "console" or FILE_NAME.match(block.content.partition("\n")[0])
        for step in steps_of(block)
    ]


class Follower:
    """Does the steps of a page in an empty folder, and fails where the page is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.terminal = Terminal(folder, _environment())

    def close(self) -> None:
        """Close the terminal."""
        self.terminal.close()

    def follow(self, step: Step) -> None:
        """Do one step."""
        match step:
            case Command():
                self._type(step)
            case WriteFile():
                self._path(step.name).write_text(step.text, encoding="utf-8")
            case ChangeFile():
                self._change(step)
            case ShowFile():
                self._compare(step)
            case _:
                raise TypeError(f"Nobody here knows how to follow {step}")

    def _path(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _type(self, command: Command) -> None:
        result = self.terminal.run(command.line)
        output = result.output.replace(str(self.folder), HOME)
        told = f"$ {command.line}\nexit code {result.code}, and it printed:\n{output}"
        if result.code:
            assert "Error: " in command.shown, f"{told}\nThe page shows no error."
        if command.shown:
            shown = f"The page shows:\n{command.shown}"
            assert matches(without_what_varies(command.shown), without_what_varies(output)), (
                f"{told}\n{shown}"
            )

    def _change(self, step: ChangeFile) -> None:
        path = self._path(step.name)
        text = path.read_text(encoding="utf-8")
        assert text.count(step.before) == 1, f"The lines to change are not in {step.name}:\n{text}"
        path.write_text(text.replace(step.before, step.after), encoding="utf-8")

    def _compare(self, step: ShowFile) -> None:
        (path,) = self.folder.glob(step.name.replace("…", "*"))
        text = path.read_text(encoding="utf-8")
        shown = re.sub(r"^ *# …$", "…", step.text, flags=re.MULTILINE)
        assert matches(without_what_varies(shown), without_what_varies(text)), (
            f"{path.name} is in fact:\n{text}"
        )


def shows(shown: str, real: str) -> bool:
    """Whether a page shows what is really there, apart from what varies."""
    return matches(without_what_varies(shown), without_what_varies(real))


def without_what_varies(text: str) -> str:
    """The text without what varies from run to run."""
    for varying, word in VARYING.items():
        text = re.sub(varying, word, text)
    return text


def _environment() -> dict[str, str]:
    """The developer's environment without its settings for Flask and Python."""
    foreign = ("FLASK_", "PYTHON", "VIRTUAL_ENV", "GODWIT_", "SQLALCHEMY_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])}
