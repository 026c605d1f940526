"""SQLite's procedure for changes that it has no statement for.

A new table is made under another name, the rows are copied, the old table is dropped and the new
one takes its name; indexes, triggers and the counter of AUTOINCREMENT are put back. Views and
other tables are not touched: ``legacy_alter_table`` keeps SQLite from looking at them while the
table is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from itertools import pairwise

from sqlalchemy.exc import IntegrityError

from ..errors import RebuildRefused
from ..frozen import frozen
from .schema import Schema, Stored
from .table_text import TableText
from .tokens import folded, literal, quoted, same_name, temporary_name, tokens_of

_CORRECT = "Correct those rows first, in the script: op.execute(...). Nothing was changed."


@frozen
class Change:
    """What a table becomes, and where its values come from."""

    old: TableText
    new: TableText
    copies: dict[str, str] = field(default_factory=dict)
    """Expressions of columns (by their folded names) that are not just copied."""
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What typeof() may say of the values of a column."""
    fresh: Collection[str] = ()
    """Columns (their folded names) that take no values from the old table."""
    lost_indexes: Collection[str] = ()

    @property
    def copied(self) -> dict[str, str]:
        """The columns that take values, each with the expression that gives them."""
        return {
            column.name: self.copies.get(folded(column.name), quoted(column.name))
            for column in self.new.columns
            if self.old.has_column(column.name)
            and folded(column.name) not in self.fresh
            and not column.is_generated
        } | self._rowid

    @property
    def _rowid(self) -> dict[str, str]:
        """The number of a row that has no name in the table is kept too: others may know it."""
        for table in (self.old, self.new):
            if table.rowid_column or "WITHOUT ROWID" in table.options:
                return {}
        names = ("rowid", "_rowid_", "oid")
        taken = (name for t in (self.old, self.new) for name in names if t.has_column(name))
        free = [name for name in names if name not in set(taken)]
        return {free[0]: free[0]} if free else {}


def rebuild(schema: Schema, table: str, change: Change) -> None:
    """Put a new table in the place of an old one.

    :raises RebuildRefused: it can't be done without harm.
    """
    statistics = schema.statistics(table)
    kept = [o for o in schema.of_table(table) if o.name not in change.lost_indexes]
    counter = schema.counter(table)
    temporary = temporary_name(table)
    qualified = any(_is_qualified(part.core, table) for part in change.new.parts)
    with schema.switched("legacy_alter_table", 1):
        (_by_stages if qualified else _by_rename)(schema, table, temporary, change)
    put_back(schema, kept)
    schema.restore_statistics(statistics)
    counted = change.old.rowid_column if change.old.has_autoincrement else ""
    if change.new.has_autoincrement and counted in ("", change.new.rowid_column):
        # Where it did not count before, it begins behind the rows, as SQLite has it.
        restore_counter(schema, table, counter, is_told=change.old.has_autoincrement)


def put_back(schema: Schema, kept: Sequence[Stored]) -> None:
    """Make indexes and triggers again that are not there."""
    there = {(stored.type, stored.name) for stored in schema.stored("index", "trigger")}
    for stored in kept:
        if (stored.type, stored.name) not in there:
            schema.execute(schema.again(stored))


def restore_counter(
    schema: Schema, table: str, counter: int | None, *, is_told: bool = False
) -> None:
    """AUTOINCREMENT goes on where it was, also if the last rows are deleted.

    :param is_told: None means that there was no counter: somebody has reset it.
    """
    found = schema.counter(table)
    if counter == found or (counter is None and not is_told):
        return
    sequence = schema.place("sqlite_sequence")
    name = literal(table)
    if counter is None:
        schema.execute(f"DELETE FROM {sequence} WHERE name = {name}")
    elif found is None:
        schema.execute(f"INSERT INTO {sequence} (name, seq) VALUES ({name}, {int(counter)})")
    else:
        schema.execute(f"UPDATE {sequence} SET seq = {int(counter)} WHERE name = {name}")


def _by_rename(schema: Schema, table: str, temporary: str, change: Change) -> None:
    schema.execute(str(change.new.named(schema.place(temporary))))
    _refuse_enforced(schema, table)
    _copy(schema, change.copied, table, table, temporary)
    _refuse_misfits(schema, change, table, temporary)
    schema.execute(f"DROP TABLE {schema.place(table)}")
    schema.execute(f"ALTER TABLE {schema.place(temporary)} RENAME TO {quoted(table)}")


def _by_stages(schema: Schema, table: str, temporary: str, change: Change) -> None:
    """For a table whose own text names it: it can't be made under another name."""
    columns = {f"c{number}": name for number, name in enumerate(change.copied)}
    listed = ", ".join(f"{change.copied[name]} AS {c}" for c, name in columns.items())
    staged = f"CREATE TABLE {schema.place(temporary)} AS SELECT {listed} FROM {schema.place(table)}"
    schema.execute(staged)
    _refuse_enforced(schema, table)
    schema.execute(f"DROP TABLE {schema.place(table)}")
    schema.execute(str(change.new.named(schema.place(table))))
    _copy(schema, {name: c for c, name in columns.items()}, table, temporary, table)
    _refuse_misfits(schema, change, table, table)
    schema.execute(f"DROP TABLE {schema.place(temporary)}")


def _copy(schema: Schema, columns: dict[str, str], table: str, source: str, target: str) -> None:
    if not columns:
        return
    listed = ", ".join(map(quoted, columns))
    values = ", ".join(columns.values())
    with _explained(table, target):
        into = f"{schema.place(target)} ({listed})"
        schema.execute(f"INSERT INTO {into} SELECT {values} FROM {schema.place(source)}")


@contextmanager
def _explained(table: str, target: str) -> Iterator[None]:
    """The refusal of rows, in the name of the table that the script knows."""
    try:
        yield
    except IntegrityError as error:
        reason = str(error.orig).replace(target, table)
        raise RebuildRefused(
            f"Rows of table {table!r} don't fit its new form: {reason}",
            hint=_CORRECT,
        ) from error


def _refuse_enforced(schema: Schema, table: str) -> None:
    """Where foreign keys are on, dropping a table deletes the rows that refer to its rows."""
    if schema.flag("foreign_keys") and schema.is_referenced(table):
        raise RebuildRefused(
            f"Table {table!r} must be copied into a new one, and other rows refer to it: with"
            " foreign keys on they would be deleted.",
            hint="Switch them off before the transaction begins: PRAGMA foreign_keys = OFF",
        )


def _refuse_misfits(schema: Schema, change: Change, table: str, target: str) -> None:
    """Values that SQLite would keep, but that are no numbers where numbers must be."""
    for column, kinds in change.kinds.items():
        name = quoted(column)
        allowed = ", ".join(f"'{kind}'" for kind in (*kinds, "null"))
        query = f"FROM {schema.place(target)} WHERE typeof({name}) NOT IN ({allowed})"
        count, example = schema.read(f"SELECT count(*), min({name}) {query}")[0]
        if count:
            type_ = change.new.column(column).type
            raise RebuildRefused(
                f"{count} rows of table {table!r} hold values in {column!r} that can't become"
                f" {type_}, such as {example!r}.",
                hint=_CORRECT,
            )


def _is_qualified(text: str, table: str) -> bool:
    tokens = tokens_of(text)
    return any(
        dot.text == "." and token.is_name and same_name(token.name, table)
        for token, dot in pairwise(tokens)
    )
