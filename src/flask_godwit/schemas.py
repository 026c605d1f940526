"""Which schemas a comparison looks into where the project does not say: those that are ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData

from .targets import Models, tables_of

IncludeName = Callable[[Any, Any, Any], bool]

_NAMED = re.compile(r"""\bschema\s*=\s*["']([^"']+)["']""")
"""How an operation of a revision file names a schema."""


def only_ours(models: Any, paths: Callable[[], Sequence[str]], include: IncludeName) -> IncludeName:
    """Alembic's ``include_name``, which lets nobody else's schema into a comparison.

    :param models: the MetaData that a database is compared with.
    :param paths: the revision files: what they made is ours too, when no model has it any more.
    """

    @cache
    def ours() -> frozenset[str]:
        return frozenset([*_of_models(models), *_of_files(paths())])

    def included(name: str | None, type_: Any, parents: Any) -> bool:
        if type_ == "schema" and name is not None and name not in ours():
            return False
        return include(name, type_, parents)

    return included


def _of_models(models: Models | None) -> Iterator[str]:
    if models is None:
        return
    yield from (table.schema for table in tables_of(models) if table.schema)
    for metadata in [models] if isinstance(models, MetaData) else models:
        yield from (each.schema for each in metadata._sequences.values() if each.schema)


def _of_files(paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        yield from _NAMED.findall(Path(path).read_text(encoding="utf-8"))
