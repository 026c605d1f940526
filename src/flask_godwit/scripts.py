"""The migrations folder: Alembic's ``ScriptDirectory``, configured by us or by its owner."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.config import Config as AlembicConfig
from alembic.script import Script, ScriptDirectory

from .alembic_config import is_configured
from .errors import FolderMissing
from .history_check import one_history

if TYPE_CHECKING:
    from .settings import Settings

_SCRIPT_TEMPLATE = Path(__file__).parent / "templates" / "script.py.mako"


class Scripts(ScriptDirectory):
    """Alembic's folder of revisions, which needs neither env.py nor script.py.mako."""

    teach: Callable[[], object] = staticmethod(lambda: None)
    """Gives ``alembic.op`` our directives, for files that import one from there."""

    found: Sequence[Script] = ()
    """The revision files, once they are loaded."""

    def _load_revisions(self) -> Iterator[Script]:
        try:
            found = list(super()._load_revisions())
        except ImportError as error:
            if error.name != "alembic.op":
                raise
            self.teach()
            found = list(super()._load_revisions())
        self.found = one_history(found)
        return iter(self.found)

    @property
    def has_env(self) -> bool:
        """Whether the folder brings its own env.py."""
        return Path(self.env_py_location).is_file()

    @property
    def has_template(self) -> bool:
        """Whether the folder brings its own script.py.mako."""
        return Path(self.dir, "script.py.mako").is_file()

    def _generate_template(self, src: Path, dest: Path, **kw: Any) -> None:
        if not self.has_template:
            from .script_text import docstring, import_lines, literal

            src = _SCRIPT_TEMPLATE
            kw["doc"] = docstring(kw["message"], kw.get("changes", ()))
            kw["import_lines"] = import_lines(kw.get("imports"))
            kw["literal"] = literal
        super()._generate_template(src, dest, **kw)


def open_scripts(config: AlembicConfig, more_locations: Sequence[Path] = ()) -> Scripts:
    """``ScriptDirectory.from_config``, which can't make a subclass.

    :param more_locations: folders with revision files, besides those that are configured.
    """
    option: Any = config.get_alembic_option
    length = option("truncate_slug_length")
    locations = config.get_version_locations_list()
    if more_locations:
        usual = [f"{option('script_location')}/versions"]
        locations = [*(locations or usual), *map(str, more_locations)]
    sys.path[:0] = config.get_prepend_sys_paths_list() or []
    return Scripts(
        option("script_location"),
        file_template=option("file_template", "%(rev)s_%(slug)s"),
        truncate_slug_length=int(length) if length is not None else None,
        sourceless=config.get_alembic_boolean_option("sourceless"),
        output_encoding=option("output_encoding", "utf-8"),
        version_locations=locations,
        timezone=option("timezone"),
        hooks=config.get_hooks_list(),
        recursive_version_locations=config.get_alembic_boolean_option(
            "recursive_version_locations"
        ),
        messaging_opts={"quiet": True},
    )


def existing_folder(directory: Path) -> Path:
    """The folder, which must exist.

    :raises FolderMissing: it does not.
    """
    if directory.is_dir():
        return directory
    raise FolderMissing(
        f"There is no migrations folder at {directory}.",
        hint="flask db init\nOr name the folder that has it: flask db -d FOLDER …",
    )


def apply_settings(config: AlembicConfig, settings: Settings, directory: Path) -> None:
    """Our settings become Alembic options, unless the folder is configured by its owner."""
    options = {"timezone": settings.timezone}
    named = config.file_config.has_option(config.config_ini_section, "file_template")
    if not (named or is_configured(config)):
        options["file_template"] = settings.file_template
    if settings.version_locations:
        places = (_location(place, directory) for place in settings.version_locations)
        options["version_locations"] = "\n".join(places)
        options["path_separator"] = "newline"
    for name, value in options.items():
        if value:
            config.set_main_option(name, value.replace("%", "%%"))


def _location(place: str, directory: Path) -> str:
    """A version location: ``package:folder`` as it is, a folder relative to the project."""
    if ":" in place or Path(place).is_absolute():
        return place
    return str(directory.parent / place)
