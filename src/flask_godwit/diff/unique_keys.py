"""The unique keys that a table has, and keeps while a script changes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from alembic.operations import ops
from sqlalchemy import Inspector

from .names import Key


def unique_keys(inspector: Inspector, key: Key, steps: Sequence[Any]) -> Iterator[Sequence[str]]:
    """The columns of each key and unique index that stays.

    :param steps: what is done to the table.
    """
    schema, table = key
    gone = {step.index_name for step in steps if isinstance(step, ops.DropIndexOp)}
    # Which one is dropped is not known where the database has no name for it.
    if not any(isinstance(step, ops.DropConstraintOp) for step in steps):
        for constraint in inspector.get_unique_constraints(table, schema):
            if constraint["name"] not in gone:
                yield constraint["column_names"]
        yield inspector.get_pk_constraint(table, schema)["constrained_columns"]
    for index in inspector.get_indexes(table, schema):
        if index["name"] not in gone and _is_plain(index):
            yield [name for name in index["column_names"] if name is not None]


def _is_plain(index: Any) -> bool:
    """Whether an index makes whole columns unique, in all rows, and is no constraint's."""
    said = index.get("dialect_options", {}).items()
    # A condition may be a clause, which is neither true nor false.
    is_partial = any(name.endswith("_where") for name, _ in said)
    is_cut = any(name.endswith("_length") and lengths for name, lengths in said)
    is_whole = None not in index["column_names"] and not is_partial and not is_cut
    return bool(index["unique"]) and is_whole and not index.get("duplicates_constraint")
