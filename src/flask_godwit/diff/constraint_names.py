"""A name for every constraint that is added, so that it can be dropped by it.

Where neither the model nor a naming convention gives one, the server would, and the script's
downgrade could not know it: ``op.drop_constraint(None, …)`` fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alembic.operations import ops
from sqlalchemy import Constraint, Dialect
from sqlalchemy.sql.elements import conv
from sqlalchemy.util import md5_hex

from .steps import flat

_KINDS: dict[type[Any], str] = {
    ops.CreateUniqueConstraintOp: "uq",
    ops.CreateForeignKeyOp: "fk",
    ops.CreatePrimaryKeyOp: "pk",
    ops.CreateCheckConstraintOp: "ck",
}


def name_added(
    up: ops.OpContainer, down: ops.OpContainer, dialect: Dialect, *, name_checks: bool
) -> None:
    """Give what is added to tables that stay a name that follows from what it is.

    What has no name in the database, as SQLite allows, is dropped by the one that it would have
    got, which our rebuild understands.

    :param name_checks: whether the models' naming convention forbids CHECKs without a name.
    """
    for operation in flat(up):
        _name(operation, operation, dialect)
    for operation in flat(down):
        if name_checks and isinstance(operation, ops.CreateCheckConstraintOp):
            _name(operation, operation, dialect)
    for operation in (*flat(up), *flat(down)):
        if isinstance(operation, ops.DropConstraintOp):
            _name(operation, operation._reverse, dialect)


def _name(named: Any, made: ops.MigrateOperation | None, dialect: Dialect) -> None:
    kind = _KINDS.get(type(made))
    if kind and not isinstance(named.constraint_name, str):
        named.constraint_name = conv(_made_up(kind, made, dialect))


def _made_up(kind: str, operation: Any, dialect: Dialect) -> str:
    constraint: Constraint = operation.to_constraint()
    words = [kind, str(constraint.table.name), *_columns(kind, operation)]
    name = "_".join(words)
    longest = dialect.max_identifier_length
    if len(name) <= longest:
        return name
    return f"{name[: longest - 6]}_{md5_hex(name)[:5]}"


def _columns(kind: str, operation: Any) -> Iterator[str]:
    if kind == "ck":
        yield md5_hex(str(operation.condition))[:8]
        return
    columns = operation.local_cols if kind == "fk" else operation.columns
    yield from (str(getattr(column, "name", column)) for column in columns)
