"""Alembic's operations, done to the text of a table.

Each method has the name of the operation that it carries out. What SQLite can do by itself is
noted as a statement; one that it can't makes a rebuild necessary.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

from ..errors import RebuildRefused
from . import ON_KEY, ON_NULL
from .clauses import Clause
from .columns import ColumnText
from .conversions import conversion
from .edited import Edited
from .matching import clause_of, index_mentions, is_about, is_replaced, is_same, key_text
from .names import find_constraint
from .native import can_add, can_drop
from .render import inlined, renamed, strict_type
from .table_text import TableText
from .tokens import folded, quoted, same_name

_KINDS: dict[type[Constraint], str] = {
    PrimaryKeyConstraint: "primary",
    UniqueConstraint: "unique",
    CheckConstraint: "check",
    ForeignKeyConstraint: "foreignkey",
}


class Edit(Edited):
    """A table that operations are done to."""

    # The operations

    def alter_column(
        self,
        _table: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        type_: Any = None,
        existing_type: Any = None,
        **options: Any,
    ) -> None:
        column = self._column(column_name)
        changed = column
        if type_ is not None:
            changed = self._typed(changed, type_, existing_type)
        if server_default is not False:
            changed = self._defaulted(changed, server_default)
        if nullable is not None:
            changed = changed.with_null(nullable)
            self.excuses.fact("NOT NULL of", column.name)
        if ON_NULL in options:
            changed = changed.with_conflict(str(options[ON_NULL] or ""))
        if changed != column:
            self._must_rebuild(self.new.with_column(changed))
        if ON_KEY in options:
            self._must_rebuild(self.new.with_key_conflict(str(options[ON_KEY] or "")))

    def add_column(
        self, _table: str, column: Column[Any], *, if_not_exists: bool | None = None, **_: Any
    ) -> None:
        self._added = None
        if if_not_exists and self.new.has_column(column.name):
            self._skipped.add(folded(column.name))
            return
        added = self.renderer.column(column, strict="STRICT" in self.new.options)
        self._awaiting.append(added)  # rows get a number if it becomes the key
        self._fresh.add(folded(added.name))
        if column.primary_key:
            self._must_rebuild(self._with_key(added))
            return
        self.new = self.new.with_added(added.text)
        self._added = added
        if can_add(self.schema, self.name, added):
            self._do(self._add_statement(added))
        else:
            self.native = None

    def drop_column(
        self, _table: str, column: Any, *, if_exists: bool | None = None, **_: Any
    ) -> None:
        if if_exists and not self.new.has_column(self.current(column.name)):
            return
        name = self._column(column.name).name
        if any(self._dependents(name)):
            self.native = None  # it may be added again, and SQLite would not drop it meanwhile
            self._missed.append(name)
        indexes = self._indexes_on(name)
        self.excuses.indexes |= indexes
        for index in sorted(indexes):
            self._do(f"DROP INDEX {self.schema.place(index)}")
        if can_drop(self.schema, self.new, name):
            self._do(f"ALTER TABLE {self._place} DROP COLUMN {self.schema.written(name)}")
        else:
            self.native = None
        self.excuses.column(name)
        self.copies.pop(folded(name), None)
        self.new = self._without(name)

    def add_constraint(self, constraint: Any, **_: Any) -> None:
        rule = getattr(constraint, "_create_rule", None)
        if rule is not None and not rule(self.renderer.compiler):
            return
        if self._skipped and self._skipped >= set(map(folded, constraint.table.columns.keys())):
            return
        text = renamed(self.renderer.constraint(constraint), self._outdated())
        clause = clause_of(text)
        if clause is None:
            return
        if self._inline(clause, text):
            return
        same = [c for c in self.new.constraints if is_replaced(c, clause)]
        if any(not c.name and not clause.name for c in same if c.kind != "primary"):
            return
        table = self.new
        if clause.kind == "primary":
            self._excuse_constraint(clause)
        for old in same:
            self._excuse_constraint(old)
            table = table.without_constraint(old)
        self._must_rebuild(table.with_added(text))

    def drop_constraint(self, constraint: Any, *, if_exists: bool | None = None, **_: Any) -> None:
        clause = self._meant(constraint, if_exists=bool(if_exists))
        if clause is None:
            return
        self._excuse_constraint(clause)
        self._must_rebuild(self.new.without_constraint(clause))

    def create_column_comment(self, *_: Any, **__: Any) -> None:
        """SQLite keeps no comments."""

    create_table_comment = drop_table_comment = create_column_comment

    # How they do it

    def _typed(self, column: ColumnText, type_: Any, existing_type: Any) -> ColumnText:
        pattern = self.renderer.attributes(type_)
        text = strict_type(pattern.type) if "STRICT" in self.new.options else pattern.type
        changed = column.with_type(text)
        if pattern.collation or getattr(existing_type, "collation", None):
            changed = changed.with_collation(pattern.collation)
            self.excuses.fact("collation of", column.name)
        self.excuses.fact("type of", column.name)
        how = conversion(quoted(column.name), column.type, text, type_, existing_type)
        if folded(column.name) not in self.copies:
            self.copies[folded(column.name)] = how.expression
        if how.kinds:
            self.checks[folded(column.name)] = how.kinds
        return changed

    def _defaulted(self, column: ColumnText, default: Any) -> ColumnText:
        self.excuses.fact("default of", column.name)
        pattern = self.renderer.attributes(server_default=default)
        generated = pattern.clause("GENERATED", "AS")
        if generated or column.is_generated:
            self.excuses.fact("generation of", column.name)
            self.excuses.fact("expression of", column.name)
            text = pattern.text[generated.start : generated.end] if generated else ""
            column = column.with_generated(text)
        return column.with_default(pattern.default)

    def _with_key(self, column: ColumnText) -> TableText:
        """The table with a new column that belongs to the primary key."""
        table = self.new.with_added(column.text)
        key = next((c for c in table.constraints if c.kind == "primary"), None)
        columns = [*(key.columns if key else ()), column.name]
        if key:
            self._excuse_constraint(key)
            table = table.without_constraint(key)
        return table.with_added(key_text(key, columns))

    def _without(self, name: str) -> TableText:
        """The table without a column, and without the constraints that are about it."""
        table = self.new
        for clause in self.new.constraints:
            if clause.own and same_name(clause.own[0], name):
                continue
            if clause.concerns(name):
                table = table.without_constraint(clause)
                rest = [c for c in clause.columns if not same_name(c, name)]
                self._excuse_constraint(clause)
                if clause.kind == "primary" and rest:
                    table = table.with_added(key_text(clause, rest))
        return table.without_column(name)

    def _inline(self, clause: Clause, text: str) -> bool:
        """Write a constraint into the ADD COLUMN just noted, if it is about that column only."""
        added = self._added
        if added is None or self.native is None or not is_about(clause, added.name, self.new):
            return False
        merged = added.with_clause(f"\n\t{inlined(text)}")
        if not can_add(self.schema, self.name, merged):
            return False
        self.new = self.new.with_column(merged)
        self.native[-1] = self._add_statement(merged)
        self._added = merged
        return True

    def _meant(self, constraint: Any, *, if_exists: bool) -> Clause | None:
        """The constraint that shall be dropped. One that belongs to a type may be missing."""
        name = constraint.name if isinstance(constraint.name, str) else None
        kind = _KINDS.get(type(constraint), "")
        if getattr(constraint, "_type_bound", False):
            text = clause_of(renamed(self.renderer.constraint(constraint), self._outdated()))
            return next((c for c in self.new.constraints if text and is_same(c, text)), None)
        try:
            return find_constraint(self.new, name, kind, self.conventions, self.name)
        except RebuildRefused:
            if if_exists:
                return None
            raise

    def _indexes_on(self, name: str) -> set[str]:
        """The indexes that a column occurs in, expressions and conditions included."""
        return {
            stored.name
            for stored in self.schema.of_table(self.name)
            if stored.type == "index" and index_mentions(stored.sql, name)
        }

    def _outdated(self) -> dict[str, str]:
        """Names that a new constraint may still use for columns that were renamed."""
        known = {**self.names, **self.interim}
        return {
            old: new
            for old, new in known.items()
            if not self.new.has_column(old) and self.new.has_column(new)
        }

    def _add_statement(self, column: ColumnText) -> str:
        return f"ALTER TABLE {self._place} ADD COLUMN {column.text}"
