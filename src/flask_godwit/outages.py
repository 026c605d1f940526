"""Why a database can't go on with a statement, made clear: no room, no right, nobody there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, InvalidRequestError

from .errors import ConnectionLost, DiskFull, Outage, ReadOnly, RightsMissing, SteppedAside
from .retry import LONGER

if TYPE_CHECKING:
    from .dialects.base import Database

_SAID: dict[type[Outage], tuple[str, str]] = {
    ConnectionLost: (
        "The connection to the database was lost.",
        "Nothing is lost: the next run looks what took effect, and goes on after it.",
    ),
    DiskFull: (
        "There is no room left for the database.",
        "Make room on its disk, or in what it may use. Nothing is lost.",
    ),
    ReadOnly: (
        "The database takes no changes: it is read-only.",
        (
            "A replica? A server in maintenance? A file or folder without the right to write?\n"
            "SQLALCHEMY_DATABASE_URI must name one that can be written."
        ),
    ),
    RightsMissing: (
        "The database's user may not do that.",
        "Grant the right, or name a user that has it in SQLALCHEMY_DATABASE_URI.",
    ),
}


def outage_in(error: BaseException, databases: Iterable[Database]) -> Outage | None:
    """The clear form of a driver's error, if nothing is wrong with the statement itself."""
    # What SQLAlchemy refuses on a connection that was lost hides that it was.
    while isinstance(error, InvalidRequestError) and error.__context__ is not None:
        error = error.__context__
    driver_error = (error.orig if isinstance(error, DBAPIError) else None) or error
    kind = next(filter(None, (database.outage(driver_error) for database in databases)), None)
    if kind is None and isinstance(error, DBAPIError) and error.connection_invalidated:
        kind = ConnectionLost
    if kind is None:
        return None
    message, hint = _SAID[kind]
    reason = str(driver_error).strip()
    return kind(message, hint=hint, detail=f"  reason: {reason}" if reason else "")


def stepped_aside(error: BaseException, databases: Iterable[Database]) -> SteppedAside | None:
    """The clear form of a driver's error, if it says that others were in the way."""
    refused = error.orig if isinstance(error, DBAPIError) else error
    if refused is None or not any(database.gives_way(refused) for database in databases):
        return None
    statement = (error.statement if isinstance(error, DBAPIError) else None) or "a connection"
    made = SteppedAside(
        "Others held what it needs for too long.", statement=statement, blockers=(), hint=LONGER
    )
    made.__cause__ = error
    return made
