"""Operations that Alembic can run but not take back: here they know their inverse.

How a script shows them is in :mod:`.step_texts`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from alembic.operations import ops

from .names import Key


def flat(container: ops.OpContainer) -> Iterator[ops.MigrateOperation]:
    """The operations in a list, and in the lists inside of it."""
    for operation in container.ops:
        if isinstance(operation, ops.OpContainer):
            yield from flat(operation)
        else:
            yield operation


def only_makes_tables(container: ops.OpContainer) -> bool:
    """Whether everything that it touches is a table that it makes itself."""
    made: set[tuple[str | None, str]] = set()
    touched: set[tuple[str | None, str]] = set()
    for operation in flat(container):
        if isinstance(operation, ops.CreateTableOp):
            made.add((operation.schema, operation.table_name))
        elif isinstance(operation, ops.CreateIndexOp):
            touched.add((operation.schema, operation.table_name))
        else:
            return False
    return touched <= made


_Alteration = TypeVar("_Alteration", bound=ops.AlterColumnOp)


def _as(kind: type[_Alteration], operation: ops.AlterColumnOp) -> _Alteration:
    """The same operation, as one of another kind."""
    copy = kind(operation.table_name, operation.column_name)
    copy.__dict__.update(operation.__dict__)
    return copy


class RenameTable(ops.RenameTableOp):
    """``op.rename_table()``."""

    def reverse(self) -> RenameTable:
        return RenameTable(self.new_table_name, self.table_name, schema=self.schema)


class DropIndex(ops.DropIndexOp):
    """``op.drop_index()``, of which Alembic takes nothing back but the columns."""

    def reverse(self) -> ops.CreateIndexOp:
        assert self._reverse is not None
        return self._reverse


class RenameColumn(ops.AlterColumnOp):
    """``op.alter_column(…, new_column_name=…)``."""

    def reverse(self) -> RenameColumn:
        assert self.modify_name is not None
        return RenameColumn(
            self.table_name, self.modify_name, schema=self.schema, modify_name=self.column_name
        )


class Quiet(ops.AlterColumnOp):
    """``op.alter_column()`` that only completes another operation, which says what changes."""

    @classmethod
    def of(cls, operation: ops.AlterColumnOp) -> Quiet:
        """The same operation, without words of its own."""
        return _as(cls, operation)


class Freed(ops.AlterColumnOp):
    """What else changes of a column that is no longer computed, which is taken back as one."""

    @classmethod
    def of(cls, operation: ops.AlterColumnOp) -> Freed:
        """The same operation, for a column whose expression is gone by then."""
        return _as(cls, operation)

    def reverse(self) -> Nothing:  # type: ignore[override]
        return Nothing()


class Cast(ops.AlterColumnOp):
    """``op.alter_column(…, postgresql_using=…)``, which Alembic runs but does not write."""

    using: str

    @classmethod
    def of(cls, operation: ops.AlterColumnOp, using: str) -> Cast:
        """The same operation, with a conversion."""
        cast = _as(cls, operation)
        cast.using = using
        return cast


class Redefined(ops.AlterColumnOp):
    """A column that is said anew as a whole, since ``op.alter_column()`` would lose a part of it.

    ``there`` and ``back`` are statements; the others are what they say that Alembic can't.
    """

    there: str
    back: str
    check: str | None = None
    old_check: str | None = None
    computed: str | None = None
    old_computed: str | None = None

    @classmethod
    def of(cls, operation: ops.AlterColumnOp, there: str, back: str) -> Redefined:
        """The same operation, by a statement."""
        redefined = _as(cls, operation)
        redefined.there, redefined.back = there, back
        return redefined

    def reverse(self) -> Redefined:
        reverse = Redefined.of(super().reverse(), self.back, self.there)
        reverse.check, reverse.old_check = self.old_check, self.check
        reverse.computed, reverse.old_computed = self.old_computed, self.computed
        return reverse


KeyColumns = tuple[tuple[str, ...], tuple[str, ...]]
"""The columns of a table's primary key before a statement that gives it another one, and after."""


