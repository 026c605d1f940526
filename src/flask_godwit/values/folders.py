"""What is made before anything runs: folders and databases."""

from __future__ import annotations

from ..frozen import frozen


@frozen
class Created:
    """What ``init`` made: the folder and the files and folders in it."""

    directory: str
    paths: tuple[str, ...]


@frozen
class Template:
    """A template that ``init -t`` takes."""

    name: str
    synopsis: str


@frozen
class DatabaseChange:
    """What ``create`` or ``drop`` did to one database."""

    bind: str
    database: str
    done: bool
