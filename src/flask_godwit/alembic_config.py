"""Alembic's ``Config`` as old env.py files and ``@migrate.configure`` callbacks expect it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import alembic
from alembic.config import Config as AlembicConfig

alembic_version = tuple(
    int(number) for number in [*re.findall(r"\d+", alembic.__version__), "0", "0"][:3]
)
"""Alembic's version as three integers, as Flask-Migrate offered it."""

_LONE_PERCENT = re.compile(r"(?<!%)(%%)*%(?![%(])")


class Config(AlembicConfig):
    """Alembic's configuration, forgiving where old env.py files were careless."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.template_directory: str | None = kwargs.pop("template_directory", None)
        super().__init__(*args, **kwargs)

    def get_template_directory(self) -> str:
        """The folder that ``init -t NAME`` looks in."""
        return self.template_directory or str(Path(__file__).parent / "templates")

    def set_section_option(self, section: str, name: str, value: str) -> None:
        """Set an option; a database URL may hold a ``%`` that nobody escaped.

        env.py files made before Flask-Migrate 2.5.3 pass the URL on as it is, and
        a ``%`` in the password then ends in "invalid interpolation syntax".
        """
        if name == "sqlalchemy.url" and _LONE_PERCENT.search(value):
            value = value.replace("%", "%%")
        super().set_section_option(section, name, value)


def make_config(directory: Path, x_arg: Sequence[str] = (), flags: Sequence[str] = ()) -> Config:
    """A ``Config`` for a migrations folder, its alembic.ini or pyproject.toml read if there is one.

    :param x_arg: what ``context.get_x_argument()`` gives to env.py.
    :param flags: names that are set to True in ``config.cmd_opts``, e.g. ``autogenerate``.
    """
    config = Config(str(directory / "alembic.ini"), toml_file=_toml_file(directory))
    config.cmd_opts = argparse.Namespace(x=list(x_arg), **dict.fromkeys(flags, True))
    config.set_main_option("script_location", str(directory).replace("%", "%%"))
    return config


def _toml_file(directory: Path) -> str | None:
    """The pyproject.toml whose [tool.alembic] section is about this folder, if any.

    A section that names another folder belongs to another environment, whose history
    would be shown as ours.
    """
    for folder in (directory, *directory.absolute().parents[:2]):
        file = folder / "pyproject.toml"
        if file.is_file() and _is_about(file, directory):
            return str(file)
    return None


def _is_about(file: Path, directory: Path) -> bool:
    if b"[tool.alembic" not in file.read_bytes():
        return False
    try:
        location = AlembicConfig(toml_file=file).get_alembic_option("script_location")
    except ValueError:  # what is no TOML can't be meant for us
        return False
    # An absolute location (as %(here)s makes one) stays what it is.
    return bool(location) and (file.parent / str(location)).resolve() == directory.resolve()


def is_configured(config: AlembicConfig) -> bool:
    """Whether an alembic.ini or a [tool.alembic] section configures this folder."""
    ini = config.config_file_name
    return bool(ini and Path(ini).is_file()) or config.toml_file_name is not None
