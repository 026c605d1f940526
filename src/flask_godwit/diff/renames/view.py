"""The database as if everything had its new name already.

Alembic compares models with what an inspector says. This one says it with the new names,
so that every comparator sees what is left to do after the renames and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Inspector

from ..names import Key
from .values import Renames, mentions

_PER_TABLE = (
    "columns",
    "pk_constraint",
    "foreign_keys",
    "indexes",
    "unique_constraints",
    "check_constraints",
    "table_comment",
    "table_options",
)


INDEXES = ("indexes", "unique_constraints")
"""What is an index of the database, and called as that."""


class RenamedInspector:
    """An :class:`~sqlalchemy.Inspector` that answers with new names."""

    def __init__(self, inspector: Inspector, renames: Renames) -> None:
        self._inspector = inspector
        self.renames = renames
        self.info_cache: dict[Any, Any] = {}

    def __getattr__(self, name: str) -> Any:
        for kind in _PER_TABLE:
            if name == f"get_{kind}":
                return self._named(name, partial(self._one, kind))
            if name == f"get_multi_{kind}":
                return self._named(name, partial(self._many, kind))
        return getattr(self._inspector, name)

    def get_schema_names(self, **options: Any) -> list[str]:
        """The schemas, with those that a renamed table comes to."""
        found = self._inspector.get_schema_names(**options)
        return [*found, *sorted(self.renames.schemas() - set(found))]

    def get_table_names(self, schema: str | None = None, **options: Any) -> list[str]:
        """The tables of a schema, by their new names."""
        found = self._inspector.get_table_names(schema=schema, **options)
        away = {*self.renames.tables, *self.renames.gone_tables}
        stay = [name for name in found if (schema, name) not in away]
        come = [new[1] for new in self.renames.tables.values() if new[0] == schema]
        return [*stay, *come]

    def has_table(self, name: str, schema: str | None = None, **options: Any) -> bool:
        """Whether there is a table, under its new name."""
        if (schema, name) in self.renames.tables.values():
            return True
        away = (schema, name) in {*self.renames.tables, *self.renames.gone_tables}
        return not away and bool(self._inspector.has_table(name, schema, **options))

    def _named(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        method.__name__ = name  # Alembic asks for it
        return method

    def _one(self, kind: str, table: str, schema: str | None = None, **options: Any) -> Any:
        key = (schema, table)
        old_schema, old = self.renames.old_key(key)
        found = getattr(self._inspector, f"get_{kind}")(old, schema=old_schema, **options)
        return translated(kind, key, found, self.renames)

    def _many(
        self,
        kind: str,
        schema: str | None = None,
        filter_names: Collection[str] | None = None,
        **options: Any,
    ) -> Mapping[Key, Any]:
        wanted = self.get_table_names(schema) if filter_names is None else filter_names
        by_schema: dict[str | None, list[str]] = {}
        for table in wanted:
            old_schema, old = self.renames.old_key((schema, table))
            by_schema.setdefault(old_schema, []).append(old)
        method = getattr(self._inspector, f"get_multi_{kind}")
        return {
            (new := self.renames.new_key(old)): translated(kind, new, value, self.renames)
            for old_schema, names in by_schema.items()
            for old, value in method(schema=old_schema, filter_names=names, **options).items()
        }


def translated(kind: str, key: Key, found: Any, renames: Renames) -> Any:
    """What an inspector says about one table, in new names.

    :param key: the table's new one.
    """
    translate = _TRANSLATORS.get(kind)
    if translate is None or not found:
        return found
    if isinstance(found, dict):
        return translate(key, found, renames)
    stay = found
    if renames.leaves:
        stay = [item for item in found if not goes(kind, key, item, renames)]
    return [translate(key, item, renames) for item in stay]


def goes(kind: str, key: Key, item: Mapping[str, Any], renames: Renames) -> bool:
    """Whether this is dropped before the renames: a column, or what stands on it or refers to it.

    :param item: as an inspector says it, in old names.
    """
    gone = renames.gone.get(key, ())
    if kind == "columns":
        return item["name"] in gone
    if kind == "check_constraints":
        return mentions(item["sqltext"], gone)
    if kind == "foreign_keys":
        target = (item.get("referred_schema"), item["referred_table"])
        others = renames.gone.get(renames.new_key(target), ())
        if target in renames.gone_tables or not set(others).isdisjoint(item["referred_columns"]):
            return True
    if (key[0], item.get("name")) in renames.gone_indexes and kind in INDEXES:
        return True
    return bool(gone) and any(mentions(text, gone) or text in gone for text in _words(item))


def _words(item: Mapping[str, Any]) -> Iterator[str]:
    """The columns and the expressions of an index or a constraint."""
    for field in ("column_names", "constrained_columns", "include_columns", "expressions"):
        yield from (text for text in item.get(field) or () if text)
    for option in (item.get("dialect_options") or {}).values():
        yield from [option] if isinstance(option, str) else ()


def _column(key: Key, found: Any, renames: Renames) -> Any:
    name = renames.new_column(key, found["name"])
    item = {**found, "name": name}
    if found.get("computed"):
        sql = renames.new_text(key, found["computed"]["sqltext"])
        item["computed"] = {**found["computed"], "sqltext": sql}
    moved = name != found["name"] or renames.old_key(key) != key
    if moved and found.get("autoincrement") and "nextval(" in str(found.get("default")):
        # Alembic knows a SERIAL's own sequence by the column's name, which is another one now.
        item["default"] = None
    return item


def _keyed(key: Key, found: Any, renames: Renames, kind: str = "ix") -> Any:
    item = dict(found)
    if found.get("name"):
        item["name"] = renames.new_name(key, kind, found["name"])
    for field in ("column_names", "constrained_columns", "include_columns"):
        if found.get(field):
            item[field] = [_name(key, value, renames) for value in found[field]]
    if found.get("expressions"):
        item["expressions"] = [_element(key, value, renames) for value in found["expressions"]]
    for field in ("duplicates_constraint", "duplicates_index"):
        if isinstance(found.get(field), str):
            item[field] = renames.new_name(key, kind, found[field])
    if found.get("column_sorting"):
        item["column_sorting"] = _by_column(key, found["column_sorting"], renames)
    if found.get("dialect_options"):
        options = found["dialect_options"].items()
        item["dialect_options"] = {k: _option(key, value, renames) for k, value in options}
    return item


def _name(key: Key, value: str | None, renames: Renames) -> str | None:
    return None if value is None else renames.new_column(key, value)


def _element(key: Key, value: str, renames: Renames) -> str:
    """An index's column or expression."""
    return renames.columns.get(key, {}).get(value) or renames.new_text(key, value)


