"""Somebody who does what the guide says, step by step, in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import site
import sys
from pathlib import Path

from sqlalchemy import URL

from . import own_database, web
from .document import (
    ChangeFile,
    Command,
    ShowFile,
    Sql,
    Step,
    WriteFile,
    matches,
)
from .terminal import Result, Terminal

OWN_VALUE = re.compile(r"export (BLOG_DB_(?:HOST|NAME|USER|PASSWORD))=")
VISITOR = {"username": "ada", "email": "ada@example.org"}


class Reader:
    """Follows steps and fails where the guide is wrong.

    :param url: the reader's database, which does not exist yet.
    :param folder: where the reader makes the project.
    """

    def __init__(self, url: URL, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.project = folder / "blog"
        self.port = web.free_port()
        self.own_values = own_database.blog_settings(url)
        self.terminal = Terminal(folder, self._environment())

    def close(self) -> None:
        """Close the terminal."""
        self.terminal.close()

    def _environment(self) -> dict[str, str]:
        """The developer's environment without its settings for Flask and Python.

        Packages are not downloaded: pip may only find that they are there.
        """
        foreign = ("FLASK_", "BLOG_", "PIP_", "PYTHON", "VIRTUAL_ENV", "COV_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        python = os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])
        return {
            **kept,
            "PATH": python,
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "FLASK_RUN_PORT": str(self.port),
            "BLOG_DB_PORT": str(self.url.port or ""),
        }

    def follow(self, step: Step) -> None:
        """Do one step."""
        match step:
            case Command(line="flask run"):
                self.visit(step)
            case Command():
                self.type(step)
            case Sql():
                self.try_sql(step)
            case WriteFile():
                self.path(step.name).write_text(step.text, encoding="utf-8")
            case ChangeFile():
                self.change(step)
            case ShowFile():
                self.compare(step)

    def path(self, name: str) -> Path:
        path = self.project / name
        path.parent.mkdir(exist_ok=True)
        return path

    def type(self, command: Command) -> None:
        """Type a command and compare what appears with what the guide shows."""
        result = self.terminal.run(self.with_own_values(command.line))
        assert (result.code != 0) is command.fails, failure(command, result)
        if command.shown:
            assert matches(command.shown, result.output), failure(command, result)
        if "-m venv" in command.line:
            self.lend_packages()

    def with_own_values(self, line: str) -> str:
        """Where the guide says "type your own values", type those of this server."""
        found = OWN_VALUE.match(line)
        if not found:
            return line
        return f"export {found.group(1)}={shlex.quote(self.own_values[found.group(1)])}"

    def lend_packages(self) -> None:
        """Let the reader's virtual environment have what is installed in that of the tests."""
        (packages,) = self.project.glob(".venv/lib/python*/site-packages")
        lines = [f"import site; site.addsitedir({folder!r})\n" for folder in site.getsitepackages()]
        (packages / "lent.pth").write_text("".join(lines))
        command = self.project / ".venv" / "bin" / "flask"
        command.write_text(f"#!{command.parent}/python3\nfrom flask.cli import main\nmain()\n")
        command.chmod(0o755)

    def try_sql(self, step: Sql) -> None:
        """Make the database by hand, and unmake it for the command that does the same."""
        own_database.execute(self.url, step.statement.replace("blog", str(self.url.database)))
        assert own_database.exists(self.url)
        own_database.drop(self.url)

    def change(self, step: ChangeFile) -> None:
        path = self.path(step.name)
        text = path.read_text(encoding="utf-8")
        assert text.count(step.before) == 1, f"The lines to change are not in {step.name}:\n{text}"
        path.write_text(text.replace(step.before, step.after), encoding="utf-8")

    def compare(self, step: ShowFile) -> None:
        (path,) = self.project.glob(step.name.replace("…", "*"))
        text = path.read_text(encoding="utf-8")
        assert matches(step.text, text), f"{path.name} is in fact:\n{text}"

    def visit(self, command: Command) -> None:
        """Start the server, see the page, send its form, see the page again."""
        log = self.folder / "server.log"
        address = f"http://127.0.0.1:{self.port}/"
        with self.terminal.running(command.line, log):
            assert "Nobody yet." in web.wait_for(address).text
            assert "ada, ada@example.org" in web.fetch(address, form=VISITOR).text
        # The guide's reader has the usual port.
        output = log.read_text().replace(str(self.port), "5000")
        assert matches(command.shown, output), failure(command, Result(output, 0))


def failure(command: Command, result: Result) -> str:
    """What differs, for the person who has to correct the guide or the package."""
    return (
        f"$ {command.line}\nexit code {result.code}, and it printed:\n{result.output}\n"
        f"The guide shows:\n{command.shown}"
    )
