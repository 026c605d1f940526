"""What ``make demo`` runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import make_url

from .blog import EXAMPLE, copy_blog


def run_demo(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / "demo.py")],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_demo_shows_the_whole_job() -> None:
    """It migrates, changes the model and goes back; plain where no one watches; on a copy."""
    before = contents(EXAMPLE)
    result = run_demo(EXAMPLE)
    assert result.returncode == 0, result.stdout + result.stderr
    expected = [
        '$ flask db migrate -m "Initial migration"',
        "+ table user",
        "op.create_table(",
        "$ flask db upgrade",
        "3 posts by 2 authors added.",
        "+    country: Mapped[str | None]",
        "+ column user.country: String(2)",
        'batch_op.drop_column("country")',
        "ada@example.org",
        "$ flask db history",
        "$ flask db downgrade",
        "1 reverted",
    ]
    positions = [result.stdout.find(text) for text in expected]
    assert -1 not in positions, result.stdout
    assert positions == sorted(positions)
    assert "\x1b" not in result.stdout
    assert contents(EXAMPLE) == before


def contents(folder: Path) -> dict[Path, bytes]:
    files = (path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return {path: path.read_bytes() for path in files if path.is_file()}


def test_the_demo_fails_when_one_of_its_steps_fails(tmp_path: Path) -> None:
    """``make demo`` must not look well when it is not."""
    blog = copy_blog(tmp_path / "blog", make_url("sqlite://"))
    samples = blog.folder / "samples.py"
    samples.write_text(samples.read_text().replace("def add_samples() -> None:", BROKEN))
    result = run_demo(blog.folder)
    assert result.returncode == 1
    assert "The command failed with exit code" in result.stdout
    assert "The model changes" not in result.stdout


BROKEN = """def add_samples() -> None:
    raise SystemExit(3)
"""
