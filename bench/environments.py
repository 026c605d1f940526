"""A virtual environment for each tool, so that neither pays for the other's presence.

Flask loads every ``flask.commands`` entry point it finds, used or not: with both tools in one
environment, Flask-Migrate would be billed for Flask-Godwit's. Everything else is pinned to the
versions of the interpreter that runs the harness, hence equal in all of them.

Flask-Godwit is installed as users have it, from a wheel: a file that is edited while the bench
runs changes nothing.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
BASE = ["Flask", "Flask-SQLAlchemy", "psycopg2-binary", "mysqlclient"]
INSTALLS = {
    "none": BASE,
    "flask_migrate": [*BASE, "Flask-Migrate"],
    "flask_godwit": [*BASE, str(ROOT)],
}


@dataclass(frozen=True)
class Environment:
    """A virtual environment that is ready for use."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    @property
    def flask(self) -> str:
        return str(self.folder / "bin" / "flask")


@cache
def environment(name: str, folder: Path) -> Environment:
    """The environment of that name, made anew whenever what it is to hold has changed.

    Within one run it is looked at once: the figures of a run are all about one state of the code.
    """
    constraints = _installed_versions()
    stamp = _fingerprint(name, constraints)
    found = Environment(folder / f"{name}-{stamp}")
    if not (found.folder / "ready").exists():
        _remove_outdated(name, folder)
        _build(found, INSTALLS[name], constraints)
    return found


def _build(made: Environment, requirements: list[str], constraints: str) -> None:
    print(f"Making the environment {made.folder.name}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(made.folder)], check=True)
    pins = made.folder / "constraints.txt"
    pins.write_text(constraints)
    install = [made.python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*install, "--constraint", str(pins), *requirements], check=True)
    (made.folder / "ready").touch()


def _remove_outdated(name: str, folder: Path) -> None:
    for outdated in folder.glob(f"{name}-*"):
        shutil.rmtree(outdated)


def _installed_versions() -> str:
    """What the harness runs with, as pip constraints; the project itself is never pinned."""
    pins = {
        f"{found.name.lower()}=={found.version}"
        for found in metadata.distributions()
        if found.name.lower() != "flask-godwit"
    }
    return "\n".join(sorted(pins)) + "\n"


def _fingerprint(name: str, constraints: str) -> str:
    """Changes with the interpreter, the versions, and the project's own files."""
    parts = [sys.version, constraints, *INSTALLS[name]]
    if name == "flask_godwit":
        files = [ROOT / "pyproject.toml", *sorted((ROOT / "src").rglob("*.*"))]
        parts += [path.read_text() for path in files if path.suffix != ".pyc" and path.is_file()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]
