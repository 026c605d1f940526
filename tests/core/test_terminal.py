"""Colour, pipes and the shell's completion."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from .apps import APP, Folder, write_revision

ESCAPE = "\x1b["


def at_a_terminal(folder: Folder, *arguments: str, **environment: str) -> str:
    """What `flask` writes when stdout and stderr are a terminal."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "flask", *arguments],
        cwd=folder.root,
        env={**folder.environment, "TERM": "xterm-256color", **environment},
        stdin=follower,
        stdout=follower,
        stderr=follower,
    ) as process:
        os.close(follower)
        output = b""
        while True:
            try:
                block = os.read(leader, 65536)
            except OSError:  # Linux's end of file of a pseudo-terminal
                break
            if not block:
                break
            output += block
        process.wait(60)
    os.close(leader)
    return output.decode()


@pytest.fixture
def blog(folder: Folder) -> Folder:
    folder.write(app=APP)
    return folder


class TestColour:
    def test_terminal(self, blog):
        """At a terminal changes are coloured."""
        assert ESCAPE in at_a_terminal(blog, "db", "migrate")

    def test_error_at_a_terminal(self, blog):
        """So are errors."""
        assert ESCAPE in at_a_terminal(blog, "db", "upgrade")

    def test_no_color(self, blog):
        """NO_COLOR is obeyed."""
        output = at_a_terminal(blog, "db", "migrate", NO_COLOR="1")
        assert "+ table user" in output
        assert ESCAPE not in output

    def test_pipe(self, blog):
        """In a pipe there is no colour."""
        answer = blog.flask("db", "migrate")
        assert "+ table user" in answer.stdout
        assert ESCAPE not in answer.output

    def test_json_at_a_terminal(self, blog):
        """JSON is never coloured."""
        assert ESCAPE not in at_a_terminal(blog, "db", "status", "--json")

    def test_markup_is_text(self, blog):
        """Square brackets in a message are no markup."""
        output = at_a_terminal(blog, "db", "revision", "-d", "x[bold]y", "-m", "z")
        assert "x[bold]y" in output


class TestCompletion:
    @pytest.fixture
    def history(self, blog) -> Folder:
        write_revision(blog.root / "migrations" / "versions", "abc", None)
        write_revision(blog.root / "migrations" / "versions", "abd", "abc")
        return blog

    def ask(self, folder: Folder, line: str) -> list[str]:
        """What bash would offer at the end of a line."""
        source = "import sys; sys.argv[0] = 'flask'; from flask.cli import main; main()"
        words = line.split(" ")
        answer = folder.python(
            "-c",
            source,
            _FLASK_COMPLETE="bash_complete",
            COMP_WORDS=line,
            COMP_CWORD=str(len(words) - 1),
        )
        return [row.partition(",")[2] for row in answer.stdout.splitlines()]

    def test_commands(self, blog):
        """`flask db u<TAB>` is upgrade."""
        assert self.ask(blog, "flask db u") == ["upgrade"]

    def test_revisions(self, history):
        """`flask db upgrade <TAB>` offers the symbols and the revisions."""
        assert self.ask(history, "flask db upgrade ") == [
            "head",
            "heads",
            "base",
            "current",
            "abd",
            "abc",
        ]

    def test_beginning_of_a_revision(self, history):
        """Only what begins as typed."""
        assert self.ask(history, "flask db show abd") == ["abd"]

    def test_binds(self, blog):
        """`--bind <TAB>` offers the databases."""
        assert self.ask(blog, "flask db upgrade --bind ") == ["default"]

    @pytest.mark.parametrize("source", ["import not_there", "app = 1 / 0", ""])
    def test_broken_application(self, folder, source):
        """Completion never prints an error into the shell's line."""
        folder.write(app=source)
        assert "upgrade" in self.ask(folder, "flask db ")
        assert self.ask(folder, "flask db upgrade ") == ["head", "heads", "base", "current"]


def test_the_log_is_a_table(folder: Folder):
    """On a terminal of 80 columns, with identifiers that can be copied."""
    folder.write(app=APP)
    folder.flask("db", "migrate", "--rev-id", "abcdef012345", "-m", "a message " * 10)
    folder.flask("db", "upgrade")
    seen = at_a_terminal(folder, "db", "log", COLUMNS="80")
    assert "when (UTC)" in seen
    assert "abcdef012345" in seen
    assert "applied" in seen
