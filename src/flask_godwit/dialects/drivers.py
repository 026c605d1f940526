"""Which Python module drives which database, and what to install when it is missing.

Imports nothing of SQLAlchemy: it explains why an application could not be imported.
"""

from __future__ import annotations

import traceback
from importlib.util import find_spec

from ..errors import DriverMissing, SettingsError

_INSTALL = {
    "MySQLdb": ("mysql://", "pip install 'Flask-Godwit[mysql]'"),
    "pymysql": ("mysql+pymysql://", "pip install PyMySQL"),
    "mariadb": ("mariadb+mariadbconnector://", "pip install mariadb"),
    "psycopg": ("postgresql://", "pip install 'Flask-Godwit[postgresql]'"),
    "psycopg2": ("postgresql://", "pip install psycopg2-binary"),
    "asyncpg": ("postgresql+asyncpg://", "pip install asyncpg"),
    "pg8000": ("postgresql+pg8000://", "pip install pg8000"),
    "aiosqlite": ("sqlite+aiosqlite://", "pip install aiosqlite"),
}


def missing_driver(error: BaseException | None) -> DriverMissing | None:
    """The clear form of an import error, if what could not be imported is a database driver."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            if error.name in _INSTALL:
                return _explain(error.name)
            if _is_for_a_dialect(error):
                return DriverMissing(
                    f"The driver {error.name!r}, which the URL asks for, is not installed.",
                    hint=f"pip install {error.name}",
                )
        error = error.__cause__ or error.__context__
    return None


def _is_for_a_dialect(error: BaseException) -> bool:
    """Whether a dialect of SQLAlchemy, maybe one that we don't know, wanted its driver."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.name in ("import_dbapi", "dbapi") for frame in frames[-3:])


def unusable_url(error: BaseException) -> SettingsError | None:
    """The clear form of what SQLAlchemy raises where a text is no URL of a database.

    SQLAlchemy shows the URL in none of these, except SQLite's, which has no password.
    """
    said = str(error)
    if "Can't load plugin: sqlalchemy.dialects:" in said:
        named = said.rpartition(":")[2].replace(".", "+")
        return _wrong_url(f"SQLAlchemy knows no database {named!r}.")
    if said.startswith("Invalid SQLite URL"):
        return _wrong_url(said.partition("\n")[0] + ".")
    frames = traceback.extract_tb(error.__traceback__)
    if frames and frames[-1].name == "_parse_url":
        return _wrong_url("A text that should be the URL of a database is none.")
    return None


def _wrong_url(message: str) -> SettingsError:
    return SettingsError(
        message,
        hint="Correct SQLALCHEMY_DATABASE_URI, or the URL in SQLALCHEMY_BINDS. A URL looks like\n"
        "sqlite:///app.db or sqlite:////absolute/path/app.db\n"
        "postgresql://user:password@host:5432/name\n"
        "mysql://user:password@host:3306/name",
    )


def _explain(module: str) -> DriverMissing:
    url, install = _INSTALL[module]
    message = f"The driver {module!r}, which {url} needs, is not installed."
    if module == "psycopg" and find_spec("psycopg2"):
        return DriverMissing(
            message,
            hint=f"{install}\nSQLAlchemy 2.1 reads a plain postgresql:// as psycopg 3, and only"
            " psycopg2 is installed: postgresql+psycopg2:// in the URL uses that.",
        )
    return DriverMissing(message, hint=install)
