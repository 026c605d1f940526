"""What the error numbers of MySQL and MariaDB, of the client and of the server, say."""

from __future__ import annotations

from ..errors import ConnectionLost, DiskFull, Outage, ReadOnly, RightsMissing
from .base import Trouble

_IN_THE_WAY = (
    1205,  # ER_LOCK_WAIT_TIMEOUT
    1213,  # ER_LOCK_DEADLOCK
    3572,  # ER_LOCK_NOWAIT
)
_TROUBLES = {
    1049: Trouble.MISSING,  # ER_BAD_DB_ERROR
    2002: Trouble.STARTING,  # CR_CONNECTION_ERROR: no socket
    2003: Trouble.STARTING,  # CR_CONN_HOST_ERROR: nobody listens
    2013: Trouble.STARTING,  # CR_SERVER_LOST while greeting
    2005: Trouble.NO_HOST,  # CR_UNKNOWN_HOST
    1053: Trouble.STARTING,  # ER_SERVER_SHUTDOWN
    1044: Trouble.DENIED,  # ER_DBACCESS_DENIED_ERROR
    1045: Trouble.DENIED,  # ER_ACCESS_DENIED_ERROR
    1698: Trouble.DENIED,  # ER_ACCESS_DENIED_NO_PASSWORD_ERROR
}
_OUTAGES: dict[int, type[Outage]] = {
    1021: DiskFull,  # ER_DISK_FULL
    1114: DiskFull,  # ER_RECORD_FILE_FULL: "The table is full", which InnoDB says of the disk
    1836: ReadOnly,  # ER_READ_ONLY_MODE
    1792: ReadOnly,  # ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
    3989: ReadOnly,  # ER_SCHEMA_READ_ONLY
    1044: RightsMissing,  # ER_DBACCESS_DENIED_ERROR
    1142: RightsMissing,  # ER_TABLEACCESS_DENIED_ERROR
    1143: RightsMissing,  # ER_COLUMNACCESS_DENIED_ERROR
    1227: RightsMissing,  # ER_SPECIFIC_ACCESS_DENIED_ERROR
    1370: RightsMissing,  # ER_PROCACCESS_DENIED_ERROR
    1419: RightsMissing,  # ER_BINLOG_CREATE_ROUTINE_NEED_SUPER
    1053: ConnectionLost,  # ER_SERVER_SHUTDOWN
    1927: ConnectionLost,  # ER_CONNECTION_KILLED
    2006: ConnectionLost,  # CR_SERVER_GONE_ERROR
    2013: ConnectionLost,  # CR_SERVER_LOST
    2055: ConnectionLost,  # CR_SERVER_LOST_EXTENDED
    3169: ConnectionLost,  # ER_SESSION_WAS_KILLED
    4031: ConnectionLost,  # ER_CLIENT_INTERACTION_TIMEOUT
}
_CUT_OFF = (
    1317,  # ER_QUERY_INTERRUPTED
    1969,  # ER_STATEMENT_TIMEOUT of MariaDB
    2014,  # CR_COMMANDS_OUT_OF_SYNC: somebody interrupted the client between two packets
    3024,  # ER_QUERY_TIMEOUT
)
# Numbers that mean several things, and the words that tell.
_OUTAGES_BY_WORDS: dict[str, type[Outage]] = {
    "read-only": ReadOnly,  # 1290, ER_OPTION_PREVENTS_STATEMENT
    "read_only": ReadOnly,
    "No space left on device": DiskFull,  # 3, 1026, 1030: any error of a file
    "Errcode: 28": DiskFull,
    "Got error 28 ": DiskFull,
}
_OF_SEVERAL_MEANINGS = {3, 1026, 1030, 1290}


def gives_way(error: BaseException | None) -> bool:
    """Whether the driver's error says that a lock was not free, or that two waited in a circle."""
    return error is not None and _number(error) in _IN_THE_WAY


def says_nothing(error: BaseException) -> bool:
    """Whether a question was not answered, not even by a refusal: nothing follows from it."""
    number = _number(error)
    is_lost = _OUTAGES.get(number) is ConnectionLost
    return not number or is_lost or number in _CUT_OFF or number in _IN_THE_WAY


def trouble(error: BaseException) -> Trouble:
    """Why a database could not be reached."""
    return _TROUBLES.get(_number(error), Trouble.OTHER)


def outage(error: BaseException) -> type[Outage] | None:
    """What the server can't do at the moment; None where the statement is to blame."""
    number = _number(error)
    if number in _OF_SEVERAL_MEANINGS:
        found = _OUTAGES_BY_WORDS.items()
        return next((kind for words, kind in found if words in str(error)), None)
    return _OUTAGES.get(number)


def _number(error: BaseException) -> int:
    """0 for an error that is not the driver's."""
    number = error.args[0] if error.args else 0
    return number if isinstance(number, int) else 0
