"""Constraints and indexes that only get another name, as when a naming convention comes later.

Alembic drops and makes them anew, which takes long, and fails where others depend on them; of a
foreign key's name it sees nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import ClauseElement, ForeignKeyConstraint, Table
from sqlalchemy.sql.elements import conv

from ..names import Key, quoted, said
from ..steps import Sql
from .names import final_name
from .sides import sides_of
from .text import alike

_Drop = ops.DropConstraintOp | ops.DropIndexOp
_KINDS: dict[type[Any], str] = {
    ops.CreatePrimaryKeyOp: "pk",
    ops.CreateUniqueConstraintOp: "uq",
    ops.CreateCheckConstraintOp: "ck",
    ops.CreateIndexOp: "ix",
    ops.CreateForeignKeyOp: "fk",
}
_WORDS = {"ix": "index", "ex": "exclusion"}
_NO_ACTION = "NO ACTION"
_SIMPLE = "SIMPLE"


def compare_foreign_key_names(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    found: Table,
    table: Table,
    names: Mapping[tuple[str, ...], str],
) -> Iterator[ops.MigrateOperation]:
    """The operations that give foreign keys the names that the models say, and what NO ACTION is.

    :param names: of those that stand in a column, by columns: they are not reflected.
    """
    for operation in modify.ops:
        _name_dropped_key(operation, names)
    touched = {op.constraint_name for op in modify.ops if isinstance(op, ops.DropConstraintOp)}
    # Alembic adds to a table that was read its keys once more, and knows less of them.
    read = sorted(found.foreign_key_constraints, key=lambda key: bool(key.match))
    there = {_signature(context, key): key for key in read}
    assert context.dialect is not None
    for key in sorted(table.foreign_key_constraints, key=lambda key: list(key.column_keys)):
        actual = there.get(_signature(context, key))
        if actual is None or actual.name in touched - {None}:
            continue
        there_is = (None, actual.name, names.get(tuple(actual.column_keys)))
        name: Any = final_name(context.dialect, key)
        is_same = _unseen(context, key) == _unseen(context, actual)
        if name in there_is and is_same:
            continue
        kind: Any = "foreign_key_constraint"
        if context.run_object_filters(key, name, kind, False, actual):
            drop = ops.DropConstraintOp.from_constraint(actual)
            _name_dropped_key(drop, names)
            yield drop
            create = ops.CreateForeignKeyOp.from_constraint(key)
            create.constraint_name = conv(str(name)) if name else None
            yield create


def _unseen(context: AutogenContext, key: ForeignKeyConstraint) -> tuple[object, ...]:
    """What Alembic does not compare: MATCH, and whether NO ACTION is said, where that is told from
    nothing said.
    """
    database = sides_of(context).database
    match = (key.match or _SIMPLE).upper() if database.keeps_match else ""
    if database.no_action_goes_unsaid:
        return (match,)
    return match, *((option or "").upper() == _NO_ACTION for option in (key.ondelete, key.onupdate))


def _name_dropped_key(operation: Any, names: Mapping[tuple[str, ...], str]) -> None:
    reverse = getattr(operation, "_reverse", None)
    is_drop = isinstance(operation, ops.DropConstraintOp)
    if not is_drop or not isinstance(reverse, ops.CreateForeignKeyOp):
        return
    name = names.get(tuple(map(str, reverse.local_cols)))
    if operation.constraint_name is None and name:
        operation.constraint_name = reverse.constraint_name = conv(name)


def _signature(context: AutogenContext, key: ForeignKeyConstraint) -> tuple[Any, ...]:
    assert context.dialect is not None
    default = context.dialect.default_schema_name
    pairs = []
    for element in key.elements:
        table, _, column = element.target_fullname.rpartition(".")
        schema, _, name = table.rpartition(".")
        pairs.append((element.parent.name, "" if schema == default else schema, name, column))
    options = ((key.ondelete or "").upper(), (key.onupdate or "").upper())
    plain = tuple("" if option == _NO_ACTION else option for option in options)
    return (*sorted(pairs), *plain, bool(key.deferrable), (key.initially or "").upper())


def rename_instead(context: AutogenContext, modify: ops.ModifyTableOps) -> None:
    """Rename what is dropped and made anew under another name, where the database can."""
    drops = [op for op in modify.ops if isinstance(op, _Drop)]
    names = {_name(op) for op in drops}
    for create in [op for op in modify.ops if type(op) in _KINDS]:
        drop = next((each for each in drops if _is_same(each, create)), None)
        if drop is None or _name(create) in names:
            continue
        place, kind = (modify.schema, modify.table_name), _KINDS[type(create)]
        renames = renaming(context, place, kind, str(_name(drop)), str(_name(create)))
        if renames is None:
            continue
        drops.remove(drop)
        # Its name may be given to another one, which comes after that.
        namesakes = [op for op in modify.ops if type(op) in _KINDS and _name(op) == _name(drop)]
        modify.ops.insert(min(map(modify.ops.index, [create, *namesakes])), renames)
        modify.ops.remove(create)
        modify.ops.remove(drop)


def renaming(context: AutogenContext, place: Key, kind: str, before: str, after: str) -> Sql | None:
    """The statement that gives another name, where the database has one."""
    assert context.dialect is not None
    dialect = context.dialect
    table = quoted(dialect, *place)
    old, new = quoted(dialect, before), quoted(dialect, after)
    rename = sides_of(context).database.rename_constraint
    up, down = rename(kind, table, old, new), rename(kind, table, new, old)
    if not up:
        return None
    what = f"{_WORDS.get(kind, 'constraint')} {{}} on {said(place)} -> {{}}"
    sql = Sql(up, down, words=what.format(before, after), back=what.format(after, before))
    sql.named = (kind, place, before, after)
    return sql


def _name(operation: Any) -> Any:
    return getattr(operation, "index_name", None) or getattr(operation, "constraint_name", None)


def _is_same(drop: Any, create: Any) -> bool:
    """Whether what is dropped and what is made differ in nothing but the name."""
    before = drop._reverse
    if not isinstance(_name(drop), str) or not isinstance(_name(create), str):
        return False
    if type(before) is not type(create):
        return False
    one, other = _definition(before), _definition(create)
    return one == other or (len(one) == 1 == len(other) and alike(str(one[0]), str(other[0])))


def _definition(operation: Any) -> tuple[Any, ...]:
    if isinstance(operation, ops.CreateCheckConstraintOp):
        return (str(operation.condition),)
    if isinstance(operation, ops.CreateForeignKeyOp):
        options = {name: value for name, value in operation.kw.items() if value not in (None, "")}
        target = (operation.referent_table, tuple(operation.remote_cols))
        return (tuple(operation.local_cols), *target, repr(sorted(options.items())))
    columns = tuple(str(getattr(column, "name", column)) for column in operation.columns)
    said = {name: _said(value) for name, value in operation.kw.items()}
    unique = bool(getattr(operation, "unique", True))
    return (columns, unique, repr(sorted((name, text) for name, text in said.items() if text)))


def _said(option: Any) -> str:
    """What an option is, with its values where it is an expression."""
    if isinstance(option, ClauseElement):
        return str(option.compile(compile_kwargs={"literal_binds": True}))
    return str(option) if option else ""
