"""NO ACTION of a foreign key, which MariaDB keeps and SQLAlchemy leaves out.

A script that made such a key anew, or took back what became of it, would make another one.

And the types of network addresses, which SQLAlchemy can write but not read.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects import mysql

from ..reflection import complete_foreign_keys

_ACTIONS = ("ondelete", "onupdate")
_ADDRESSES = ("INET4", "INET6")


def read_no_action(dialect: Dialect) -> None:
    """Have a dialect reflect it."""
    complete_foreign_keys(dialect, partial(_complete, dialect))


def read_addresses(dialect: Dialect) -> None:
    """Have a dialect reflect the types of network addresses."""
    reader: Any = dialect
    # An older SQLAlchemy knows none of them.
    known = {name.lower(): getattr(mysql, name) for name in _ADDRESSES if hasattr(mysql, name)}
    reader.ischema_names = {**known, **reader.ischema_names}


def _complete(
    dialect: Any,
    connection: Connection,
    table: str,
    schema: str | None,
    found: list[dict[str, Any]],
    options: dict[str, Any],
) -> None:
    if not found:
        return
    state = dialect._parsed_state_or_create(connection, table, schema, **options)
    for key, said in zip(found, state.fk_constraints, strict=True):
        none = [action for action in _ACTIONS if said.get(action) == "NO ACTION"]
        key["options"].update(dict.fromkeys(none, "NO ACTION"))
