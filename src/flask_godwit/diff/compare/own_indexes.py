"""Indexes that MySQL and MariaDB make for foreign keys, which no model names.

Alembic leaves out every index that has the name of one of its columns or of a foreign key, on both
sides: also one that the models have, or had, for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Index


def leave_out_own(
    uniques: set[Any], indexes: set[Any], model_uniques: set[Any], model_indexes: set[Any]
) -> None:
    """Take them out of what a comparison has found; what a model calls so stays to be compared."""
    declared = {str(each.name) for each in (*model_uniques, *model_indexes)}
    for index in list(indexes):
        if str(index.name) not in declared and _is_own(index):
            indexes.remove(index)


def _is_own(index: Index) -> bool:
    columns = [column.name for column in index.columns]
    return not index.unique and any(
        re.fullmatch(name, str(index.name)) for name in _names(index, columns)
    )


def _names(index: Index, columns: list[str]) -> Iterator[str]:
    """What the server may call an index of these columns: as a key, or as the first of them."""
    assert index.table is not None
    for key in index.table.foreign_key_constraints:
        if [column.name for column in key.columns] == columns:
            yield re.escape(str(key.name))
            yield rf"{re.escape(columns[0])}(_\d+)?"
