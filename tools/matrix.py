"""Run the tests on this Python, and on the lowest and the highest that the package supports.

The lowest runs with the lowest versions of all that pyproject.toml asks for, the others with the
newest. An interpreter that is not on this machine is said plainly; on CI it is a failure.

Every test runs on every database, but not three times: on the lowest each test runs once, the
databases taking turns, and this Python and the highest share what remains (tests/turns.py).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environment import on_ci
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # comes with pytest

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BOUNDS = (">=", "==")

HERE = [sys.executable, "-m", "pytest"]

# What is compared with Flask-Migrate and what builds the site is tested once: it is about our own
# behaviour and pages, not about the versions around them. So is what is killed, on each database.
ONCE = ["--ignore=tests/compat", "--ignore=tests/docs"]
ON_CORNER = {
    "lowest": [*ONCE, "--ignore=tests/torture", "--share", "lowest"],
    "newest": [*ONCE, "--share", "newest"],
}


@dataclass(frozen=True)
class Corner:
    """One end of what is supported."""

    python: str
    versions: str

    @property
    def folder(self) -> Path:
        return ROOT / ".venvs" / f"{self.python}-{self.versions}"

    def __str__(self) -> str:
        return f"Python {self.python} with the {self.versions} dependencies"

    def is_here(self) -> bool:
        """Whether the environment that runs this is that corner already."""
        running = f"{sys.version_info.major}.{sys.version_info.minor}"
        return self.versions == "newest" and self.python == running


def main(pytest_options: list[str]) -> int:
    """Every run must pass; the first one that does not is the last one."""
    low, *_, high = supported_pythons()
    corners = [Corner(low, "lowest"), Corner(high, "newest")]
    found = {corner: interpreter(corner.python) for corner in corners if not corner.is_here()}
    missing = [corner for corner, python in found.items() if not python]
    for corner in missing:
        print(f"NOT TESTED: {corner}: there is no such Python here.", file=sys.stderr)
    if missing and on_ci():
        return 1
    shared = ["--share", "here"] if all(map(found.get, corners)) else []
    return call(*HERE, *pytest_options, *shared) or next(
        (code for each in found.items() if (code := test(*each, pytest_options))), 0
    )


def test(corner: Corner, python: str | None, pytest_options: list[str]) -> int:
    """Make the environment of a corner, and run the tests in it."""
    if not python:
        return 0
    print(f"\n{corner}\n", flush=True)
    make = [python, "tools/environment.py", str(corner.folder), "--groups", "test"]
    if corner.versions == "lowest":
        make += ["--constraint", str(write_constraints(corner.folder))]
    run = [str(corner.folder / "bin" / "python"), "-m", "pytest", *pytest_options]
    return call(*make) or call(*run, *ON_CORNER[corner.versions])


def supported_pythons() -> list[str]:
    """As the classifiers list them, in order."""
    classifiers = "\n".join(PROJECT["project"]["classifiers"])
    return re.findall(r"^Programming Language :: Python :: (3\.\d+)$", classifiers, re.MULTILINE)


def write_constraints(folder: Path) -> Path:
    """A file for pip that pins everything to the lowest version that pyproject.toml allows."""
    folder.parent.mkdir(exist_ok=True)
    file = folder.with_name(f"{folder.name}.txt")
    file.write_text("".join(f"{pin}\n" for pin in sorted(set(lowest_versions()))))
    return file


def lowest_versions() -> Iterator[str]:
    project = PROJECT["project"]
    extras = [text for extra in project["optional-dependencies"].values() for text in extra]
    tested = PROJECT["dependency-groups"]["test"]
    for text in [*project["dependencies"], *extras, *tested]:
        requirement = Requirement(text)
        # One that is pinned has one version only, which is then its lowest.
        (lowest,) = (each.version for each in requirement.specifier if each.operator in BOUNDS)
        yield f"{requirement.name}=={lowest}"


def interpreter(version: str) -> str | None:
    """A Python of that version that really runs: pyenv's commands exist without doing so."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [
        shutil.which(f"python{version}"),
        *map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)),
    ]
    return next((each for each in candidates if each and runs(each)), None)


def runs(python: str) -> bool:
    done = subprocess.run([python, "-c", "import venv"], capture_output=True, check=False)
    return done.returncode == 0


def call(*command: str) -> int:
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
