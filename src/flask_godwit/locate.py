"""Where an application's migrations folder is, from whatever folder the command is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def project_root(application: Path) -> Path:
    """The folder a person calls the project: the application's, without package or ``src``.

    :param application: ``app.root_path``, the folder of the module that made the app.
    """
    root = application
    while (root / "__init__.py").is_file() and root.parent != root:
        root = root.parent
    return root.parent if root.name == "src" else root


def looks_like_migrations(folder: Path) -> bool:
    """Whether a folder is one that Flask-Godwit, Flask-Migrate or Alembic made."""
    return any((folder / name).exists() for name in ("versions", "env.py", "alembic.ini"))


def find_directory(name: Path, application: Path, working: Path, *, typed: bool) -> Path:
    """The migrations folder called ``name``: one that exists, or the place for a new one.

    A folder that was ``typed`` on the command line is meant relative to the working
    directory. One that the application names belongs to the application. The working
    directory, which is all that Flask-Migrate knew, counts only where it belongs to the
    project, so that a command run elsewhere never finds another project's folder.
    """
    if name.is_absolute():
        return name
    root = project_root(application)
    places = list(_places(root, application, working, typed=typed))
    for place in places:
        if looks_like_migrations(place / name):
            return place / name
    return places[0] / name


def _places(root: Path, application: Path, working: Path, *, typed: bool) -> Iterator[Path]:
    """Where to look, best first; the first is also where a new folder is made."""
    if typed or working in (root, application):
        yield working
    yield root
    yield application
    if working in application.parents or root in working.parents:
        yield working
