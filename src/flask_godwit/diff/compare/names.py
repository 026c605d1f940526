"""Names of constraints and indexes, as the database has them."""

from __future__ import annotations

from sqlalchemy import Constraint, Dialect, Index


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
    doubles = getattr(preparer, "_double_percents", False)
    return bare.replace("%%", "%") if doubles else bare
