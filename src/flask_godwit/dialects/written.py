"""SQL as a script says it: some drivers want each ``%`` doubled, and SQLAlchemy writes it so."""

from __future__ import annotations

from sqlalchemy import Dialect


def undoubled(sql: str, dialect: Dialect) -> str:
    """SQL without what is done to ``%`` for some drivers."""
    doubles = getattr(dialect.identifier_preparer, "_double_percents", False)
    return sql.replace("%%", "%") if doubles else sql


def quoted(dialect: Dialect, *names: str | None) -> str:
    """A name for SQL, with its schema; None among the parts is left out."""
    quote = dialect.identifier_preparer.quote
    return undoubled(".".join(quote(name) for name in names if name), dialect)
