"""Types that change: how values are converted, and which rows can't be.

PostgreSQL converts by itself only what it could store without being told; the rest gets a
``USING``. What no conversion is known for, and rows that don't fit the new type, stop the
command before a script is written that would fail when it is applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from alembic.operations import ops
from sqlalchemy import (
    Column,
    Computed,
    Dialect,
    Enum,
    Identity,
    literal_column,
    types,
)
from sqlalchemy.types import TypeEngine

from ..dialects.base import Condition, Database
from ..dialects.stored_types import of_dialect
from ..errors import RowsInTheWay
from .alterations import alterations
from .answers import Answers
from .compare.text import undoubled
from .conversions import Conversions
from .fill import ModelColumn
from .misfits import misfits, removed
from .names import Key, quoted, said
from .own_values import misread
from .plain_uuids import as_uuids
from .rows import Rows
from .sentences import counted
from .steps import Cast, Comment, Freed, Quiet, Redefined, Sql, set_loss
from .untouched import untouched
from .words import type_words


@dataclass
class CastStage:
    """Converts what changes its type in one database."""

    dialect: Dialect
    database: Database
    rows: Rows
    models: ModelColumn
    answers: Answers
    used: set[str]
    check_rows: bool

    def upgrade(self, operations: ops.OpContainer) -> None:
        """Change the operations of an upgrade; rows that don't fit stop it.

        :raises RowsInTheWay: values can't be converted.
        :raises AnswerNeeded: no conversion between two types is known.
        """
        for table in _tables(operations):
            table.ops = [new for op in table.ops for new in self._converted(op, is_upgrade=True)]

    def downgrade(self, operations: ops.OpContainer) -> None:
        """Change the operations of a downgrade: a comment says what can't be converted."""
        for table in _tables(operations):
            table.ops = [new for op in table.ops for new in self._converted(op, is_upgrade=False)]

    def enum_values(self, key: Key, name: str, before: Any, after: Any) -> None:
        """Refuse to remove values that rows have.

        :param before: an enumeration, or an array of one.
        :raises RowsInTheWay: they have.
        """
        if not self.check_rows:
            return
        conditions = misfits(self.database, self.dialect, before, after)
        if isinstance(before, Enum):
            conditions = iter([removed(self.database, before, after)])
        for condition in conditions:
            self._refuse(key, name, condition, "the new values")

    def _converted(
        self, operation: ops.MigrateOperation, *, is_upgrade: bool
    ) -> Iterator[ops.MigrateOperation]:
        if not _is_converted(operation):
            yield operation
            return
        key = (operation.schema, operation.table_name)
        if not self.database.takes_using and as_uuids(
            self.dialect, self.rows, operation, is_upgrade=is_upgrade
        ):
            yield Comment(f"{said(key, operation.column_name)}: UUIDs {_DASHES[is_upgrade]}.")
        ways = Conversions(self.dialect, self.database, self.rows, self.answers, self.used)
        using, words = ways.there(operation) if is_upgrade else ways.back(operation)
        if is_upgrade and self.check_rows and self.rows.any(key):
            self._check_rows(key, operation, using)
            yield from self._losses(key, operation)
        if words:
            yield Comment(words)
        before, after = self._around(key, operation)
        yield from before
        default = self._default_after(operation, is_upgrade=is_upgrade)
        if not is_upgrade:
            self._spell_again(operation, default)
        if using:
            yield from self._with_using(operation, default, using)
        else:
            yield from self._with_default(operation, default)
        yield from after

    def _around(
        self, key: Key, operation: ops.AlterColumnOp
    ) -> tuple[list[ops.MigrateOperation], list[ops.MigrateOperation]]:
        table, new = quoted(self.dialect, *key), operation.modify_type
        assert new is not None
        column = _as_it_is(operation)
        kept = untouched(self.dialect, self.rows, self.models, key)
        there = self.database.around_conversion(self.rows.connection, table, column, new, kept)
        before, after = ([Sql(statement) for statement in each] for each in there)
        return [*before], [*after]

    # PostgreSQL's USING

    def _with_using(
        self, operation: ops.AlterColumnOp, default: Any, using: str
    ) -> Iterator[ops.MigrateOperation]:
        """The default has the old type: it goes before the conversion and comes back after."""
        had = _spoken(operation.existing_server_default)
        if had not in (None, False):
            yield _default_change(operation, operation.existing_type, None)
        cast = Cast.of(operation, using)
        if had not in (None, False) or default not in (None, False):
            cast.modify_server_default = False
            cast.existing_server_default = False
        yield cast
        if default not in (None, False):
            yield _default_change(operation, operation.modify_type, default)

    def _with_default(
        self, operation: ops.AlterColumnOp, default: Any
    ) -> Iterator[ops.MigrateOperation]:
        """The default is said again: PostgreSQL would keep the old one, of the old type, and
        convert it for each row.
        """
        yield operation
        if self.database.takes_using and operation.modify_server_default is False:
            old, new = (
                str(kind.compile(dialect=self.dialect)).partition("(")[0]
                for kind in (operation.existing_type, operation.modify_type)
                if kind is not None
            )
            if default not in (None, False) and old != new:
                yield _default_change(operation, operation.modify_type, default)

    def _spell_again(self, operation: ops.AlterColumnOp, default: Any) -> None:
        """MySQL has spelled the default by the type that goes; an upgrade is told of the change."""
        has_one = default not in (None, False) and operation.modify_server_default is False
        if has_one and self.database.spells_defaults and _becomes_text(operation):
            operation.modify_server_default = default

    def _default_after(self, operation: ops.AlterColumnOp, *, is_upgrade: bool) -> Any:
        if operation.modify_server_default is not False:
            return operation.modify_server_default
        had = _spoken(operation.existing_server_default)
        if had in (None, False):
            return None
        key = (operation.schema, operation.table_name)
        model = self.models(key, operation.column_name) if is_upgrade else None
        own = None if model is None else of_dialect(model.type, self.dialect)
        fits = own is not None and _same_family(own, operation.modify_type)
        return _spoken(model.server_default) if model is not None and fits else had

    # rows

    def _check_rows(self, key: Key, operation: ops.AlterColumnOp, using: str | None) -> None:
        name, new = operation.column_name, operation.modify_type
        told = said(key, name) in self.answers.casts and self.database.takes_using
        # What somebody has typed may make values fit that would not.
        old = operation.existing_type
        for condition in () if told else misfits(self.database, self.dialect, old, new):
            self._refuse(key, name, condition, type_words(new))
        if using:
            reason = self._reason(key, name, self._as_called_now(key, operation, using), new)
            if reason:
                raise RowsInTheWay(
                    f"Not every value of {said(key, name)} can become {type_words(new)}.",
                    detail=f"  {reason}",
                    hint=_CORRECT,
                )

    def _as_called_now(self, key: Key, operation: ops.AlterColumnOp, using: str) -> str:
        """A conversion under the name that the column has in the database."""
        name, old, new = operation.column_name, operation.existing_type, operation.modify_type
        assert old is not None
        assert new is not None
        compiled = self.rows.column(key, name).compile(dialect=self.dialect)
        there = undoubled(str(compiled), self.dialect)
        if said(key, name) not in self.answers.casts:
            return self.database.conversion(self.rows.connection, there, old, new) or using
        return using.replace(quoted(self.dialect, name), there)

    def _reason(self, key: Key, name: str, using: str, new: TypeEngine[Any] | None) -> str:
        if isinstance(new.item_type if isinstance(new, types.ARRAY) else new, Enum):
            return ""  # its type may not exist yet; the values are compared instead
        if isinstance(new, types.ARRAY) and any(self.database.domains_in(new, self.dialect)):
            return ""  # so it is with a domain, which can't stand there for a moment
        first, words, own = self.database.domain_for_a_moment(new, self.dialect)
        if first:
            using = re.sub(rf'(?<![\w"]){re.escape(words)}(?![\w"])', lambda _: own, using)
        expression: Any = literal_column(using)
        return self.rows.refused(key, name, expression, undoubled(first, self.dialect))

    def _refuse(self, key: Key, name: str, condition: Condition, words: str) -> None:
        count = self.rows.count(key, name, condition)
        if count:
            example = self.rows.example(key, name, condition)
            raise RowsInTheWay(
                f"{count} row{'' if count == 1 else 's'} of {said(key)} would not fit:"
                f" {name} becomes {words}.",
                detail=f"  for example {example!r}",
                hint=_CORRECT,
            )

    def _losses(self, key: Key, operation: ops.AlterColumnOp) -> Iterator[Comment]:
        """Values that are kept but rounded, cut or taken for something else."""
        old, new, name = operation.existing_type, operation.modify_type, operation.column_name
        losses = []
        for condition, verb in alterations(self.database, self.dialect, old, new):
            count = self.rows.count(key, name, condition)
            if count:
                losses.append(counted(count, "value", said(key, name), verb))
        if said(key, name) not in self.answers.casts:
            losses += filter(None, [misread(self.database, self.rows, key, name, old, new)])
        if losses:
            set_loss(operation, "; ".join(losses))
        yield from (Comment(f"{words}.") for words in losses)


