"""What stands beside the tables of random schemas, and reads them: views and triggers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from flask_godwit import Function, Trigger, View


def declare_view(db: Any, name: str, table: Any, columns: Sequence[str]) -> None:
    """A view that shows some columns of a table; none if there are none."""
    if columns:
        View(name, db, sa.select(*(table.c[column] for column in columns)))


def declare_trigger(db: Any, name: str, table: Any, column: str | None) -> None:
    """A trigger that names a column, as each database has one, and leaves rows as they are."""
    if column is None:
        return
    of, on = f'"{column}"', ".".join(f'"{name}"' for name in table.fullname.split("."))
    Trigger(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE UPDATE OF {of} ON {on} BEGIN SELECT new.{of}; END",
        dialects="sqlite",
    )
    Function(
        name,
        db,
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN NEW.{of} := NEW.{of}; RETURN NEW; END $$",
        dialects="postgresql",
    )
    Trigger(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE UPDATE OF {of} ON {on} FOR EACH ROW"
        f" EXECUTE FUNCTION {name}()",
        dialects="postgresql",
    )
    of, on = f"`{column}`", f"`{table.name}`"
    Trigger(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {on} FOR EACH ROW SET NEW.{of} = NEW.{of}",
        dialects=("mysql", "mariadb"),
    )
