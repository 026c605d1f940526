"""One batch of operations on one table: by SQLite itself where it can, else by a rebuild."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, DropIndex
from sqlalchemy.util import topological

from ..errors import RebuildRefused
from ..frozen import frozen
from ..values.names import SWAPPED
from .edit import Edit
from .inventory import Fact, Inventory, inventory_of
from .names import Convention
from .rebuild import rebuild
from .render import Renderer
from .schema import Schema
from .table_text import parse_table
from .tokens import folded, same_name

Operation = tuple[str, tuple[Any, ...], Mapping[str, Any]]
"""The name of a method, and its arguments, as Alembic notes them."""


@frozen
class Wishes:
    """What a script says about the batch as a whole."""

    recreate: str = "auto"
    constraints: tuple[Any, ...] = ()
    naming_convention: Convention | None = None
    conventions: tuple[Convention, ...] = ()
    reordering: tuple[tuple[str, ...], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Batch:
    """The operations on one table, in the order in which they are done."""

    schema: Schema
    table: str
    operations: Sequence[Operation]
    wishes: Wishes = field(default_factory=Wishes)

    def __post_init__(self) -> None:
        self.names: dict[str, str] = {}
        self.late_renames: list[tuple[str, str]] = []

    def run(self) -> None:
        """Change the table.

        :raises RebuildRefused: it can't be done, or would lose something.
        """
        with self.schema.all_or_nothing():
            self._drop_indexes()
            self._rename()
            self._change()
            for old, new in self.late_renames:
                self._rename_column(old, new)
            self._create_indexes()
            self._rename_table()

    def _of(self, *names: str) -> Iterator[Operation]:
        return (operation for operation in self.operations if operation[0] in names)

    def _drop_indexes(self) -> None:
        for _, (index,), options in self._of("drop_index"):
            self.schema.impl._exec(DropIndex(index, **options))

    def _create_indexes(self) -> None:
        for _, (index,), options in self._of("create_index"):
            self.schema.impl._exec(CreateIndex(index, **options))

    def _rename_table(self) -> None:
        for _, (_old, new, *_rest), _options in self._of("rename_table"):
            # SQLite takes a name in other letters for the one that is there.
            by_way_of = [new + SWAPPED] if same_name(new, self.table) else []
            for name in (*by_way_of, new):
                self._native(
                    f"ALTER TABLE {self.schema.place(self.table)}"
                    f" RENAME TO {self.schema.written(name)}"
                )
                self.table = name

    # Columns are renamed by SQLite, which follows their names into views, triggers and keys.

    def _rename(self) -> None:
        renames: list[tuple[str, str]] = [
            (args[1], options["name"])
            for _, args, options in self._of("alter_column")
            if options.get("name") not in (None, args[1])
        ]
        for old, new in renames:
            self._rename_to_free(self.names.get(folded(old), old), old, new)
        for interim, new in list(self.late_renames):
            if not self._has_column(new):
                self._rename_column(interim, new)
                self.late_renames.remove((interim, new))
                self._now_called(interim, new)

    def _rename_to_free(self, current: str, key: str, new: str) -> None:
        """Rename, for now to another name where the wanted one is still taken."""
        taken = self._has_column(new) and folded(new) != folded(current)
        target = new + SWAPPED if taken else new
        if taken:
            self.late_renames.append((target, new))
        self._rename_column(current, target)
        self.names[folded(key)] = target

    def _now_called(self, interim: str, name: str) -> None:
        for key, current in self.names.items():
            if current == interim:
                self.names[key] = name

    def _rename_column(self, old: str, new: str) -> None:
        table, one, other = self.schema.place(self.table), *map(self.schema.written, (old, new))
        self._native(f"ALTER TABLE {table} RENAME COLUMN {one} TO {other}")

    def _has_column(self, name: str) -> bool:
        return any(folded(row[1]) == folded(name) for row in self.schema.columns_of(self.table))

    def _native(self, statement: str) -> None:
        """A statement before which SQLite looks through all views and triggers."""
        with self._broken_views_aside():
            try:
                self.schema.execute(statement)
            except DBAPIError as error:
                reason = str(error.orig)
                if not reason.startswith("error in "):
                    raise
                raise _broken(self.table, reason) from error

    @contextmanager
    def _broken_views_aside(self) -> Iterator[None]:
        """A view that can't be read anyway must not stop a change of something else."""
        broken = self.schema.broken_views()
        aside = [o for o in self.schema.stored("view", "trigger") if o.table in broken]
        for view in broken:
            self.schema.execute(f"DROP VIEW {self.schema.place(view)}")
        yield
        for stored in aside:
            self.schema.execute(self.schema.again(stored))

    # Everything else

    def _change(self) -> None:
        edit = self._edited()
        if edit.native is not None and self.wishes.recreate != "always":
            for statement in edit.native:
                self._native(statement)
            return
        if self.wishes.recreate == "never":
            raise RebuildRefused(
                f"SQLite has no statement for this change of table {self.table!r}.",
                hint='The script says recreate="never"; without it the table is copied.',
            )
        self._rebuild(edit)

    def _edited(self) -> Edit:
        schema, wishes = self.schema, self.wishes
        text = parse_table(schema.table_sql(self.table))
        renderer = Renderer(schema.impl.dialect)
        interim = {folded(new): old for old, new in self.late_renames}
        edit = Edit(schema, self.table, text, renderer, wishes.conventions, self.names, interim)
        for name, args, options in self._of(*_TO_THE_TEXT):
            getattr(edit, name)(*args, **options)
        for constraint in wishes.constraints:
            edit.add_constraint(constraint)
        if wishes.naming_convention:
            edit.name_constraints(wishes.naming_convention)
        if wishes.options:
            edit.be(wishes.options)
        edit.order(self._order(edit))
        return edit

    def _order(self, edit: Edit) -> list[str]:
        """The order of the columns that the script asks for."""
        names = [column.name for column in edit.new.columns]
        for _, args, options in self._of("add_column"):
            after, before = (options.get(f"insert_{side}") for side in ("after", "before"))
            _move(
                names, args[1].name, after and edit.current(after), before and edit.current(before)
            )
        groups = (map(edit.current, group) for group in self.wishes.reordering)
        pairs = [pair for group in groups for pair in pairwise(group)]
        return list(topological.sort(pairs, names, deterministic_order=True)) if pairs else names

    def _rebuild(self, edit: Edit) -> None:
        self.schema.drop_leftover(self.table)
        before = inventory_of(self.schema, self.table)
        trouble = self.schema.trouble(self.table)
        broken = self.schema.broken_views()
        rebuild(self.schema, self.table, edit.change)
        refuse_losses(self.table, before, inventory_of(self.schema, self.table), edit.excuses.allow)
        refuse_breakage(self.schema, self.table, trouble, broken)