_CORRECT = (
    "Correct these rows first, by hand or in a migration before this one.\n"
    "--no-row-check writes the script all the same."
)

_DASHES = ("have dashes no longer", "get dashes, as the application will write them")


def _tables(operations: ops.OpContainer) -> Iterator[ops.ModifyTableOps]:
    return (op for op in operations.ops if isinstance(op, ops.ModifyTableOps))


def _is_converted(operation: ops.MigrateOperation) -> TypeGuard[ops.AlterColumnOp]:
    """Whether a type changes, and nobody has looked after that yet."""
    known = type(operation) in (ops.AlterColumnOp, Redefined, Freed)
    return known and isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None


def _as_it_is(operation: ops.AlterColumnOp) -> Column[Any]:
    """The column before it changes, with all that a statement that says it anew has to say."""
    default: Any = operation.existing_server_default or None
    column: Column[Any] = Column(
        operation.column_name,
        operation.existing_type,
        nullable=operation.existing_nullable is not False,
        comment=operation.existing_comment,
    )
    column.server_default = default
    return column


def _default_change(operation: ops.AlterColumnOp, kind: Any, default: Any) -> Quiet:
    return Quiet.of(
        ops.AlterColumnOp(
            operation.table_name,
            operation.column_name,
            schema=operation.schema,
            existing_type=kind,
            existing_nullable=operation.existing_nullable,
            modify_server_default=default,
        )
    )


def _becomes_text(operation: ops.AlterColumnOp) -> bool:
    """Whether it keeps a default as it is spelled, and did not before."""
    old, new = (
        isinstance(kind, types.String) and not isinstance(kind, Enum)
        for kind in (operation.existing_type, operation.modify_type)
    )
    return new and not old


def _spoken(default: Any) -> Any:
    """A default as one speaks of it: an expression or a counter changes its type with its column,
    and can't be said a second time.
    """
    return None if isinstance(default, Computed | Identity) else default


def _same_family(one: Any, other: Any) -> bool:
    return bool(one._type_affinity is other._type_affinity)
