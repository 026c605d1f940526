"""NO ACTION of a foreign key, which MariaDB keeps and SQLAlchemy leaves out.

A script that made such a key anew, or took back what became of it, would make another one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

_MARK = "_godwit_reads_no_action"
_ACTIONS = ("ondelete", "onupdate")


def read_no_action(dialect: Any) -> None:
    """Have a dialect reflect it."""
    if hasattr(dialect, _MARK):
        return
    read = dialect.get_foreign_keys

    def get_foreign_keys(
        connection: Connection, table_name: str, schema: str | None = None, **options: Any
    ) -> Any:
        found = read(connection, table_name, schema, **options)
        if found:
            state = dialect._parsed_state_or_create(connection, table_name, schema, **options)
            for key, said in zip(found, state.fk_constraints, strict=True):
                none = [action for action in _ACTIONS if said.get(action) == "NO ACTION"]
                key["options"].update(dict.fromkeys(none, "NO ACTION"))
        return found

    setattr(dialect, _MARK, True)
    dialect.get_foreign_keys = get_foreign_keys