def _by_column(key: Key, values: Mapping[str, Any], renames: Renames) -> dict[str, Any]:
    return {renames.new_column(key, name): value for name, value in values.items()}


def _option(key: Key, value: Any, renames: Renames) -> Any:
    """``postgresql_where`` is an expression, ``mysql_length`` is by column."""
    if isinstance(value, dict):
        return _by_column(key, value, renames)
    if isinstance(value, list):
        return [_element(key, item, renames) for item in value]
    return renames.new_text(key, value) if isinstance(value, str) else value


def _foreign_key(key: Key, found: Any, renames: Renames) -> Any:
    item = _keyed(key, found, renames, "fk")
    target = renames.new_key((found.get("referred_schema"), found["referred_table"]))
    item["referred_schema"], item["referred_table"] = target
    columns = found["referred_columns"]
    item["referred_columns"] = [renames.new_column(target, name) for name in columns]
    return item


def _check(key: Key, found: Any, renames: Renames) -> Any:
    return {**_keyed(key, found, renames, "ck"), "sqltext": renames.new_text(key, found["sqltext"])}


_TRANSLATORS: Mapping[str, Callable[[Key, Any, Renames], Any]] = {
    "columns": _column,
    "pk_constraint": _keyed,
    "foreign_keys": _foreign_key,
    "indexes": _keyed,
    "unique_constraints": _keyed,
    "check_constraints": _check,
}
