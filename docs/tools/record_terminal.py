"""Record the terminal that the README shows: the real commands, typed in a temporary folder.

    python docs/tools/record_terminal.py

writes docs/_static/terminal.svg, and beside it terminal.txt, with which a test compares what
the commands print today.
"""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

STATIC = Path(__file__).parents[1] / "_static"
TITLE = "~/shop"
HOME = "/home/you/shop"
WIDTH = 84
FONTS = "ui-monospace, Menlo, Consolas, DejaVu Sans Mono"

APP = """\
from flask import Flask
from flask_godwit import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(120), unique=True)


app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
db.init_app(app)
migrate = Migrate(app, db)
"""
BEFORE = "    email = db.Column(db.String(120), unique=True)\n"
AFTER = """\
    email = db.Column(db.String(150), unique=True)
    country = db.Column(db.String(2), index=True)
"""

THEME = TerminalTheme(
    background=(29, 35, 39),
    foreground=(226, 221, 214),
    normal=[
        (29, 35, 39),
        (236, 122, 106),
        (150, 200, 130),
        (232, 190, 110),
        (130, 170, 210),
        (200, 150, 190),
        (125, 185, 185),
        (226, 221, 214),
    ],
)


def main() -> None:
    """Record, and write both files."""
    recording = record()
    console = Console(record=True, width=WIDTH, file=StringIO())
    console.print(recording)
    svg = console.export_svg(title=TITLE, theme=THEME, unique_id="godwit")
    # Rich's SVG fetches its font from the network; a README must not.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", FONTS)
    (STATIC / "terminal.svg").write_text(svg, encoding="utf-8")
    (STATIC / "terminal.txt").write_text(recording.plain, encoding="utf-8")


def record() -> Text:
    """Type the commands of a first quarter of an hour, in a folder of their own."""
    with TemporaryDirectory() as folder:
        app = Path(folder) / "app.py"
        app.write_text(APP, encoding="utf-8")
        parts = [
            _typed(folder, "flask db migrate"),
            _typed(folder, "flask db upgrade"),
            _remark("now User.email gets longer, and User a country"),
        ]
        app.write_text(APP.replace(BEFORE, AFTER), encoding="utf-8")
        rest = ('flask db migrate -m "Countries"', "flask db upgrade", "flask db")
        parts += [_typed(folder, command) for command in rest]
        return Text("\n").join(parts)


def _typed(folder: str, command: str) -> Text:
    line = Text("$ ", style="dim").append(command, style="bold not dim")
    return Text("\n").join([line, Text.from_ansi(_output(folder, command)), Text("")])


def _remark(text: str) -> Text:
    return Text(f"# {text}\n", style="dim")


def _output(folder: str, command: str) -> str:
    """What a command prints in a terminal, colours and all."""
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", *shlex.split(command)]
    process = subprocess.Popen(
        words, cwd=folder, env=_environment(), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    printed = b"".join(_chunks(ours))
    if process.wait():
        sys.exit(f"$ {command}\n{printed.decode()}")
    return printed.decode().replace("\r\n", "\n").replace(folder, HOME).rstrip()


def _chunks(descriptor: int) -> list[bytes]:
    chunks = []
    while chunk := _read(descriptor):
        chunks.append(chunk)
    os.close(descriptor)
    return chunks


def _read(descriptor: int) -> bytes:
    """The next bytes; none when the command has ended, which Linux reports as an error."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def _environment() -> dict[str, str]:
    foreign = ("FLASK_", "NO_COLOR", "GODWIT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "TERM": "xterm-256color", "COLUMNS": str(WIDTH)}


if __name__ == "__main__":
    main()