_TO_THE_TEXT = (
    *("alter_column", "add_column", "drop_column", "add_constraint", "drop_constraint"),
    *("create_column_comment", "create_table_comment", "drop_table_comment"),
)


def _move(names: list[str], name: str, after: str | None, before: str | None) -> None:
    neighbour = after or before
    if neighbour in names and name in names:
        names.remove(name)
        names.insert(names.index(neighbour) + (1 if after else 0), name)


def refuse_losses(
    table: str, before: Inventory, after: Inventory, excused: Callable[[Fact], bool]
) -> None:
    """Compare what the table had with what it has.

    :raises RebuildRefused: something is missing that nobody wanted to be gone.
    """
    lost = [fact for fact in (before - after) if not excused(fact)]
    if lost:
        raise RebuildRefused(
            f"The new form of table {table!r} would have lost what the old one has.",
            hint="Nothing was changed. Please report this, with the table's CREATE statement.",
            detail="\n".join(f"  {fact}" for fact in lost),
        )


def refuse_breakage(schema: Schema, table: str, trouble: str, broken: Mapping[str, str]) -> None:
    """:raises RebuildRefused: a view or trigger worked before and doesn't now."""
    for view, reason in schema.broken_views().items():
        if view not in broken:
            raise _broken(table, f"error in view {view}: {reason}")
    now = "" if trouble else schema.trouble(table)
    if now:
        raise _broken(table, now)


def _broken(table: str, reason: str) -> RebuildRefused:
    return RebuildRefused(
        f"After this change of table {table!r} something would no longer work: {reason}",
        hint="Drop that view or trigger first, in the script, and create it again afterwards.",
    )
