"""What a command works on: the application and its databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..frozen import frozen

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine, MetaData

    from ..settings import Settings


@frozen
class Target:
    """One database of the application and the models that belong to it.

    ``bind`` is the key in ``SQLALCHEMY_BINDS``, or ``""`` for the main database.
    """

    bind: str
    engine: Engine
    metadata: MetaData | Sequence[MetaData]
    version_table: str | None = None
    part: str = ""
    """The bind's name in ``upgrade_<part>()``."""

    @property
    def label(self) -> str:
        """The bind's name as a person reads it."""
        return self.bind or "default"


@frozen
class Project:
    """An application's migrations: folder, databases, options. Made once per command."""

    name: str
    root: Path
    directory: Path
    settings: Settings
    targets: Callable[[], tuple[Target, ...]]
    config: Callable[[Path, Sequence[str]], Config]
    options: Mapping[str, Any]
    shared_state: MutableMapping[str, Any] = field(default_factory=dict)
    bind: str | None = None
    wait: float = 0.0
    more_locations: tuple[Path, ...] = ()
    """Folders with revision files, besides those that are configured."""
