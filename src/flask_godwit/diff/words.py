"""Differences in words: "+ table user", "~ user.email: String(120) -> String(150)".

One function for each of Alembic's operations, found by the operation's class.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch
from textwrap import shorten
from typing import Any

from alembic.operations import ops
from sqlalchemy import ColumnClause, Enum, Numeric, String, types
from sqlalchemy.types import TypeEngine

from ..server_types import ServerType, as_written
from ..values import DEFAULT_BIND, Change
from .compare.key_conflicts import ON_CONFLICT, conflict_words
from .compare.text import said_in
from .detours import Detours, detours_of, place_of, renamings
from .objects.steps import ObjectStep
from .steps import Comment, DropCounted, Irreversible, Nothing, Quiet, Redefined, Sql, flat, loss_of

_Words = Iterator[tuple[str, str, str]]
"""Sign, text and warning of each thing that an operation changes."""


def changes_of(
    operations: ops.OpContainer, bind: str = DEFAULT_BIND, detours: Detours | None = None
) -> tuple[Change, ...]:
    """What a list of operations changes, in order.

    :param bind: the database that they are for.
    :param detours: those of their revision, where they are only a part of that.
    """
    known = detours or detours_of(operations)
    return tuple(
        Change(sign, text, bind, warning)
        for operation in flat(operations)
        for sign, text, warning in _named_as_known(operation, known)
    )


def _named_as_known(operation: Any, detours: Detours) -> _Words:
    """The words of an operation, in names that somebody knows. A statement is said as it is."""
    if any(map(detours.hides, renamings([operation]))):
        return
    for sign, text, warning in _describe(operation):
        if type(operation) is not ops.ExecuteSQLOp:
            place = place_of(operation)
            text, warning = (detours.in_words(each, place) for each in (text, warning))
        yield sign, text, warning


_AS_IN_INDEX = {"include_table": False, "literal_binds": True}


@singledispatch
def _describe(operation: Any) -> _Words:
    """An operation that we don't know: its own words, or its name in a script."""
    if words := getattr(operation, "words", ""):
        yield "~", words, ""
        return
    name = type(operation).__name__.removesuffix("Op")
    yield "~", "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip(), ""


@_describe.register
def _(operation: ObjectStep) -> _Words:
    if operation.sign:
        yield operation.sign, operation.text, ""


@_describe.register
def _(operation: ops.CreateTableOp) -> _Words:
    yield "+", f"table {_table(operation.table_name, operation.schema)}", ""


@_describe.register
def _(operation: ops.DropTableOp) -> _Words:
    table = _table(operation.table_name, operation.schema)
    yield "-", f"table {table}", loss_of(operation, "its rows are lost")


@_describe.register
def _(operation: ops.RenameTableOp) -> _Words:
    old = _table(operation.table_name, operation.schema)
    yield "~", f"table {old} -> {operation.new_table_name}", ""


@_describe.register
def _(operation: ops.AddColumnOp) -> _Words:
    column = operation.column
    table = _table(operation.table_name, operation.schema)
    needed = "" if column.nullable else " NOT NULL"
    yield "+", f"column {table}.{column.name}: {type_words(column.type)}{needed}", ""


@_describe.register
def _(operation: ops.DropColumnOp) -> _Words:
    table = _table(operation.table_name, operation.schema)
    loss = loss_of(operation, "its values are lost")
    yield "-", f"column {table}.{operation.column_name}", loss


@_describe.register
def _(operation: DropCounted) -> _Words:
    yield from _describe.dispatch(ops.DropColumnOp)(operation)
    if operation.words:
        yield "~", operation.words, ""


@_describe.register
def _(operation: ops.AlterColumnOp) -> _Words:
    column = f"{_table(operation.table_name, operation.schema)}.{operation.column_name}"
    if operation.modify_name is not None:
        yield "~", f"column {column} -> {operation.modify_name}", ""
    if operation.modify_type is not None:
        old, new = operation.existing_type, operation.modify_type
        text = f"{column}: {' -> '.join(_both_types(old, new))}"
        yield "~", text, loss_of(operation) or _narrowing(old, new, column)
    if operation.modify_nullable is not None:
        yield "~", f"{column}: {'NULL allowed' if operation.modify_nullable else 'NOT NULL'}", ""
    if operation.modify_server_default is not False:
        default = _default_words(operation.modify_server_default)
        before, after = operation.existing_server_default, operation.modify_server_default
        update = "" if _update_in(after) else _update_in(before)
        yield "~", f"{column}: {default}{f', no longer {update}' if update else ''}", ""
    for option, what in ON_CONFLICT.items():
        if option in operation.kw:
            yield "~", f"{column}: {conflict_words(what, operation.kw[option])}", ""
    if operation.modify_comment is not False:
        yield "~", f"{column}: comment {operation.modify_comment!r}", ""


@_describe.register
def _(operation: Redefined) -> _Words:
    yield from _describe.dispatch(ops.AlterColumnOp)(operation)
    column = f"{_table(operation.table_name, operation.schema)}.{operation.column_name}"
    if operation.check != operation.old_check:
        yield "~", f"{column}: {f'check {operation.check}' if operation.check else 'no check'}", ""
    if operation.computed != operation.old_computed:
        said = f"computed {operation.computed}" if operation.computed else "no longer computed"
        loss = "" if operation.old_computed else loss_of(operation, "its values are lost")
        yield "~", f"{column}: {said}", loss


@_describe.register
def _(operation: ops.CreateIndexOp) -> _Words:
    columns = ", ".join(_element(column) for column in operation.columns)
    unique = "unique index" if operation.unique else "index"
    table = _table(operation.table_name, operation.schema)
    yield "+", f"{unique}{_named(operation.index_name)} on {table} ({columns})", ""


