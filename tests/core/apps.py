"""Small applications to migrate: one in this process, one as files that `flask` runs."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_godwit import Migrate

Models = Callable[[SQLAlchemy], Any]

# click < 8.2 mixes the two streams unless it is told not to.
_SEPARATE = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


def users(db: SQLAlchemy) -> None:
    """The smallest schema: one table."""
    db.Table(
        "user",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80)),
    )


def users_and_posts(db: SQLAlchemy) -> None:
    """The same, one migration later."""
    users(db)
    db.Table(
        "post",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("author_id", sa.ForeignKey("user.id", name="post_author")),
    )


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """All that could be read."""
        return self.stdout + self.stderr

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.stdout)


class Shop:
    """An application in this process, whose project folder is ``root``."""

    def __init__(
        self,
        root: Path,
        models: Models | None = users,
        *,
        url: str | sa.URL | None = None,
        binds: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        **migrate: Any,
    ) -> None:
        self.root = root
        self.app = Flask("shop", root_path=str(root))
        url = url or f"sqlite:///{root / 'app.db'}"
        self.app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_BINDS=dict(binds or {}))
        # Most tests are about something else; tests/diff and tests/proof prove what they write.
        self.app.config.update({"GODWIT_PROVE": False, **(config or {})})
        self.db = SQLAlchemy(self.app)
        if models:
            models(self.db)
        self.migrate = Migrate(self.app, self.db, **migrate)

    @property
    def versions(self) -> Path:
        """Where the revision files are."""
        return self.root / "migrations" / "versions"

    @property
    def files(self) -> list[Path]:
        """The revision files, by name."""
        return sorted(self.versions.glob("*.py"))

    def context(self) -> AbstractContextManager[Any]:
        """The application context that the Python functions need."""
        return self.app.app_context()

    def run(self, *arguments: str, **options: Any) -> Answer:
        """``flask db …`` in this process."""
        runner = self.app.test_cli_runner(**_SEPARATE)
        result = runner.invoke(args=["db", *arguments], **options)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    def ok(self, *arguments: str, **options: Any) -> Answer:
        """``flask db …``, which must succeed."""
        answer = self.run(*arguments, **options)
        assert answer.exit_code == 0, answer.output
        return answer

    def tables(self, bind: str | None = None) -> set[str]:
        """The tables that are in the database now, version tables and ours left out."""
        with self.context():
            names = sa.inspect(self.db.engines[bind]).get_table_names()
        return {name for name in names if not name.startswith(("alembic_version", "godwit_"))}

    def execute(self, statement: str, bind: str | None = None) -> None:
        """Run one statement in the database."""
        with self.context(), self.db.engines[bind].begin() as connection:
            connection.exec_driver_sql(statement)

    def rows(self, query: str, bind: str | None = None) -> list[Any]:
        """The rows of a query."""
        with self.context(), self.db.engines[bind].connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def close(self) -> None:
        """Close every connection."""
        with self.context():
            for engine in self.db.engines.values():
                engine.dispose()

    def revision(self, name: str, down: str | None, upgrade: str = "pass", **more: str) -> Path:
        """Write a revision file by hand.

        :param upgrade: the body of ``upgrade()``; ``downgrade=`` is the body of the other.
        """
        write_revision(self.versions, name, down, upgrade, **more)
        return self.versions / f"{name}.py"


def write_revision(
    folder: Path,
    name: str,
    down: str | tuple[str, ...] | None,
    upgrade: str = "pass",
    downgrade: str | None = "pass",
    top: str = "",
) -> None:
    """A revision file called after its identifier, with the bodies of its functions."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f'"""the message of {name}"""',
        "import sqlalchemy as sa",
        "from alembic import op",
        f"revision = {name!r}",
        f"down_revision = {down!r}",
        dedent(top),
        "def upgrade():",
        _indented(upgrade),
    ]
    if downgrade is not None:
        lines += ["def downgrade():", _indented(downgrade)]
    (folder / f"{name}.py").write_text("\n".join(lines) + "\n")


def _indented(body: str) -> str:
    return "\n".join(f"    {line}" for line in dedent(body).strip().splitlines())


class Folder:
    """A project on disk, on which the real ``flask`` is run in a process of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("FLASK_") and name not in ("NO_COLOR", "PYTHONPATH")
        }

    def write(self, **files: str) -> None:
        """Write files: ``app="…"`` is ``app.py``, ``**{"shop/models": "…"}`` is in a folder."""
        for name, text in files.items():
            path = self.root / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))

    def flask(
        self, *arguments: str, cwd: Path | None = None, stdin: str = "", **environment: str
    ) -> Answer:
        """Run ``flask …`` as a person would."""
        return self.python("-m", "flask", *arguments, cwd=cwd, stdin=stdin, **environment)

    def python(
        self, *arguments: str, cwd: Path | None = None, stdin: str = "", **environment: str
    ) -> Answer:
        """Run Python in the project's folder."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd or self.root,
            env={**self.environment, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)


APP = """
    import os
    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy
    from flask_godwit import Migrate

    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("URL", "sqlite:///app.db")
    db = SQLAlchemy(app)
    migrate = Migrate(app, db)

    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(80))
"""


def one(pattern: str, text: str) -> str:
    """The only match's first group, for reading a name out of what a command printed."""
    found = re.findall(pattern, text)
    assert len(found) == 1, f"{pattern!r} is {len(found)} times in:\n{text}"
    return str(found[0])
