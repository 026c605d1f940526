"""A copy of the example application with a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

from sqlalchemy import URL

from . import own_database, web

EXAMPLE = Path(__file__).parents[2] / "examples" / "blog"
LONGEST_COMMAND_SECONDS = 120


@dataclass(frozen=True)
class Blog:
    """Where the copy is, and what its environment says about the database."""

    folder: Path
    settings: dict[str, str]

    def flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a ``flask`` command in the blog's folder."""
        return subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=LONGEST_COMMAND_SECONDS,
            check=False,
        )

    def must(self, *arguments: str) -> str:
        """Run a ``flask`` command that has to work, and give what it prints."""
        result = self.flask(*arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Run the server; the value is its address."""
        port = web.free_port()
        address = f"http://127.0.0.1:{port}"
        with (self.folder / "server.log").open("w") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "flask", "run", "--port", str(port)],
                cwd=self.folder,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
            try:
                web.wait_for(f"{address}/static/blog.css")
                yield address
            finally:
                server.terminate()
                server.wait(timeout=LONGEST_COMMAND_SECONDS)

    def environment(self) -> dict[str, str]:
        """The developer's environment without other settings for Flask and the blog."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLASK_", "BLOG_"))}
        return {**kept, **self.settings}


def copy_blog(folder: Path, url: URL, **settings: str) -> Blog:
    """Copy the example application; on SQLite its database is in its own folder."""
    copytree(EXAMPLE, folder, ignore=ignore_patterns("instance", "__pycache__"))
    backend = url.get_backend_name()
    if backend == "sqlite":
        return Blog(folder, settings)
    server = {"BLOG_DATABASE": backend, "BLOG_DB_DRIVER": url.drivername}
    return Blog(folder, {**server, **own_database.blog_settings(url), **settings})