@_describe.register
def _(operation: ops.DropIndexOp) -> _Words:
    where = f" on {_table(operation.table_name, operation.schema)}" if operation.table_name else ""
    yield "-", f"index{_named(operation.index_name)}{where}", ""


@_describe.register
def _(operation: ops.CreateUniqueConstraintOp) -> _Words:
    columns = ", ".join(str(column) for column in operation.columns)
    table = _table(operation.table_name, operation.schema)
    yield "+", f"unique constraint{_named(operation.constraint_name)} on {table} ({columns})", ""


@_describe.register
def _(operation: ops.CreateForeignKeyOp) -> _Words:
    source = _table(operation.source_table, operation.kw.get("source_schema"))
    target = _table(operation.referent_table, operation.kw.get("referent_schema"))
    columns, remote = ", ".join(operation.local_cols), ", ".join(operation.remote_cols)
    yield "+", f"foreign key {source} ({columns}) -> {target} ({remote})", ""


@_describe.register
def _(operation: ops.CreateCheckConstraintOp) -> _Words:
    table = _table(operation.table_name, operation.schema)
    yield "+", f"check{_named(operation.constraint_name)} on {table}", ""


@_describe.register
def _(operation: ops.CreatePrimaryKeyOp) -> _Words:
    columns = ", ".join(str(column) for column in operation.columns)
    yield "+", f"primary key on {_table(operation.table_name, operation.schema)} ({columns})", ""


@_describe.register
def _(operation: ops.DropConstraintOp) -> _Words:
    kind = {"foreignkey": "foreign key", "unique": "unique constraint", "primary": "primary key"}
    word = kind.get(operation.constraint_type or "", operation.constraint_type or "constraint")
    table = _table(operation.table_name, operation.schema)
    yield "-", f"{word}{_named(operation.constraint_name)} on {table}", ""


@_describe.register
def _(operation: ops.CreateTableCommentOp) -> _Words:
    table = _table(operation.table_name, operation.schema)
    yield "~", f"table {table}: comment {operation.comment!r}", ""


@_describe.register
def _(operation: ops.DropTableCommentOp) -> _Words:
    yield "~", f"table {_table(operation.table_name, operation.schema)}: no comment", ""


@_describe.register
def _(operation: ops.ExecuteSQLOp) -> _Words:
    yield "~", shorten(f"execute {operation.sqltext}", 72, placeholder=" …"), ""


@_describe.register
def _(operation: Sql) -> _Words:
    if operation.words:
        yield "~", operation.words, ""


@_describe.register(Comment)
@_describe.register(Irreversible)
@_describe.register(Nothing)
@_describe.register(Quiet)
def _(_operation: Comment | Irreversible | Nothing | Quiet) -> _Words:
    yield from ()


def type_words(type_: TypeEngine[Any] | None) -> str:
    """A column type as it is written in a model: ``String(120)``, ``Numeric(10, 2)``."""
    if type_ is None:
        return "?"
    generic = as_written(type_) or _generic(type_)
    if isinstance(generic, Enum):
        return f"Enum({', '.join(repr(value) for value in generic.enums)})"
    if isinstance(generic, String):
        return _with_arguments(generic, generic.length)
    if isinstance(generic, ServerType):
        return generic.words
    if isinstance(generic, Numeric) and generic.precision is not None:
        return _with_arguments(generic, generic.precision, generic.scale)
    return repr(generic)


def _both_types(old: TypeEngine[Any] | None, new: TypeEngine[Any] | None) -> tuple[str, str]:
    """Two types, in the database's own words where a model's are the same: JSON -> JSONB."""
    before, after = type_words(old), type_words(new)
    if before != after:
        return before, after
    one, other = (f"{type(each).__name__}()" for each in (old, new))
    return (one, other) if one != other else (repr(old), repr(new))


def _generic(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """A reflected VARCHAR is the model's String; a type of one database only stays."""
    if isinstance(type_, types.TypeDecorator):
        return type_  # the application's own name for it says more
    try:
        return type_.as_generic()
    except NotImplementedError:
        return type_


def _with_arguments(type_: TypeEngine[Any], *arguments: int | None) -> str:
    given = ", ".join(str(argument) for argument in arguments if argument is not None)
    name = type(type_).__name__
    return f"{name}({given})" if given else name


def _narrowing(old: TypeEngine[Any] | None, new: Any, column: str) -> str:
    """What no longer fits, in the words that Alembic logs for the change."""
    if not (isinstance(old, types.String) and isinstance(new, types.String)):
        return ""
    if new.length is None or (old.length is not None and new.length >= old.length):
        return ""
    return (
        f"Detected type change from {old!r} to {new!r} on '{column}':"
        f" values longer than {new.length} characters no longer fit"
    )


def _default_words(default: Any) -> str:
    if default is None:
        return "no server default"
    argument = getattr(default, "arg", default)
    return f"server default {said_in(argument) or argument}"


def _update_in(default: Any) -> str:
    """What a column of MySQL gets when its row changes, which SQLAlchemy has for a default."""
    argument = getattr(default, "arg", default)
    text = said_in(argument) or str(argument)
    at = text.upper().find("ON UPDATE ")
    return text[at:] if at >= 0 else ""


def _table(name: str, schema: str | None = None) -> str:
    return f"{schema}.{name}" if schema else name


def _element(part: Any) -> str:
    """A column of an index by its name, an expression as SQL."""
    if isinstance(part, str | ColumnClause):
        return str(getattr(part, "name", part))
    said = said_in(part) or part.compile(compile_kwargs=_AS_IN_INDEX)
    return shorten(str(said), 72, placeholder=" …")


def _named(name: Any) -> str:
    return f" {name}" if name else ""
