"""Names of constraints and indexes, as the database has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alembic.operations import ops
from sqlalchemy import Constraint, Dialect, Index
from sqlalchemy.sql.elements import conv

from ...dialects.written import undoubled


def final_name(dialect: Dialect, item: Constraint | Index) -> str | None:
    """A model's name after conventions and truncation, unquoted; None where it gives none."""
    if item.name is None:
        return None
    preparer = dialect.identifier_preparer
    name = (
        preparer.format_index(item) if isinstance(item, Index) else preparer.format_constraint(item)
    )
    if not name:
        return None
    quote = preparer.initial_quote
    bare = name[1:-1].replace(quote * 2, quote) if name.startswith(quote) else name
    return undoubled(bare, dialect)


def use_final_names(dialect: Dialect, operations: Iterable[ops.MigrateOperation]) -> None:
    """Have operations say the names that a convention makes as the database has them: cut short
    where they are too long. Operations are told apart by what they say.
    """
    preparer: Any = dialect.identifier_preparer
    for operation in operations:
        is_index = isinstance(operation, ops.CreateIndexOp)
        said = "index_name" if is_index else "constraint_name"
        name = getattr(operation, said, None)
        if isinstance(name, conv):
            cut = (
                preparer.truncate_and_render_index_name
                if is_index
                else preparer.truncate_and_render_constraint_name
            )
            setattr(operation, said, conv(cut(name, _alembic_quote=False)))
