"""What a rule is shown, and what it answers."""

from __future__ import annotations

from typing import Any

from ..frozen import frozen
from ..plans import ColumnFact, Cost, Facts
from ..script_text import literal
from ..sql.action import Action
from .spelling import in_sql, schema_and_name, schema_argument

_WHO = {
    "reads and writes": "Nobody can read or write",
    "writes": "Nobody can write to",
    "schema changes": "Nobody can change the schema of",
    "nothing": "Everybody can go on using",
}

COPY_OTHERWISE = (
    "# flask db upgrade copies the table while others write, where nothing stands in the way.\n"
    "# Otherwise use a new column and batches, pt-online-schema-change or gh-ost, or a quiet hour."
)
UPDATE_FIRST = (
    "# Update the server first, to PostgreSQL 14.4 or later. REINDEX then what was built"
    " CONCURRENTLY before."
)


@frozen
class Hazard:
    """What happens and who is blocked; ``advice`` are lines of Python to write instead.

    In the advice what a person must do otherwise stands in comments.
    """

    what: str
    advice: str = ""


@frozen
class Case:
    """One action of a revision, before it is done.

    ``earlier`` are the actions before it in the revision, ``held`` those of them whose locks
    are still held, ``operation`` is Alembic's, None where the script sent SQL itself.
    """

    action: Action
    cost: Cost
    facts: Facts
    sql: str
    transactional: bool
    seconds: float | None = None
    earlier: tuple[Action, ...] = ()
    held: tuple[Action, ...] = ()
    operation: Any = None
    no_copy: str = ""
    """Why only the server copies the table for it, where somebody asked."""

    @property
    def table(self) -> str:
        """The table that it is about."""
        return self.cost.table or self.action.table

    @property
    def column(self) -> ColumnFact | None:
        """The column as it is now, if that is known."""
        table = self.facts.table(self.action.table)
        return table.columns.get(self.action.name) if table else None

    @property
    def place(self) -> str:
        """Table and column: ``users.email``."""
        return f"{self.action.table}.{self.action.name}"

    @property
    def wait(self) -> str:
        """Who waits, and for how long: one sentence."""
        who = _WHO[self.cost.blocks]
        table = "the database" if self.cost.is_of_database else self.table
        return f"{who} {table} {self.how_long}."

    @property
    def update_first(self) -> str:
        """What to do where nothing should be built CONCURRENTLY; "" where that is well."""
        return UPDATE_FIRST if self.facts.builds_wrong_indexes else ""

    @property
    def why_copied(self) -> str:
        """Why no copy is made that others write to: a sentence, "" where nobody knows."""
        return f" It is not copied while others write: {self.no_copy}." if self.no_copy else ""

    @property
    def how_long(self) -> str:
        """For how long, at the table's size."""
        known = self.facts.table(self.table)
        if not self.facts.read or self.seconds is None or known is None:
            return "while it lasts"
        return f"for about {max(self.seconds, 0.1):.1f} s ({known.rows:,} rows)"

    def quoted(self, *columns: str) -> str:
        """Names as a list in Python: ``["a", "b"]``."""
        return "[" + ", ".join(map(literal, columns)) + "]"

    def in_sql(self, name: str) -> str:
        """A name as the database's SQL has it, quoted where it must be."""
        return in_sql(self.facts.dialect, name)

    @property
    def table_in_sql(self) -> str:
        """The action's table, in SQL."""
        return self.in_sql(self.action.table)

    @property
    def table_in_python(self) -> str:
        """The action's table as the argument of a directive, which names the schema by itself."""
        return literal(schema_and_name(self.action.table)[1])

    @property
    def schema_in_python(self) -> str:
        """What is added to the arguments of a directive: ``, schema="…"``, or nothing."""
        return schema_argument(self.action.table)
