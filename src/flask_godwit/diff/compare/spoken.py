"""What an expression may speak of: columns, types that it casts to, functions that it calls."""

from __future__ import annotations

from collections.abc import Set

from ...frozen import frozen
from .text import calls_in, casts_in, names_in


@frozen
class Spoken:
    """Names that are looked for in the expressions of one table."""

    columns: Set[str] = frozenset()
    types: Set[str] = frozenset()
    functions: Set[str] = frozenset()

    def is_named_in(self, text: str) -> bool:
        """Whether an expression speaks of any of them."""
        return bool(names_in(text) & self.columns) or self.is_used_in(text)

    def is_used_in(self, text: str) -> bool:
        """The same, of types and functions."""
        return bool(casts_in(text) & self.types or calls_in(text) & self.functions)
