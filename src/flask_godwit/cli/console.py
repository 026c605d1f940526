"""The one place that prints: what was asked for on stdout, what went wrong on stderr.

Colour is rich's, and only where a person looks: a terminal, and no ``NO_COLOR``.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import traceback
from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import IO, Any

import click

from ..errors import GodwitError
from ..secrecy import without_passwords

DEFAULT_PROGRAM = "flask db"
_SHORTEST_SECRET = 4


class Console:
    """Prints for one command.

    :param quiet: print only results that were asked for, and errors.
    :param secrets: gives the passwords that must not be seen, when something goes wrong.
    :param program: what a person types before a command's name.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        secrets: Callable[[], Collection[str]] = tuple,
        program: str = DEFAULT_PROGRAM,
    ) -> None:
        self.quiet = quiet
        self.secrets = secrets
        self.program = program
        self._writing = threading.RLock()
        self._line_is_passing = False

    def result(self, text: str, style: str = "") -> None:
        """What the command was asked for."""
        self._print(text, style, sys.stdout)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], wraps: str = "") -> None:
        """Rows that were asked for: a table on a terminal, else a line each.

        :param wraps: the column whose text may go on in a second line.
        """
        if not _colourful(sys.stdout):
            for line in _aligned(rows):
                self.result(line)
            return
        from rich.box import SIMPLE_HEAD
        from rich.console import Console as RichConsole
        from rich.table import Table
        from rich.text import Text

        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            table.add_column(column, no_wrap=column != wraps)
        for row in rows:
            table.add_row(*(Text(cell.replace(DEFAULT_PROGRAM, self.program)) for cell in row))
        RichConsole(file=sys.stdout).print(table)

    def say(self, text: str, style: str = "") -> None:
        """What the command did; ``--quiet`` silences it."""
        if not self.quiet:
            self._print(text, style, sys.stdout)

    def json(self, value: Any) -> None:
        """A value for machines."""
        from ..values import as_json

        click.echo(json.dumps(as_json(value), indent=2))

    def script(self, text: str) -> None:
        """A text for another program, as it is."""
        click.echo(text, nl=False)

    def event(self, value: Any) -> None:
        """What happens meanwhile, for machines: a line of JSON on stderr."""
        from ..values import as_json

        if not self.quiet:
            fields = {name: as_json(field) for name, field in value.items()}
            click.echo(self.redact(json.dumps(fields)), file=sys.stderr)

    @property
    def is_live(self) -> bool:
        """Whether a line can be shown that the next one takes the place of."""
        return not self.quiet and sys.stderr.isatty()

    def passing(self, text: str) -> None:
        """A line that stays until something else is printed, cut to the terminal's width."""
        width = shutil.get_terminal_size().columns
        with self._writing:
            self._line_is_passing = True
            click.echo(f"\r{self.redact(text)[: width - 1]}\x1b[K", file=sys.stderr, nl=False)

    def passed(self) -> None:
        """Take away the line that is :meth:`passing`."""
        if self._line_is_passing:
            with self._writing:
                self._line_is_passing = False
                click.echo("\r\x1b[K", file=sys.stderr, nl=False)

    def note(self, text: str) -> None:
        """What keeps a command from going on, on stderr; ``--quiet`` silences it."""
        if not self.quiet:
            self._print(text, "dim", sys.stderr)

    def warn(self, text: str) -> None:
        """What a person should know, on stderr."""
        self._print(f"Warning: {text}", "yellow", sys.stderr)

    def question(self, text: str) -> None:
        """A question, on stderr: results may be read by a machine."""
        self._print(text, "bold", sys.stderr)

    def choice(self, text: str, option: str) -> None:
        """One possible answer, and the option that gives it."""
        self._print(text, "", sys.stderr)
        if option:
            self._print(f"     {option}", "dim", sys.stderr)

    def error(self, error: GodwitError) -> None:
        """What happened, where, and what to type next, on stderr."""
        self.failure(error.message, detail=error.detail, hint=error.hint)

    def failure(self, message: str, *, detail: str = "", hint: str = "") -> None:
        """An error that has no error object."""
        self._print(f"Error: {message}", "bold red", sys.stderr)
        if detail:
            self._print(detail, "dim", sys.stderr)
        if hint:
            arrows = ["-> ", *["   "] * hint.count("\n")]
            lines = map("".join, zip(arrows, hint.splitlines(), strict=True))
            self._print("\n".join(lines), "", sys.stderr)

    def traceback(self, error: BaseException, since: TracebackType | None = None) -> None:
        """Where Python was; ``since`` leaves out what was called before."""
        lines = traceback.format_exception(type(error), error, since or error.__traceback__)
        self._print("".join(lines).rstrip(), "", sys.stderr)

    def _print(self, text: str, style: str, stream: IO[str]) -> None:
        self.passed()
        text = text.replace(DEFAULT_PROGRAM, self.program)
        if stream is sys.stderr:
            text = self.redact(text)
        if style and _colourful(stream):
            from rich.console import Console as RichConsole
            from rich.text import Text

            RichConsole(file=stream, soft_wrap=True).print(Text(text, style=style))
        else:
            click.echo(text, file=stream)

    def redact(self, text: str) -> str:
        """The text without passwords."""
        for secret in self.secrets():
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, "***")
        return without_passwords(text)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return ["  ".join(row).rstrip() for row in cells]


def _colourful(stream: IO[str]) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")
