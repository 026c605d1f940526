"""Past SQLAlchemy to the driver, between two transactions that SQLAlchemy goes on believing in."""

from __future__ import annotations

from sqlalchemy import DDL, Connection


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


def as_ddl(statement: str) -> DDL:
    """A statement as it stands, as something that Alembic and SQLAlchemy send."""
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call, unused-ignore]
