"""How column types are written into a script: as the application names them, when that runs.

Alembic writes ``repr()`` and imports nothing. For a type of the application's own, that is a
NameError at deploy, or a TypeError where ``repr()`` shows arguments that are not the
constructor's. What is written here was evaluated before.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from functools import partial
from typing import Any

import sqlalchemy
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import _repr_type
from alembic.ddl.impl import _impls
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Dialect, Interval, PickleType
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlalchemy.util import generic_repr, immutabledict

from ..server_types import ServerType, as_written
from . import column_checks, default_texts
from .compare.type_checks import brings_check
from .own_variants import declared
from .variants import keep_variants

_KNOWN = ("sqlalchemy.", "alembic.")


def attach(context: MigrationContext) -> None:
    """Have a context's types written by us, where the project has no way of its own."""
    keep_variants()
    given = context.opts.get("render_item")
    if not isinstance(given, partial):
        context.opts["render_item"] = partial(_render, given)


def _render(given: Any, kind: str, item: Any, context: AutogenContext) -> Any:
    if kind == "type" and declared(item) is not item:
        return _repr_type(declared(item), context)
    theirs = given(kind, item, context) if given else False
    if theirs is False and kind == "column":
        return column_checks.written(item, context)
    if theirs is False and kind == "server_default":
        return default_texts.written(item)
    if theirs is not False or kind != "type":
        return theirs
    item = as_written(item) or item
    module = type(item).__module__
    if item.__visit_name__ == "DOMAIN":
        return _domain(item, context)
    if module.startswith("sqlalchemy.dialects."):
        return _of_a_dialect(item, module.split(".")[2], context)
    if type(item) is Interval:
        return _interval(item, context)
    if type(item) is PickleType:
        return _pickle(item, context)
    is_ours = isinstance(item, ServerType)  # and nothing that a project has a prefix for
    if module.startswith(_KNOWN) or (context.opts.get("user_module_prefix") and not is_ours):
        return False
    return _own(item, module, context)


def _of_a_dialect(item: TypeEngine[Any], name: str, context: AutogenContext) -> str | bool:
    """The type of another database, in a variant: its own rules know what is inside of it."""
    if item._variant_mapping:
        return _with_variants(item, context)
    impl = _impls.get(name)
    if impl is None or isinstance(context.migration_context.impl, impl):
        return False
    written = impl.render_type(object.__new__(impl), item, context)
    if written and context.imports is not None:
        context.imports.add(f"from sqlalchemy.dialects import {name}")
    return written


def _domain(item: Any, context: AutogenContext) -> str | bool:
    """A domain that is there, where Alembic shows what it stands on without its module."""
    if hasattr(context.migration_context.impl, "_render_DOMAIN_type"):
        return False
    if context.imports is not None:
        context.imports.add("from sqlalchemy.dialects import postgresql")
    schema = f", schema={item.schema!r}" if item.schema else ""
    base = _repr_type(item.data_type, context)
    return f"postgresql.DOMAIN({str(item.name)!r}, {base}{schema}, create_type=False)"


def _interval(item: TypeEngine[Any], context: AutogenContext) -> str:
    """Its ``repr()`` keeps its arguments to itself, and they decide what the column is."""
    if item._variant_mapping:
        return _with_variants(item, context)
    return f"{context.opts['sqlalchemy_module_prefix'] or ''}{generic_repr(item)}"


def _pickle(item: PickleType, context: AutogenContext) -> str | bool:
    """Its ``repr()`` shows the arguments of what it is stored in as its own, or leaves it out."""
    if item._variant_mapping:
        return _with_variants(item, context)
    usual = PickleType().impl
    if repr(item.impl) == repr(usual) and not item.impl_instance._variant_mapping:
        return False
    prefix = context.opts["sqlalchemy_module_prefix"] or ""
    return f"{prefix}PickleType(impl={_repr_type(item.impl_instance, context)})"


def _own(item: TypeEngine[Any], module: str, context: AutogenContext) -> str | bool:
    """A type of the application: its constructor, or else what the database sees of it."""
    if item._variant_mapping:
        return _with_variants(item, context)
    for written in _spellings(item):
        if _means(written, item, context.dialect):
            if context.imports is not None:
                context.imports.add(f"import {module}")
            return f"{module}.{written}"
    if isinstance(item, TypeDecorator):
        return _repr_type(item.impl_instance, context)
    return False


def _with_variants(item: TypeEngine[Any], context: AutogenContext) -> str:
    plain = copy(item)
    plain._variant_mapping = immutabledict()
    written = _repr_type(plain, context)
    for name, variant in item._variant_mapping.items():
        written += f".with_variant({_repr_type(variant, context)}, {name!r})"
    return written


def _spellings(item: TypeEngine[Any]) -> Iterator[str]:
    yield repr(item)
    yield generic_repr(item)
    yield f"{type(item).__name__}()"


def _means(written: str, item: TypeEngine[Any], dialect: Dialect | None) -> bool:
    """Whether the text makes a type that this database can't tell from the item."""
    names = {**vars(sqlalchemy), type(item).__name__: type(item)}
    try:
        made = eval(written, names)
        same = made.compile(dialect=dialect) == item.compile(dialect=dialect)
        return bool(same and brings_check(made) == brings_check(item))
    except (SQLAlchemyError, TypeError, ValueError, NameError, SyntaxError, AttributeError):
        return False
