"""Which databases an application has, whatever object it gave to ``Migrate``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, MetaData

from .dialects import dialect_for
from .errors import SettingsError
from .values import DEFAULT_BIND, Project, Target

DEFAULT_VERSION_TABLE = "alembic_version"
OWN_PREFIX = "godwit_"
"""Begins the names of the tables that we keep for ourselves."""

BACKFILLS_TABLE = f"{OWN_PREFIX}backfills"
"""Where it is noted which backfills revisions left for later."""

Models = MetaData | Sequence[MetaData]


def targets_of(
    db: Any, arguments: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[Target, ...]:
    """The databases of an application, the main one first.

    :param db: what was given to ``Migrate``: a Flask-SQLAlchemy or Flask-SQLAlchemy-Lite
        object, an engine, a pair ``(engine, metadata)``, or any object with ``engine(s)``
        and ``metadata(s)``.
    :param arguments: ``engine``, ``engines``, ``metadata`` and ``metadatas`` of ``Migrate``.
    :param options: Alembic's options; ``version_table`` is used.
    :raises SettingsError: engine or models can't be found in what was given.
    """
    engines = _engines(db, arguments)
    models = _models(db, arguments)
    table = options.get("version_table", DEFAULT_VERSION_TABLE)
    seen: dict[tuple[object, ...], str] = {}
    targets: list[Target] = []
    for bind in sorted(engines, key=lambda bind: bind != DEFAULT_BIND):
        identity = dialect_for(engines[bind].url).identity
        shared = seen.setdefault(identity, bind) != bind
        targets.append(
            Target(
                bind,
                engines[bind],
                models.get(bind, MetaData()),
                # Two binds that are one database must not share a row of versions.
                version_table=f"{table}_{bind}" if shared else None,
                part=_part(bind, [target.part for target in targets]),
            )
        )
    return tuple(targets)


def _part(bind: str, taken: Sequence[str]) -> str:
    """A bind's name as it can stand in a function's, different from those taken."""
    name = re.sub(r"\W", "_", bind)
    while name in taken:
        name += "_"
    return name


def _engines(db: Any, arguments: Mapping[str, Any]) -> dict[str, Engine]:
    for given in (arguments.get("engines"), arguments.get("engine"), db):
        found = dict(_engines_in(given))
        if found:
            return found
    raise SettingsError(
        f"Migrate() got {type(db).__name__!r}, in which no database engine was found.",
        hint="Give it Flask-SQLAlchemy's `db`, or an engine: Migrate(app, engine, metadata=…).",
    )


def _engines_in(given: Any) -> Iterator[tuple[str, Engine]]:
    if isinstance(given, Engine):
        yield DEFAULT_BIND, given
    elif isinstance(given, tuple) and given and isinstance(given[0], Engine):
        yield DEFAULT_BIND, given[0]
    elif isinstance(given, Mapping):
        for key, engine in given.items():
            yield _bind(key), _synchronous(engine)
    elif hasattr(given, "engines"):
        yield from _engines_in(given.engines)
    elif hasattr(given, "engine"):
        yield from _engines_in(given.engine)


def _synchronous(engine: Any) -> Engine:
    if isinstance(engine, Engine):
        return engine
    raise SettingsError(
        f"Migrations need a synchronous engine, not {type(engine).__name__}.",
        hint="Pass one for the same database: Migrate(app, db, engine=create_engine(…)).",
    )


def _models(db: Any, arguments: Mapping[str, Any]) -> dict[str, Models]:
    for given in (arguments.get("metadatas"), arguments.get("metadata")):
        if given is not None:
            return _models_in(given)
    if isinstance(db, tuple) and len(db) == 2:
        return _models_in(db[1])
    for name in ("metadatas", "metadata"):
        if hasattr(db, name):
            return _models_in(getattr(db, name))
    raise SettingsError(
        "Migrate() does not know where the models are.",
        hint="Say it: Migrate(app, db, metadata=Model.metadata).",
    )


def _models_in(given: Any) -> dict[str, Models]:
    if isinstance(given, Mapping):
        return {_bind(key): _metadata(value) for key, value in given.items()}
    return {DEFAULT_BIND: _metadata(given)}


def _metadata(given: Any) -> Models:
    """A MetaData, several of them, or what has one: a declarative base, a registry."""
    if isinstance(given, MetaData):
        return given
    if isinstance(given, Sequence) and all(isinstance(item, MetaData) for item in given):
        return given
    if isinstance(getattr(given, "metadata", None), MetaData):
        return given.metadata  # type: ignore[no-any-return]
    raise SettingsError(f"Migrate(metadata=…) must be SQLAlchemy MetaData, not {given!r}.")


def _bind(key: Any) -> str:
    """Flask-SQLAlchemy calls the main database None, Flask-SQLAlchemy-Lite "default"."""
    return DEFAULT_BIND if key in (None, "default", "") else str(key)


def tables_of(models: Models) -> list[Any]:
    """Every table that the models describe."""
    several = [models] if isinstance(models, MetaData) else models
    return [table for metadata in several for table in metadata.tables.values()]


def selected_targets(project: Project) -> tuple[Target, ...]:
    """The databases that ``--bind`` selects.

    :raises SettingsError: there is no such bind.
    """
    targets = project.targets()
    chosen = tuple(t for t in targets if project.bind in (None, t.bind, t.label))
    if chosen:
        return chosen
    known = ", ".join(target.label for target in targets)
    raise SettingsError(f"There is no bind {project.bind!r}.", hint=f"The binds are: {known}.")


def foreign_tables(targets: Sequence[Target], bind: str) -> frozenset[tuple[str | None, str]]:
    """Schema and name of tables that are in the same database but belong to another bind.

    Their version tables are among them: autogenerate would drop them all.
    """
    mine = [target for target in targets if target.bind == bind]
    others = [target for target in targets if target.bind != bind]
    here = {dialect_for(target.engine.url).identity for target in mine}
    neighbours = [t for t in others if dialect_for(t.engine.url).identity in here]
    own = {(table.schema, table.name) for target in mine for table in tables_of(target.metadata)}
    theirs = {(table.schema, table.name) for t in neighbours for table in tables_of(t.metadata)}
    versions = {(None, t.version_table or DEFAULT_VERSION_TABLE) for t in neighbours}
    return frozenset((theirs - own) | versions)


def is_ours(name: str | None, targets: Sequence[Target]) -> bool:
    """Whether a table of a database is one of ours, and no model is called like that."""
    if name is None or not name.startswith(OWN_PREFIX):
        return False
    return all(name != table.name for target in targets for table in tables_of(target.metadata))
