"""Past SQLAlchemy to the driver, between two transactions that SQLAlchemy goes on believing in."""

from __future__ import annotations

from sqlalchemy import Connection


def send_raw(connection: Connection, statement: str) -> None:
    """Set something for a whole session; what was not committed is rolled back."""
    raw = connection.connection.dbapi_connection
    if raw is None:
        return
    raw.rollback()
    cursor = raw.cursor()
    try:
        cursor.execute(statement)
    finally:
        cursor.close()
    raw.commit()
