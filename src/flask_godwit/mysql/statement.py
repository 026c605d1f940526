"""Statements that are sent as they stand."""

from __future__ import annotations

from sqlalchemy import DDL


def as_ddl(statement: str) -> DDL:
    """A statement as something that Alembic and SQLAlchemy send."""
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call, unused-ignore]
