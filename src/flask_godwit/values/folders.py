"""What is made before anything runs: folders and databases."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Created:
    """What ``init`` made: the folder and the files and folders in it."""

    directory: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """A template that ``init -t`` takes."""

    name: str
    synopsis: str


@dataclass(frozen=True)
class DatabaseChange:
    """What ``create`` or ``drop`` did to one database."""

    bind: str
    database: str
    done: bool
