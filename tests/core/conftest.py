"""Fixtures of the core's tests."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .apps import Folder, Shop


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The working directory is the project's; nothing is inherited from who runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("FLASK_APP", "FLASK_DEBUG", "NO_COLOR", "FLASK_DB_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Makes applications; called again, it is the same project a day later."""
    made: list[Shop] = []

    def make(*arguments: Any, root: Path = tmp_path, **options: Any) -> Shop:
        made.append(Shop(root, *arguments, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A project on disk."""
    return Folder(tmp_path)


@pytest.fixture
def unused_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
