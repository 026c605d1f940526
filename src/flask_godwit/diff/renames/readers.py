"""What reads a column, where the database does not let that be renamed under its eyes.

MySQL renames a column in no CHECK, no index on an expression and no generated column. The first
two are away meanwhile; generated columns are said anew in the statement that renames.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table
from sqlalchemy.sql.elements import conv

from ...dialects.base import Database
from ...dialects.facts import ColumnFacts, TableFacts
from ..compare.indexes import dropped_index
from ..compare.text import literally
from ..names import Key, quoted
from .follow import followers
from .values import Renames, mentions

_EXPRESSION = re.compile(r"[(,]\s*\(")

Blocking = tuple[Any, Any, str]
"""What drops it, what makes it again, and the name that it had."""


class Readers:
    """Generated columns of a table that follow the renames, one at a time."""

    def __init__(
        self, context: AutogenContext, database: Database, renames: Renames, key: Key
    ) -> None:
        self.dialect = context.dialect
        self.key = key
        self.names: dict[str, str] = {}
        self.columns = generated_columns(context, database, renames, key)

    def renamed(self, old: str, new: str) -> tuple[str, str]:
        """The clauses that go with one rename, there and back."""
        before = dict(self.names)
        first = next((name for name, now in before.items() if now == old), old)
        self.names[first] = new
        there, back = self._said(self.names), self._said(before)
        changed = [name for name in self.columns if there[name] != back[name]]
        return (
            "".join(f", MODIFY {self._name(name, before)} {there[name]}" for name in changed),
            "".join(f", MODIFY {self._name(name, self.names)} {back[name]}" for name in changed),
        )

    def _said(self, names: Mapping[str, str]) -> dict[str, str]:
        renames = Renames(columns={self.key: names})
        return {name: self._definition(each, renames) for name, each in self.columns.items()}

    def _definition(self, column: ColumnFacts, renames: Renames) -> str:
        expression = (column.computed or "").partition(" ")[2]
        renamed = renames.new_text(self.key, expression)
        return (column.definition or "").replace(expression, renamed)

    def _name(self, name: str, names: Mapping[str, str]) -> str:
        assert self.dialect is not None
        return quoted(self.dialect, names.get(name, name))


def blocking_readers(
    context: AutogenContext,
    models: Mapping[Key, Table],
    renames: Renames,
    database: Database,
) -> Iterator[Blocking]:
    """CHECKs and indexes that must be away while the columns they mention are renamed."""
    if not database.readers_block_renames:
        return
    following = list(followers(context, models, renames, database))
    known = {(follower.table, follower.old): follower.new for follower in following}
    for key in renames.columns:
        schema, table = renames.old_key(key)
        gone = renames.gone.get(key, ())
        for check in context.inspector.get_check_constraints(table, schema=schema):
            new_text = renames.new_text(key, check["sqltext"])
            name = database.name_after_rename(str(check["name"]), table, key[1])
            if new_text != check["sqltext"] and not mentions(check["sqltext"], gone):
                yield _check(key, check["sqltext"], new_text, name, known.get((key, name), name))
        facts = _facts(context, database, renames, key)
        for name, index in facts.indexes.items() if facts else ():
            new_text = renames.new_text(key, index)
            if new_text != index and _EXPRESSION.search(index) and not mentions(index, gone):
                drop = dropped_index(*key, name, index)
                create = dropped_index(*key, known.get((key, name), name), new_text)._reverse
                yield drop, create, name


def without_detours(
    steps: Sequence[ops.MigrateOperation], upgrade: ops.UpgradeOps
) -> list[ops.MigrateOperation]:
    """The steps without CHECKs and keys that are made again only to be dropped, as they change
    besides.
    """
    return [step for step in steps if not _is_dropped_again(step, upgrade)]


def _is_dropped_again(step: ops.MigrateOperation, upgrade: ops.UpgradeOps) -> bool:
    """Whether a CHECK or key does not stay; then it is left out here, too."""
    if isinstance(step, ops.CreateCheckConstraintOp):
        kind, place = "check", (step.schema, step.table_name, str(step.constraint_name))
    elif isinstance(step, ops.CreateForeignKeyOp):
        schema, kind = step.kw.get("source_schema"), "foreignkey"
        place = (schema, step.source_table, str(step.constraint_name))
    else:
        return False
    for block in (op for op in upgrade.ops if isinstance(op, ops.ModifyTableOps)):
        left = [op for op in block.ops if not _drops(op, kind, place)]
        if len(left) < len(block.ops):
            block.ops = left
            return True
    return False


def _drops(op: ops.MigrateOperation, kind: str, place: tuple[str | None, str, str]) -> bool:
    return (
        isinstance(op, ops.DropConstraintOp)
        and op.constraint_type == kind
        and (op.schema, op.table_name, str(op.constraint_name)) == place
    )


def generated_columns(
    context: AutogenContext, database: Database, renames: Renames, key: Key
) -> dict[str, ColumnFacts]:
    """Those of a table that hold up the renames of others; by their names in the database."""
    facts = _facts(context, database, renames, key)
    columns = facts.columns if facts else {}
    return {name: column for name, column in columns.items() if column.computed}


def _facts(
    context: AutogenContext, database: Database, renames: Renames, key: Key
) -> TableFacts | None:
    if not database.readers_block_renames:
        return None
    assert context.connection is not None
    return database.catalogue().read(context.connection, *renames.old_key(key))


def _check(key: Key, old_text: str, new_text: str, name: str, new_name: str) -> Blocking:
    schema, table = key
    final = conv(name)
    reverse = ops.CreateCheckConstraintOp(final, table, literally(old_text), schema=schema)
    drop = ops.DropConstraintOp(final, table, type_="check", schema=schema, _reverse=reverse)
    create = ops.CreateCheckConstraintOp(conv(new_name), table, literally(new_text), schema=schema)
    return drop, create, name
