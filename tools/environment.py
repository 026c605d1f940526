"""Make a virtual environment with the package and what its developers need.

    python3 tools/environment.py .venv                      # the package and its example
    python3 tools/environment.py .venv --groups test lint   # and what tests it

The environment is of the Python that runs this, which may be a bare one: nothing but the
standard library is imported. On Debian, root gets missing system packages through apt;
everybody else is told which ones to install.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOWEST = (3, 10)
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def main() -> int:
    if sys.version_info < LOWEST:
        return fail(f"Python 3.10 or newer is needed, this is {sys.version.split()[0]}.")
    options = parser().parse_args()
    return make_where_needed(options) or compile_the_package(options.folder)


def make_where_needed(options: argparse.Namespace) -> int:
    """Make the environment, unless it is there and as it should be."""
    stamp = options.folder / "-".join(["made", *options.groups])
    if stamp.exists() and stamp.read_text() == fingerprint(options):
        return 0
    try:
        make(options.folder, options.groups, options.constraint)
    except (subprocess.CalledProcessError, MissingPackages) as error:
        return fail(str(error))
    stamp.write_text(fingerprint(options))
    return 0


def make(folder: Path, groups: Sequence[str], constraint: Path | None) -> None:
    """Create or complete the environment."""
    print(f"Making {folder} with Python {sys.version.split()[0]}", flush=True)
    if not importlib.util.find_spec("ensurepip"):
        install_system_packages([f"{PYTHON}-venv"])
    # One of another Python is not completed, but replaced.
    clear = [] if (folder / "bin" / PYTHON).exists() else ["--clear"]
    run(sys.executable, "-m", "venv", *clear, str(folder))
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    # Older ones do not read dependency groups.
    run(*pip, "install", "--quiet", "--upgrade", "pip>=25.1")
    words = [word for group in groups for word in ("--group", group)]
    if constraint:
        words += ["--constraint", str(constraint)]
    drivers = ",".join(extras(groups))
    package = f".[{drivers}]" if drivers else "."
    run(*pip, "install", "--quiet", "--editable", package, "Flask-SQLAlchemy", *words)


def compile_the_package(folder: Path) -> int:
    """Do what pip does for what it copies: else every process reads our source text anew."""
    command = [str(folder / "bin" / "python"), "-m", "compileall", "-q", "src"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def extras(groups: Sequence[str]) -> list[str]:
    """The drivers. The one for MySQL and MariaDB is compiled here, if that is possible."""
    if "test" not in groups:
        return []
    get(missing(BROWSER), "The example will NOT BE TESTED in a browser")
    if get(missing(COMPILER), "MySQL and MariaDB will NOT BE TESTED"):
        return ["postgresql", "mysql"]
    return ["postgresql"]


# System packages


class MissingPackages(Exception):
    """Something must be installed by an administrator: the message says how."""

    def __init__(self, packages: Sequence[str]) -> None:
        words = " ".join(packages)
        super().__init__(
            f"this needs more of the system. On Debian and Ubuntu: sudo apt install {words}"
        )


def missing(needed: Mapping[str, Callable[[], bool]]) -> list[str]:
    """The packages that the system lacks, by their names in Debian."""
    return [package for package, is_there in needed.items() if not is_there()]


def get(packages: Sequence[str], otherwise: str) -> bool:
    """Install packages that one can do without; not on CI, which tests everything."""
    try:
        install_system_packages(packages)
    except (MissingPackages, subprocess.CalledProcessError) as error:
        if on_ci():
            raise
        print(f"\n{otherwise}: {error}\n", file=sys.stderr)
        return False
    return True


def install_system_packages(packages: Sequence[str]) -> None:
    """Install them through apt, which takes root.

    :raises MissingPackages: we may not, or there is no apt.
    """
    if not packages:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise MissingPackages(packages)
    print(f"Installing {' '.join(packages)}", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "--quiet=2", "update", env=quiet)
    install = ["apt-get", "--quiet=2", "install", "--yes", "--no-install-recommends"]
    run(*install, *packages, env=quiet, stdout=subprocess.DEVNULL)


def has_headers() -> bool:
    return (Path(sysconfig.get_path("include")) / "Python.h").exists()


def has_mysql_client() -> bool:
    """The library that mysqlclient is compiled against, by any of its names."""
    names = ("mysqlclient", "mariadb", "libmariadb")
    return bool(shutil.which("pkg-config")) and any(
        subprocess.run(["pkg-config", "--exists", name], check=False).returncode == 0
        for name in names
    )


def has_program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


COMPILER: dict[str, Callable[[], bool]] = {
    "gcc": has_program("gcc", "cc"),
    "libc6-dev": lambda: Path("/usr/include/stdlib.h").exists() or sys.platform != "linux",
    "pkg-config": has_program("pkg-config"),
    "default-libmysqlclient-dev": has_mysql_client,
    f"{PYTHON}-dev": has_headers,
}
BROWSER: dict[str, Callable[[], bool]] = {
    "chromium": has_program("chromium", "chromium-browser"),
}


# Small things


def run(*command: str, **options: Any) -> None:
    """Run a command in the repository, in front of the user's eyes, with no questions asked."""
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=True, **options)


def on_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def fail(message: str) -> int:
    print(f"Error: {message}", file=sys.stderr)
    return 1


def fingerprint(options: argparse.Namespace) -> str:
    """Changes whenever the environment must be made again."""
    pins = options.constraint.read_text() if options.constraint else ""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    parts = (sys.version, *options.groups, pins, project, Path(__file__).read_text("utf-8"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description="Make a virtual environment.")
    made.add_argument("folder", type=Path)
    made.add_argument("--groups", nargs="*", default=[], help="dependency groups of pyproject.toml")
    made.add_argument("--constraint", type=Path, help="a file of versions, for pip")
    return made


if __name__ == "__main__":
    sys.exit(main())
