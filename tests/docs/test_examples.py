"""Every command on a page is typed, in order, and prints what the page says."""

from __future__ import annotations

import ast
from contextlib import closing
from pathlib import Path

import pytest

from .page import DOCS, Follower, blocks, pages, steps


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_a_page_tells_the_truth(page: Path, tmp_path: Path) -> None:
    """Following the page from an empty folder gives what it shows."""
    with closing(Follower(tmp_path)) as follower:
        for step in steps(page):
            follower.follow(step)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_python_on_a_page_is_python(page: Path) -> None:
    """Fenced Python compiles, whether it is a whole file or a few lines of one."""
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.info in ("python", "py"):
            ast.parse(block.content, filename=str(page))
