"""Whether a database exists, and how it is created and dropped."""

from __future__ import annotations

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.pool import NullPool

from ..errors import DatabaseError
from ..secrecy import shown


class Administered:
    """The part of a database that is about the database itself. The base can do nothing."""

    def __init__(self, url: URL) -> None:
        self.url = url

    @property
    def display_url(self) -> str:
        """The URL without its password."""
        return shown(self.url)

    def exists(self) -> bool:
        """Whether the database exists.

        :raises DatabaseError: this kind of database can't be asked.
        """
        raise DatabaseError(f"Flask-Godwit can't create or drop a database at {self.display_url}.")

    def create(self) -> None:
        """Create the database.

        :raises sqlalchemy.exc.DBAPIError: the server refused.
        """
        self._administer(f"CREATE DATABASE {self._quoted_name()}")

    def drop(self) -> None:
        """Drop the database with everything in it.

        :raises sqlalchemy.exc.DBAPIError: the server refused.
        """
        self._administer(f"DROP DATABASE {self._quoted_name()}")

    def _maintenance_url(self) -> URL:
        """A database of the same server that is always there."""
        raise NotImplementedError

    def _maintenance_engine(self) -> Engine:
        return create_engine(
            self._maintenance_url(), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )

    def _administer(self, statement: str) -> None:
        with self._maintenance_engine().connect() as connection:
            # Without parameters a `%` in a name stays what it is, for every driver.
            plain = connection.execution_options(no_parameters=True)
            plain.exec_driver_sql(statement)

    def _quoted_name(self) -> str:
        # Not quote_identifier(), which doubles `%` for the driver.
        quote = self.url.get_dialect()().identifier_preparer.initial_quote
        name = (self.url.database or "").replace(quote, quote * 2)
        return f"{quote}{name}{quote}"
