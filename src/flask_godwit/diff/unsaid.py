"""What MySQL and MariaDB keep of a column, an index or a CHECK that no model can say.

A script that makes one of them anew, to take back that it was dropped or because something else of
it changes, gives it that again: INVISIBLE, NOT ENFORCED, the comment of an index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from alembic.operations import ops
from sqlalchemy import CheckConstraint, Column, Dialect, UniqueConstraint
from sqlalchemy.schema import AddConstraint, CreateIndex, DDLElement

from ..dialects.facts import TableFacts
from ..mysql.column import compressed_as, parsed
from .compare.text import undoubled
from .index_steps import index_name
from .names import Key, quoted, said
from .renames.values import Renames
from .steps import Comment, Sql, flat

_INDEXES = ops.CreateIndexOp | ops.CreateUniqueConstraintOp
_NAME = r"`?((?:[^`\s]|``)+)`?"
_ADDED = re.compile(
    rf"ALTER TABLE (?:{_NAME}\.)?{_NAME} .*?\bADD (?:UNIQUE |FULLTEXT )?(?:INDEX|KEY|CONSTRAINT)"
    rf" {_NAME} "
)


@dataclass
class UnsaidStage:
    """Completes what a script makes.

    :param read: what a table in the database says, by its old name.
    """

    dialect: Dialect
    read: Callable[[Key], TableFacts | None]
    renames: Renames
    new: set[Key] = field(default_factory=set)

    def run(self, upgrade: ops.OpContainer, downgrade: ops.OpContainer) -> None:
        """See to both ways of a script. What is new has nothing that it could keep."""
        self.new = {_key(step) for step in flat(upgrade) if isinstance(step, ops.CreateTableOp)}
        self._in(upgrade, is_back=False)
        self.new = set()
        self._in(downgrade, is_back=True)

    def _in(self, operations: ops.OpContainer, *, is_back: bool) -> None:
        operations.ops[:] = [
            new for operation in operations.ops for new in self._kept(operation, is_back)
        ]

    def is_off(self, operation: ops.CreateCheckConstraintOp) -> bool:
        """Whether a CHECK looks at no row, as the one of its name."""
        return bool(self._of(_key(operation), "ck", str(operation.constraint_name)))

    def _kept(
        self, operation: ops.MigrateOperation, is_back: bool
    ) -> Iterator[ops.MigrateOperation]:
        if isinstance(operation, ops.OpContainer):
            self._in(operation, is_back=is_back)
            yield operation
        elif isinstance(operation, _INDEXES):
            yield self._made(operation, _key(operation), "ix", index_name(operation))
        elif isinstance(operation, ops.CreateCheckConstraintOp):
            yield self._made(operation, _key(operation), "ck", str(operation.constraint_name))
        else:
            yield operation
            yield from self._afterwards(operation, is_back)

    def _made(self, operation: Any, key: Key, kind: str, name: str) -> ops.MigrateOperation:
        """The operation, or a statement that says it all: rows may be there that it spares."""
        more = self._of(key, kind, name)
        if not more:
            return operation  # type: ignore[no-any-return]
        what = {"ix": "index", "ck": "check"}[kind]
        return Sql(
            f"{self._statement(operation)} {more}", words=f"{what} {name} on {said(key)}: {more}"
        )

    def _statement(self, operation: Any) -> str:
        is_index = isinstance(operation, ops.CreateIndexOp)
        element: DDLElement = (
            CreateIndex(operation.to_index())
            if is_index
            else AddConstraint(operation.to_constraint())
        )
        return undoubled(str(element.compile(dialect=self.dialect)), self.dialect)

    def _afterwards(
        self, operation: ops.MigrateOperation, is_back: bool
    ) -> Iterator[ops.MigrateOperation]:
        if isinstance(operation, ops.AddColumnOp):
            yield from self._column(_key(operation), operation.column.name, is_back)
        elif isinstance(operation, ops.AlterColumnOp) and is_back:
            if operation.modify_type is not None and self._was_other(operation):
                yield from self._column(_key(operation), operation.column_name, is_back)
        elif isinstance(operation, ops.CreateTableOp):
            key = _key(operation)
            if more := self._of(key, "table", ""):
                yield Sql(f"{self._alter(key)} {more}")
            for item in operation.columns:
                yield from self._of_table(key, item, is_back)
        elif isinstance(operation, Sql):
            for schema, table, name in _ADDED.findall(operation.statement):
                yield from self._index((_plain(schema) or None, _plain(table)), _plain(name))

    def _was_other(self, operation: ops.AlterColumnOp) -> bool:
        """Whether a column has had a type for which not all can be said."""
        compiler = self.dialect.type_compiler_instance
        meanwhile = str(compiler.process(operation.existing_type))  # type: ignore[arg-type]
        definition = self._of(_key(operation), "column", operation.column_name)
        others = parsed(definition).others if definition else ""
        return compressed_as(others, meanwhile) != others

    def _of_table(self, key: Key, item: Any, is_back: bool) -> Iterator[ops.MigrateOperation]:
        if isinstance(item, Column):
            yield from self._column(key, item.name, is_back)
        elif isinstance(item, UniqueConstraint):
            yield from self._index(key, str(item.name))
        elif isinstance(item, CheckConstraint) and self._of(key, "ck", str(item.name)):
            check = quoted(self.dialect, str(item.name))
            yield Sql(f"{self._alter(key)} ALTER CHECK {check} NOT ENFORCED")

    def _column(self, key: Key, name: str, is_back: bool) -> Iterator[ops.MigrateOperation]:
        definition = self._of(key, "column", name)
        if definition and is_back:
            text = self.renames.new_text(key, definition)
            yield Sql(f"{self._alter(key)} MODIFY {quoted(self.dialect, name)} {text}")
        elif definition:
            yield Comment(f"{said(key, name)} was {definition}, of which models say a part.")

    def _index(self, key: Key, name: str) -> Iterator[ops.MigrateOperation]:
        *words, last = self._of(key, "ix", name).split(" ")
        if words:
            yield Comment(f"The index {name} on {said(key)} had a comment, which it loses.")
        if last in ("INVISIBLE", "IGNORED"):
            yield Sql(f"{self._alter(key)} ALTER INDEX {quoted(self.dialect, name)} {last}")

    def _of(self, key: Key, kind: str, name: str) -> str:
        """What is there of it so far; "" where a model can say it all."""
        if key in self.new:
            return ""
        facts = self.read(self.renames.old_key(key))
        if facts is None or not facts.unsaid:
            return ""
        if kind == "column":
            known = self.renames.columns.get(key, {}).items()
            old = next((before for before, after in known if after == name), name)
        else:
            old = self.renames.old_name(key, kind, name)
        return facts.unsaid.get((kind, old), "")

    def _alter(self, key: Key) -> str:
        return f"ALTER TABLE {quoted(self.dialect, *key)}"


def _key(operation: Any) -> Key:
    return operation.schema, operation.table_name


def _plain(name: str) -> str:
    return name.replace("``", "`")
