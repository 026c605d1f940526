"""Flask-Migrate's own tests, with only the import name changed, pass against us."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from .command import FLASK_GODWIT, FLASK_MIGRATE
from .sdist import unpacked

TESTS = 7
"""How many tests Flask-Migrate 4.1 has."""


def run(folder: Path, *options: str) -> list[str]:
    """Run the tests in a folder as Flask-Migrate's tox.ini does.

    :returns: a line for each test: its name, "passed" or what it said.
    """
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-p", "no:logging", f"--junitxml={report}"]
    subprocess.run(
        [*command, *options], cwd=folder, env=_environment(), capture_output=True, check=False
    )
    return [_verdict(case) for case in ElementTree.parse(report).iter("testcase")]


def _verdict(case: ElementTree.Element) -> str:
    said = " ".join(text.strip() for child in case for text in child.itertext())
    return f"{case.get('classname')}.{case.get('name')}: {said or 'passed'}"


def _environment() -> dict[str, str]:
    """Ours, with the ``flask`` command of this Python first, and without our pytest's options."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return own | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def rename_import(folder: Path, name: str) -> None:
    """Let the tests import another package instead of Flask-Migrate."""
    for file in (folder / "tests").rglob("*.py"):
        file.write_text(file.read_text().replace(FLASK_MIGRATE, name))


def test_flask_migrates_own_tests_pass_against_us(tmp_path: Path) -> None:
    """Every test that Flask-Migrate 4.1 has passes when it imports ``flask_godwit``."""
    folder = unpacked(tmp_path)
    rename_import(folder, FLASK_GODWIT)
    verdicts = run(folder, "tests")
    assert [verdict for verdict in verdicts if not verdict.endswith(": passed")] == []
    assert len(verdicts) == TESTS


def test_that_check_would_notice_a_difference(tmp_path: Path) -> None:
    """With a package that is no Flask-Migrate, Flask-Migrate's tests fail."""
    folder = unpacked(tmp_path)
    rename_import(folder, "flask")
    (verdict,) = run(folder, "tests/test_custom_template.py", "-k", "upgrade")
    assert not verdict.endswith(": passed")