class DropCounted(ops.DropColumnOp):
    """``op.drop_column()`` of a column that gave each row a number, and comes back with numbers.

    ``there`` is a statement that drops it together with its key, where one can't be without the
    other, ``words`` what that does beyond dropping it; ``back`` is what takes it back.
    """

    there: str
    back: Sequence[ops.MigrateOperation]
    words: str
    adds: ops.AddColumnOp | None = None
    """The column that the same statement adds in its place."""
    replaced: KeyColumns | None = None

    @classmethod
    def of(
        cls,
        operation: ops.DropColumnOp,
        back: Sequence[ops.MigrateOperation],
        there: str = "",
        words: str = "",
    ) -> DropCounted:
        """The same operation, with its way back."""
        counted = cls(operation.table_name, operation.column_name)
        counted.__dict__.update(operation.__dict__)
        counted.back, counted.there, counted.words = back, there, words
        return counted

    def reverse(self) -> Together:  # type: ignore[override]
        return Together(self.back, [self])


Named = tuple[str, Key, str, str]
"""A kind of thing, its table, and its names before and after; "" where there is none."""


class Sql(ops.ExecuteSQLOp):
    """``op.execute()`` of a statement.

    :param down: the statement that takes it back; "" when nothing has to.
    :param words: what it does, in the words of a change; "" when that goes without saying.
    """

    retyped: Collection[str] = ()
    """The columns whose type it changes, or whether they count."""
    remade: tuple[Key, str] | None = None
    """The table and the column that it gives a type made anew under the old one's name."""

    adds: ops.AddColumnOp | None = None
    """What it does besides, if it adds a column."""
    replaced: KeyColumns | None = None
    persists: bool | None = None
    """Whether the rows of its table outlive a crash afterwards, where it changes that."""
    at_once: bool = False
    """Whether it is committed by itself, since what follows needs that."""
    named: Named | None = None
    """What it renames, makes or drops of a table."""

    def __init__(self, statement: str, down: str = "", words: str = "", back: str = "") -> None:
        super().__init__(statement)
        self.statement = statement
        self.down = down
        self.words = words
        self.back = back

    def reverse(self) -> ops.MigrateOperation:
        if not self.down:
            return Nothing()
        back = Sql(self.down, self.statement, words=self.back, back=self.words)
        back.retyped = self.retyped
        back.replaced = self.replaced and self.replaced[::-1]
        back.persists = None if self.persists is None else not self.persists
        back.named = self._named_back()
        return back

    def _named_back(self) -> Named | None:
        if self.named is None:
            return None
        kind, key, before, after = self.named
        return kind, key, after, before


class RenameSql(Sql):
    """A statement that gives something another name."""

    column: tuple[Key, str, str] | None = None
    """The table, if it is a column of one; that one's name before, and after."""

    def reverse(self) -> ops.MigrateOperation:
        back = RenameSql(self.down, self.statement, words=self.back, back=self.words)
        if self.column is not None:
            key, old, new = self.column
            back.column = (key, new, old)
        back.named = self._named_back()
        return back


def renamed_column(operation: ops.MigrateOperation) -> tuple[Key, str, str] | None:
    """The table, the name before and the name after of a column that gets another one."""
    if isinstance(operation, RenameSql):
        return operation.column
    if isinstance(operation, ops.AlterColumnOp) and operation.modify_name:
        key = operation.schema, operation.table_name
        return key, operation.column_name, operation.modify_name
    return None


def added_column(operation: ops.MigrateOperation) -> ops.AddColumnOp | None:
    """How a column comes to its table, also where a statement of ours adds it."""
    if isinstance(operation, Sql | DropCounted):
        return operation.adds
    return operation if isinstance(operation, ops.AddColumnOp) else None


class Together(ops.OpContainer):
    """Operations that are one change: taken back by others, in an order of their own.

    :param down: what takes them back.
    """

    def __init__(
        self, up: Sequence[ops.MigrateOperation], down: Sequence[ops.MigrateOperation]
    ) -> None:
        super().__init__(list(up))
        self.down = list(down)

    def reverse(self) -> Together:
        return Together(self.down, self.ops)


class Nothing(ops.MigrateOperation):
    """The inverse of what needs none. It never reaches a script."""

    def reverse(self) -> Nothing:
        return self


class Irreversible(ops.MigrateOperation):
    """What stands first in a downgrade that can't take back everything: it says why and stops."""

    def __init__(self, text: str) -> None:
        self.text = text

    def reverse(self) -> Nothing:
        return Nothing()


class Comment(ops.MigrateOperation):
    """A line of the script for those who read it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def reverse(self) -> Nothing:
        return Nothing()


def set_loss(operation: ops.MigrateOperation, words: str) -> None:
    """Remember what an operation loses, for those who are told of it."""
    operation.__dict__["godwit_loss"] = words


def loss_of(operation: ops.MigrateOperation, otherwise: str = "") -> str:
    """What an operation loses, in words."""
    return str(operation.__dict__.get("godwit_loss", otherwise))
