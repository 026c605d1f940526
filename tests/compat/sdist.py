"""Flask-Migrate's source distribution, which has its tests: fetched once, never copied."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

_REQUIREMENT = Path(__file__).parent / "flask-migrate.txt"
_CACHE = Path(__file__).parents[2] / ".cache" / "sdist"


def unpacked(target: Path) -> Path:
    """The folder of Flask-Migrate's sources, fresh in ``target``."""
    with tarfile.open(_archive()) as archive:
        archive.extractall(target, filter="data")
    (folder,) = target.iterdir()
    return folder


def _archive() -> Path:
    """The archive. Offline, this skips the test, but not on CI."""
    if not list(_CACHE.glob("*.tar.gz")) and (reason := _download()):
        complain = pytest.fail if os.environ.get("CI") else pytest.skip
        complain(f"Flask-Migrate's sources can't be fetched:\n{reason}")
    return next(_CACHE.glob("*.tar.gz"))


def _download() -> str:
    """Let pip fetch the archive and check its hash; returns why that failed, or nothing."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes"]
    # ":all:" would also build setuptools, which pip wants only to read the metadata.
    options = ["--no-deps", "--no-binary=Flask-Migrate", f"--dest={_CACHE}"]
    done = subprocess.run(
        [*command, *options, f"--requirement={_REQUIREMENT}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr if done.returncode else ""
