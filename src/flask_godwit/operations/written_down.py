"""A backfill as text, and back: what it does must be known when its script may be gone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect, Update, literal_column, text, update
from sqlalchemy.exc import CompileError
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import TableClause

from ..errors import BackfillRefused
from ..journal.entries import decoded, encoded
from .statements import assigned, condition

if TYPE_CHECKING:
    from .backfill import BackfillOp

_ZERO = "0"


def written_down(operation: BackfillOp, table: TableClause, dialect: Dialect) -> str:
    """What a backfill does, as JSON that holds SQL and plain values.

    :raises BackfillRefused: it has something that can't be written down.
    """
    try:
        values = assigned(operation.values, table)
        given = {name: _value(table, name, value, dialect) for name, value in values.items()}
        where = condition(operation.where, table)
        found = "" if where is None else _condition(table, next(iter(given)), where, dialect)
        return json.dumps(
            {
                "values": given,
                "where": found,
                "batch": operation.batch,
                "pause": operation.pause,
                "until": [encoded(value) for value in operation.until],
                "check": operation.check,
            }
        )
    except (CompileError, TypeError, NotImplementedError) as error:
        raise BackfillRefused(
            f"The backfill of {operation.table} can't be written down to be done later: {error}",
            hint='sa.text("…")    says a value as SQL',
        ) from error


def as_asked(definition: str) -> dict[str, Any]:
    """The arguments of the backfill that was :func:`written_down`."""
    found = json.loads(definition)
    return {
        "values": {name: _read(value) for name, value in found["values"].items()},
        "where": text(_plain(found["where"])) if found["where"] else None,
        "batch": found["batch"],
        "pause": found["pause"],
        "until": tuple(decoded(value) for value in found["until"]),
        "check": found["check"],
    }


def _value(table: TableClause, name: str, value: Any, dialect: Dialect) -> dict[str, Any]:
    if isinstance(value, ClauseElement):
        return {"sql": _rest(update(table).values({name: value}), _start(table, name), dialect)}
    if isinstance(value, (list, dict)):
        return {"json": value}
    return {"value": encoded(value)}


def _condition(table: TableClause, name: str, where: Any, dialect: Dialect) -> str:
    return _rest(_start(table, name).where(where), _start(table, name), dialect, " WHERE ")


def _start(table: TableClause, name: str) -> Update:
    return update(table).values({name: literal_column(_ZERO)})


def _rest(whole: Update, start: Update, dialect: Dialect, then: str = "") -> str:
    """What a whole statement has more than its beginning: an expression as it stands in it."""
    known = _compiled(start, dialect)
    known = known + then if then else known.removesuffix(_ZERO)
    text_ = _compiled(whole, dialect)
    if not text_.startswith(known):
        raise CompileError("it takes rows of another table, which only a subquery can do here")
    return text_[len(known) :]


def _compiled(statement: Update, dialect: Dialect) -> str:
    # Otherwise the `%` of some drivers would be doubled, here and once more when it is sent.
    plain = copy(dialect)
    plain.paramstyle, plain.positional = "named", False
    plain.identifier_preparer = plain.preparer(plain)
    return str(statement.compile(dialect=plain, compile_kwargs={"literal_binds": True}))


def _read(value: Mapping[str, Any]) -> Any:
    if "sql" in value:
        return text(_plain(value["sql"]))
    return value["json"] if "json" in value else decoded(value["value"])


def _plain(sql: str) -> str:
    """Text in which SQLAlchemy finds no parameters."""
    return sql.replace(":", "\\:")
