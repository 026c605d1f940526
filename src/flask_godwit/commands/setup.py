"""Commands that make things: the migrations folder, the database."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from operator import methodcaller
from pathlib import Path

from alembic import command as alembic_command
from sqlalchemy.exc import DBAPIError

from ..alembic_config import Config
from ..connect import explain, is_connection_trouble
from ..dialects import Database, dialect_for
from ..errors import DatabaseError, FolderExists, GodwitError
from ..targets import selected_targets
from ..values import Created, DatabaseChange, Project

_TEMPLATES = Path(__file__).parent.parent / "templates"
_OURS = {"flask": None, "flask-multidb": None, "env": "env.py"}
"""Our templates, and the file that each adds to ``versions/``."""


def init(
    project: Project,
    *,
    template: str | None = None,
    package: bool = False,
    env: bool = False,
) -> Created:
    """Make the migrations folder: ``versions/`` and nothing else.

    :param template: a name that ``list_templates`` gives, or the path of a template folder,
        whose files are copied as Flask-Migrate copies them.
    :param package: write ``__init__.py`` files.
    :param env: write an env.py of three lines.
    :raises FolderExists: the folder is there and not empty.
    """
    folder = project.directory
    if folder.is_dir() and any(folder.iterdir()):
        raise FolderExists(f"Directory {folder} already exists and is not empty.")
    if template is not None and any(separator in template for separator in "/\\"):
        return _copy_template(project, Path(template), package)
    extra = "env.py" if env else _known_template(template)
    versions = folder / "versions"
    versions.mkdir(parents=True)
    made = [versions]
    if extra:
        made.append(folder / extra)
        made[-1].write_text((_TEMPLATES / "env" / extra).read_text())
    for place in (folder, versions) if package else ():
        made.append(place / "__init__.py")
        made[-1].touch()
    return Created(str(folder), tuple(str(path) for path in made))


def _known_template(name: str | None) -> str | None:
    if name is None or name in _OURS:
        return _OURS[name] if name else None
    raise GodwitError(
        f"There is no template {name!r}.",
        hint="flask db list-templates\nA folder of your own needs a slash: -t ./mytemplate",
    )


def _copy_template(project: Project, template: Path, package: bool) -> Created:
    """A template of the user's own is copied by Alembic, its alembic.ini.mako filled in."""
    folder = project.directory
    if not template.is_dir():
        raise GodwitError(f"There is no template folder {template}.")
    if not (template / "alembic.ini.mako").is_file():
        raise GodwitError(
            f"The template {template} has no file alembic.ini.mako, which every template needs.",
            hint=f"touch {shlex.quote(str(template / 'alembic.ini.mako'))}    an empty one will do",
        )
    config = project.config(folder, ())
    if isinstance(config, Config):
        config.template_directory = str(template.parent)
    with redirect_stdout(StringIO()):  # Alembic prints each file
        alembic_command.init(config, str(folder), template=template.name, package=package)
    made = sorted(path for path in folder.rglob("*"))
    return Created(str(folder), tuple(str(path) for path in made))


def create(project: Project) -> tuple[DatabaseChange, ...]:
    """Create the databases that do not exist yet.

    :raises DatabaseError: a server refuses or does not answer.
    """
    return _administer(project, lambda database: not database.exists(), methodcaller("create"))


def drop(project: Project) -> tuple[DatabaseChange, ...]:
    """Drop the databases, with everything in them.

    :raises DatabaseError: a server refuses or does not answer.
    """
    return _administer(project, methodcaller("exists"), methodcaller("drop"))


def _administer(
    project: Project, needed: Callable[[Database], bool], act: Callable[[Database], None]
) -> tuple[DatabaseChange, ...]:
    results = []
    for target in selected_targets(project):
        target.engine.dispose()
        database = dialect_for(target.engine.url)
        try:
            acts = needed(database)
            if acts:
                act(database)
        except DBAPIError as error:
            if is_connection_trouble(database, error):
                raise explain(database, error) from error
            raise DatabaseError(f"{database.name} refuses: {error.orig}") from error
        results.append(DatabaseChange(target.bind, database.display_url, acts))
    return tuple(results)
