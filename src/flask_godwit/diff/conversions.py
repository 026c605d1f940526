"""What converts the values of a column that gets another type, there and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, Dialect
from sqlalchemy.types import TypeEngine

from ..dialects.base import Database
from ..errors import AnswerNeeded, AnswerWrong
from .answers import Answers
from .literals import neutral
from .names import quoted, said
from .rows import Rows
from .words import type_words

Conversion = tuple[str, str]
"""The expression of a ``USING``, "" where none is needed; and what there is to say of it."""


@dataclass
class Conversions:
    """Finds them for one database."""

    dialect: Dialect
    database: Database
    rows: Rows
    answers: Answers
    used: set[str]

    def there(self, operation: ops.AlterColumnOp) -> Conversion:
        """That of an upgrade.

        :raises AnswerNeeded: none is known.
        :raises AnswerWrong: what somebody has typed can't stand there.
        """
        place, told = _place(operation), self._told(operation)
        if told:
            self._refuse_query(place, told)
            self.used.add(place)
            return told, ""
        using = self._known(operation)
        if using is None:
            old, new = _types(operation)
            raise AnswerNeeded(
                f"{place}: {self.database.name} knows no conversion from"
                f" {type_words(old)} to {type_words(new)}.",
                hint=f'flask db migrate --using "{place}=SQL EXPRESSION"'
                if self.database.takes_using
                else _BY_A_NEW_COLUMN,
            )
        return using, ""

    def back(self, operation: ops.AlterColumnOp) -> Conversion:
        """That of a downgrade, which takes back what somebody has typed."""
        old, new = _types(operation)
        column, told = quoted(self.dialect, operation.column_name), self._told(operation)
        target = new.compile(dialect=self.dialect)
        inverse = self.database.undone(column, told, target) if told else None
        if inverse is not None:
            return inverse, ""
        using = self._known(operation)
        if using is None:
            using = self.database.way_back(self.rows.connection, column, old, new)
        if using is None:
            return self._nothing(operation, target)
        return using, f"{_place(operation)} {_UNLIKE}" if told else ""

    def _refuse_query(self, place: str, told: str) -> None:
        if _QUERY.search(_QUOTED.sub("", told)):
            raise AnswerWrong(
                f'--using "{place}={told}": {self.database.name} allows no SELECT in what converts'
                " a column.",
                hint=f"Call a function that does the SELECT.\n{_BY_A_NEW_COLUMN}",
            )

    def _told(self, operation: ops.AlterColumnOp) -> str | None:
        takes_it = self.database.takes_using
        return self.answers.casts.get(_place(operation)) if takes_it else None

    def _known(self, operation: ops.AlterColumnOp) -> str | None:
        old, new = _types(operation)
        column = quoted(self.dialect, operation.column_name)
        return self.database.conversion(self.rows.connection, column, old, new)

    def _nothing(self, operation: ops.AlterColumnOp, target: str) -> Conversion:
        """Where values can't come back: NULL, or else a value that says nothing."""
        place, name = _place(operation), self.database.name
        if not self.database.takes_using:
            return "", f"{name} can't convert {place} back."
        required = False in (operation.existing_nullable, operation.modify_nullable)
        value = neutral(_column(operation), self.dialect, self.database) if required else None
        nothing = "NULL" if value is None else value.sql
        words = f"{name} can't convert {place} back: each row gets {nothing}."
        return f"{nothing}::{target}", words


_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
_QUERY = re.compile(r"\bSELECT\b", re.IGNORECASE)

_UNLIKE = "comes back as its type does; whether that undoes --using, nobody has looked."

_BY_A_NEW_COLUMN = (
    "Give the new column a name of its own in the model, fill it in a migration,\n"
    "and drop the old one in the next."
)


def _place(operation: ops.AlterColumnOp) -> str:
    return said((operation.schema, operation.table_name), operation.column_name)


def _types(operation: ops.AlterColumnOp) -> tuple[TypeEngine[Any], TypeEngine[Any]]:
    """That of a column before it changes, and after."""
    assert operation.existing_type is not None
    assert operation.modify_type is not None
    return operation.existing_type, operation.modify_type


def _column(operation: ops.AlterColumnOp) -> Column[Any]:
    return Column(operation.column_name, operation.modify_type)
