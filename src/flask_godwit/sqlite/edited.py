"""A table on its way: as it is, as it shall be, and what must be copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import RebuildRefused
from .clauses import Clause
from .columns import ColumnText
from .excuses import Excuses
from .kinds import as_kind
from .names import Convention, conventional
from .rebuild import Change
from .render import Renderer
from .schema import Schema
from .table_text import TableText
from .tokens import folded, same_name


@dataclass
class Edited:
    """A table as it is, as it shall be, and the way from one to the other."""

    schema: Schema
    name: str
    old: TableText
    renderer: Renderer
    conventions: tuple[Convention, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """What columns are called now, by the (folded) names that they had before the batch."""
    interim: Mapping[str, str] = field(default_factory=dict)
    """What columns are called as long as their new (folded) names are still taken."""

    def __post_init__(self) -> None:
        self.new = self.old
        self.copies: dict[str, str] = {}
        self.checks: dict[str, tuple[str, ...]] = {}
        self.native: list[str] | None = []
        self.excuses = Excuses()
        self._fresh: set[str] = set()
        self._awaiting: list[ColumnText] = []
        self._added: ColumnText | None = None
        self._skipped: set[str] = set()
        self._missed: list[str] = []
        """Columns that were dropped although another one is generated from them."""

    # What the script wishes for the whole table

    def name_constraints(self, convention: Convention) -> None:
        """Give the names of a convention to constraints without one."""
        for clause in self.new.constraints:
            name = "" if clause.name else conventional(clause, self.name, convention)
            if name:
                self._excuse_constraint(clause)
                self._must_rebuild(
                    self.new.with_named_constraint(clause, self.schema.written(name))
                )

    def be(self, options: Mapping[str, Any]) -> None:
        """Make it another kind of table: the keywords are those of SQLAlchemy's tables."""
        table = as_kind(self.new, options, self.name)
        for option in ("STRICT", "WITHOUT ROWID"):
            self.excuses.fact("option", option)
        for column in table.columns if "STRICT" in table.options else ():
            self.excuses.fact("type of", column.name)
        for key in (
            self.new.constraints if table.has_autoincrement != self.new.has_autoincrement else ()
        ):
            if key.kind == "primary":
                self._excuse_constraint(key)
        if table != self.new:
            self._must_rebuild(table)

    def order(self, names: Iterable[str]) -> None:
        """Put the columns in an order."""
        columns = list(names)
        if columns != [column.name for column in self.new.columns]:
            self._must_rebuild(self.new.ordered(columns))

    @property
    def change(self) -> Change:
        """What must be copied, and how.

        :raises RebuildRefused: it can't be done.
        """
        self._refuse_missed()
        for added in self._awaiting:
            if not same_name(added.name, self.new.rowid_column or ""):
                self._refuse_missing_values(added)
        return Change(
            self.old, self.new, self.copies, self.checks, self._fresh, self.excuses.indexes
        )

    def _column(self, name: str) -> ColumnText:
        try:
            return self.new.column(self.current(name))
        except KeyError:
            there = ", ".join(column.name for column in self.new.columns)
            raise RebuildRefused(
                f"Table {self.name!r} has no column {name!r}.", hint=f"Its columns are: {there}."
            ) from None

    def current(self, name: str) -> str:
        """What a column is called now that the script calls by its name from before."""
        return self.names.get(folded(name), name)

    def _dependents(self, name: str) -> Iterator[str]:
        """The columns that are generated from another one, as the table is by now."""
        for column in self.new.columns:
            generated = column.clause("GENERATED", "AS")
            if generated and not same_name(column.name, name) and generated.concerns(name):
                yield column.name

    def _refuse_missed(self) -> None:
        for name in self._missed:
            for dependent in () if self.new.has_column(name) else self._dependents(name):
                raise RebuildRefused(
                    f"Column {dependent!r} of table {self.name!r} is generated from {name!r},"
                    " which shall be dropped.",
                    hint=f"Drop {dependent!r} first, or change its expression.",
                )

    def _refuse_missing_values(self, column: ColumnText) -> None:
        needs = column.not_null and not column.is_generated
        if needs and column.default.upper() in ("", "NULL") and column.clause("PRIMARY") is None:
            rows = self.schema.count(self.name)
            if rows:
                raise RebuildRefused(
                    f"Column {column.name!r} shall be NOT NULL, but the {rows} rows of table"
                    f" {self.name!r} have no value for it.",
                    hint="Give it a server_default; or add it as nullable, fill it, and alter it.",
                )

    @property
    def _place(self) -> str:
        return self.schema.place(self.name)

    def _do(self, statement: str) -> None:
        if self.native is not None:
            self.native.append(statement)

    def _must_rebuild(self, table: TableText) -> None:
        self.new = table
        self.native = None

    def _excuse_constraint(self, clause: Clause) -> None:
        self.excuses.constraint(clause, [column.name for column in self.new.columns])
