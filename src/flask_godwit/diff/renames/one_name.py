"""Names that differ by the case of their letters only, where that does not tell them apart.

Such a column or table can get its new name, but not be dropped while the other one is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...dialects.base import Database
from ...errors import AnswerWrong
from ..names import Key, said
from .find import Finder


def refuse_one_name(
    finder: Finder,
    tables: Mapping[Key, Key],
    columns: Mapping[Key, Mapping[str, str]],
    database: Database,
) -> None:
    """Refuse what the database can't do.

    :param tables: what is renamed, as the columns by the new key of their table.
    :raises AnswerWrong: one is to go while the other one comes.
    """
    for option, old, new in (
        *_tables(finder, tables),
        *(_columns(finder, columns) if database.folds_columns else ()),
    ):
        raise AnswerWrong(
            f"{old} can't be dropped while {new} is added: the database takes them for one.",
            hint=f"{option} {old}:{new}    gives it the other letters;"
            " or drop it in a migration of its own",
        )


def _tables(finder: Finder, tables: Mapping[Key, Key]) -> Iterator[tuple[str, str, str]]:
    for old in finder.dropped_tables:
        for new in finder.created_tables:
            if old in tables or new in tables.values() or not _is_one(old[1], new[1]):
                continue
            # Whether the case of a table's letters matters may be a setting of the server.
            if old[0] == new[0] and finder.inspector.has_table(new[1], new[0]):
                yield "--rename-table", said(old), said(new)


def _columns(
    finder: Finder, columns: Mapping[Key, Mapping[str, str]]
) -> Iterator[tuple[str, str, str]]:
    for gone in finder.dropped_columns:
        key: Key = (gone.schema, gone.table_name)
        known = columns.get(key, {})
        for come in finder.added_columns:
            old, new = gone.column_name, come.column.name
            if (come.schema, come.table_name) != key or old in known or new in known.values():
                continue
            if _is_one(old, new):
                yield "--rename", said(key, old), said(key, new)


def _is_one(one: str, other: str) -> bool:
    return one.lower() == other.lower()
