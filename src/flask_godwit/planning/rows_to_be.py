"""What a run makes of rows that are there, as queries: tables with columns that change in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select

from ..diff.names import Key

Value = Callable[[Any], ColumnElement[Any]]
"""What a column gets, of a table as it was before."""


class RowsToBe:
    """Puts one layer on a table for each column that has changed in it."""

    def __init__(self) -> None:
        self.types: dict[tuple[Key, str], Any] = {}
        """The types that columns have got."""
        self._layers: dict[Key, list[dict[str, Value]]] = {}

    def change(self, key: Key, name: str, value: Value, *, reads_others: bool = False) -> None:
        """Remember what a column gets, which may be new.

        :param reads_others: whether that depends on other columns than this one.
        """
        layers = self._layers.setdefault(key, [])
        if not layers or reads_others or name in layers[-1]:
            layers.append({})  # servers don't nest queries as deep as they like
        layers[-1][name] = value
        if reads_others:
            layers.append({})

    def __call__(self, key: Key, source: Any) -> Any:
        """A table with the columns as they are after all changes so far."""
        for layer in filter(None, self._layers.get(key, ())):
            kept = [each for each in source.c if each.name not in layer]
            changed = [value(source).label(name) for name, value in layer.items()]
            source = select(*kept, *changed).subquery(key[1])
        return source
