"""See migrations work, on a copy of this blog in a temporary folder, with SQLite.

    python examples/blog/demo.py

It types the commands that you would type, shows what they print, and ends with
exit code 1 as soon as one of them fails.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table

EXAMPLE = Path(__file__).parent
NOT_COPIED = ignore_patterns("migrations", "instance", "__pycache__", "demo.py")
THEME = "ansi_dark"

EMAIL = "    email: Mapped[str] = mapped_column(String(150), unique=True)\n"
COUNTRY = "    country: Mapped[str | None] = mapped_column(String(2))\n"

console = Console(highlight=False)


def main() -> None:
    with TemporaryDirectory(prefix="godwit-demo-") as folder:
        blog = Path(folder) / "blog"
        copytree(EXAMPLE, blog, ignore=NOT_COPIED)
        first_migration(blog)
        change_of_mind(blog)
        way_back(blog)
    farewell()


def first_migration(blog: Path) -> None:
    """From models to tables."""
    chapter("A blog without a database")
    say("This is a Flask application with five tables in models.py, and no database yet.")
    flask(blog, "db", "migrate", "-m", "Initial migration")
    say("The models were compared with the database, and a migration was written. It begins:")
    show_code(newest_script(blog), longest=16)
    say("Nothing has happened to the database so far. Now it does:")
    flask(blog, "db", "upgrade")
    say("The tables are there. Let somebody write something:")
    flask(blog, "samples")


def change_of_mind(blog: Path) -> None:
    """A model changes while its table has rows."""
    chapter("The model changes")
    say("Now that there are users, they shall tell which country they are from:")
    change_model(blog)
    flask(blog, "db", "migrate")
    say("Without -m the migration is named after what it does. This is all of it:")
    show_code(newest_script(blog))
    flask(blog, "db", "upgrade")
    say("The users that were there before are still there, with the new column:")
    show_users(blog)


def way_back(blog: Path) -> None:
    """History, and one step back."""
    chapter("And back")
    flask(blog, "db", "history")
    say("The last migration can be taken back:")
    flask(blog, "db", "downgrade")
    say("The column is gone, the users are not:")
    show_users(blog)


def farewell() -> None:
    chapter("Your turn")
    # The flask of this Python, since its virtual environment need not be the active one.
    command = os.path.relpath(Path(sys.executable).with_name("flask"), EXAMPLE)
    console.print("The same blog with its pages, on http://127.0.0.1:5000:\n")
    console.print(f"    cd {os.path.relpath(EXAMPLE)}", soft_wrap=True)
    for arguments in ("db upgrade", "samples", "run"):
        console.print(f"    {command} {arguments}", soft_wrap=True)
    console.print("\nYour own application, step by step: docs/guide.md")


def flask(blog: Path, *arguments: str) -> None:
    """Type a command and let it print; leave the demo if it fails."""
    words = [f'"{word}"' if " " in word else word for word in arguments]
    console.print(f"[bold green]$[/] [bold]flask {' '.join(words)}[/]")
    console.file.flush()
    command = [sys.executable, "-m", "flask", *arguments]
    code = subprocess.run(command, cwd=blog, env=clean_environment(), check=False).returncode
    if code:
        console.print(f"\n[bold red]The command failed with exit code {code}.[/]")
        sys.exit(1)
    console.print()


def clean_environment() -> dict[str, str]:
    """The user's environment without what would lead ``flask`` to another application."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLASK_", "BLOG_"))
    }


def change_model(blog: Path) -> None:
    """Add a column to the model, and show the change as a diff."""
    path = blog / "models.py"
    before = path.read_text(encoding="utf-8")
    after = before.replace(EMAIL, EMAIL + COUNTRY)
    path.write_text(after, encoding="utf-8")
    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[3:]
    if not lines:
        sys.exit("models.py has no e-mail column to put the country after.")
    show("\n".join(["# models.py", *lines]), "diff")


def newest_script(blog: Path) -> str:
    scripts = (blog / "migrations" / "versions").glob("*.py")
    return max(scripts, key=lambda path: path.stat().st_mtime_ns).read_text(encoding="utf-8")


def show_code(script: str, longest: int | None = None) -> None:
    """The functions of a migration; the header above them says only who follows whom."""
    lines = script[script.index("def upgrade") :].splitlines()
    cut = lines[:longest]
    show("\n".join(cut), "python")
    if len(cut) < len(lines):
        say(f"    [dim]… and {len(lines) - len(cut)} lines more.[/]")


def show(text: str, language: str) -> None:
    code = Syntax(text, language, theme=THEME, background_color="default", word_wrap=True)
    console.print(Padding(code, (0, 0, 1, 4), expand=False))


def show_users(blog: Path) -> None:
    """What the table of users holds, asked of SQLite itself."""
    connection = sqlite3.connect(blog / "instance" / "app.db")
    try:
        cursor = connection.execute('SELECT * FROM "user" ORDER BY id')
        table = Table(*(column[0] for column in cursor.description))
        for row in cursor:
            table.add_row(*("NULL" if value is None else str(value) for value in row))
    finally:
        connection.close()
    console.print(Padding(table, (0, 0, 1, 4), expand=False))


def chapter(title: str) -> None:
    console.print(Rule(f"[bold]{title}", align="left", style="dim"))
    console.print()


def say(text: str) -> None:
    console.print(text, soft_wrap=True)
    console.print()


if __name__ == "__main__":
    main()
