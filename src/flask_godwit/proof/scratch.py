"""A project whose database is a scratch database, and walls around it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, make_url
from sqlalchemy.event import listen, remove
from sqlalchemy.exc import SQLAlchemyError

from ..dialects import Database, dialect_for
from ..dialects.scratch import reaches_outside
from ..environment import Migrations
from ..errors import NotProvable
from ..failure import reason_of
from ..values import Project, Target

_EVENT = "before_cursor_execute"


class ScratchMigrations(Migrations):
    """Runs without env.py, which would choose the application's own database.

    :param arguments: what that env.py calls revisions with.
    """

    def __init__(
        self, project: Project, flags: Sequence[str], arguments: Mapping[str, Any]
    ) -> None:
        super().__init__(project, flags)
        self.arguments = arguments

    @property
    def has_env(self) -> bool:
        """Never."""
        return False


@contextmanager
def scratch_project(project: Project, target: Target) -> Iterator[Project]:
    """The project, with an empty scratch database in place of one target's.

    :raises NotProvable: none can be made.
    """
    with ExitStack() as stack:
        place = _place(project, target)
        engine = stack.enter_context(_scratch(place, target.engine))
        real = [each.engine for each in project.targets()]
        stack.enter_context(_untouched(real))
        stack.enter_context(_kept_inside(engine, place, target.engine))
        targets = tuple(
            replace(each, engine=engine) if each.bind == target.bind else each
            for each in project.targets()
        )
        yield replace(project, bind=target.bind, targets=lambda: targets)


def _place(project: Project, target: Target) -> Database:
    """The database on whose server the scratch database is made."""
    own = dialect_for(target.engine.url)
    if project.settings.scratch_url:
        other = dialect_for(make_url(project.settings.scratch_url))
        return other if other.extra == own.extra else own
    return own


@contextmanager
def _scratch(place: Database, real: Engine) -> Iterator[Engine]:
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(place.scratch(real))
        except SQLAlchemyError as error:
            raise NotProvable(
                f"no scratch database can be made: {_first_line(error)}",
                hint="Give the user the right to create databases, or set GODWIT_SCRATCH_URL.",
            ) from error
        yield engine


@contextmanager
def _untouched(engines: list[Engine]) -> Iterator[None]:
    """Refuse what a revision sends to the application's own databases, as by ``db.session``."""
    mine = threading.get_ident()

    def refuse(*_: Any) -> None:
        if threading.get_ident() == mine:
            raise NotProvable("it uses the application's own database connection (db.session?)")

    with ExitStack() as stack:
        for engine in engines:
            stack.enter_context(_listening(engine, refuse))
        yield


@contextmanager
def _kept_inside(engine: Engine, place: Database, real: Engine) -> Iterator[None]:
    """Refuse statements that would change more than the scratch database."""
    neighbours = place.neighbours(real)

    def refuse(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if reaches_outside(statement, neighbours):
            short = " ".join(statement.split())[:80]
            raise NotProvable(f"it reaches beyond its own database: {short}")

    with _listening(engine, refuse):
        yield


@contextmanager
def _listening(engine: Engine, function: Callable[..., None]) -> Iterator[None]:
    listen(engine, _EVENT, function)
    try:
        yield
    finally:
        remove(engine, _EVENT, function)


def _first_line(error: Exception) -> str:
    return reason_of(error).partition("\n")[0]
