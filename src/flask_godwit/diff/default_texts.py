"""How a server default that is a text is written into a script: as it is."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import DefaultClause


def written(default: Any) -> str | Literal[False]:
    """The text as Python; False where the default is no text, which Alembic writes.

    Alembic takes a quote at either end for one of SQL, and leaves it out. It never is: what a
    database quotes is an expression, and a text is quoted where it becomes SQL.
    """
    text = default.arg if isinstance(default, DefaultClause) else default
    # A member of an enumeration may be a text that shows itself otherwise.
    return repr(str.__str__(text)) if isinstance(text, str) else False
