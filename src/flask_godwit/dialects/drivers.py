"""Which Python module drives which database, and what to install when it is missing.

Imports nothing of SQLAlchemy: it explains why an application could not be imported.
"""

from __future__ import annotations

from importlib.util import find_spec

from ..errors import DriverMissing

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
        if isinstance(error, ModuleNotFoundError) and error.name in _INSTALL:
            return _explain(error.name)
        error = error.__cause__ or error.__context__
    return None


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
