"""What the models declare: made on a scratch database, whose server says what came of it.

So it does not matter how they declare it: by a ``View``, by ``DDL`` that listens to
``after_create``, by a function that sends statements.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, MetaData, make_url
from sqlalchemy.event import listen
from sqlalchemy.schema import CreateSchema

from ...dialects import Database, dialect_for
from ...dialects.object_answers import UNDECLARED
from ...dialects.objects import Header, ObjectKey, SchemaObject, header, in_order
from ...dialects.walls import kept_inside, untouched
from ...failure import reason_of
from ...frozen import frozen
from ..compare.text import undoubled
from .declaring import EVENTS, may_declare, schemas_of


@frozen
class Wanted:
    """What the models declare, in the order in which it can be made.

    ``texts`` are the statements as the models have them, where one makes just one thing.
    """

    objects: tuple[SchemaObject, ...] = ()
    texts: dict[ObjectKey, str] | None = None

    def text(self, key: ObjectKey) -> str:
        """The statement that makes it."""
        found = {one.key: one.statement for one in self.objects}
        return (self.texts or {}).get(key, found[key])


_KNOWN: WeakKeyDictionary[MetaData, dict[str, tuple[Any, Wanted]]] = WeakKeyDictionary()
"""What is known already by the server: a proof asks again what a comparison has just asked."""


class NotCompared(Exception):
    """The models can't be created on a scratch database; the message says why."""


def _fingerprint(metadatas: Sequence[MetaData]) -> list[Any]:
    """What is another one after the models were changed."""
    owners = [*metadatas, *(table for metadata in metadatas for table in metadata.tables.values())]
    return [
        (
            owner,
            [id(column) for column in getattr(owner, "columns", ())],
            [list(getattr(owner.dispatch, event)) for event in EVENTS],
        )
        for owner in owners
    ]


def wanted(
    metadatas: Sequence[MetaData], real: Engine, scratch_url: str | None, others: Iterable[Engine]
) -> Wanted:
    """What the models declare.

    :param real: the engine of the database that is compared.
    :param scratch_url: where scratch databases are made instead.
    :param others: engines that nothing may be sent to meanwhile.
    :raises NotCompared: it can't be found out.
    """
    if not may_declare(metadatas):
        return Wanted()
    place = _place(real, scratch_url)
    known = _KNOWN.setdefault(metadatas[0], {})
    models, server = _fingerprint(metadatas), str(place.url.set(database=None))
    if server not in known or known[server][0] != models:
        known[server] = (models, _made(metadatas, place, real, others))
    return known[server][1]


def _made(
    metadatas: Sequence[MetaData], place: Database, real: Engine, others: Iterable[Engine]
) -> Wanted:
    try:
        with ExitStack() as stack:
            engine = stack.enter_context(place.scratch(real))
            place.has_schemas(engine, schemas_of(metadatas))
            stack.enter_context(kept_inside(engine, place, real))
            stack.enter_context(untouched({real, *others}))
            with engine.connect() as connection, _overheard(engine) as statements:
                if place.makes_schemas:
                    _make_schemas(connection, metadatas)
                for metadata in metadatas:
                    metadata.create_all(connection)
                here = dialect_for(engine.url, connection.dialect)
                return _found(connection, here, list(statements))
    except Exception as error:  # what the models send is theirs, and so are its errors
        raise NotCompared(reason_of(error).partition("\n")[0]) from error


def _make_schemas(connection: Connection, metadatas: Sequence[MetaData]) -> None:
    """Those that a script makes: before the first one, no database has them."""
    for schema in sorted(schemas_of(metadatas)):
        connection.execute(CreateSchema(schema, if_not_exists=True))


def _place(real: Engine, scratch_url: str | None) -> Database:
    own = dialect_for(real.url)
    if scratch_url:
        other = dialect_for(make_url(scratch_url))
        return other if other.extra == own.extra else own
    return own


@contextmanager
def _overheard(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent while this lasts; the engine is ours."""
    heard: list[str] = []
    mine = threading.get_ident()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if threading.get_ident() == mine:
            heard.append(statement)

    listen(engine, "before_cursor_execute", note)
    yield heard


def _found(connection: Connection, place: Database, statements: list[str]) -> Wanted:
    """What is there now, each with the statement that made it."""
    said = [undoubled(statement, connection.dialect) for statement in statements]
    heads = [(head, number) for number, text in enumerate(said) if (head := header(text))]
    there = place.objects(connection).values()
    found = in_order(one for one in there if one.key.kind not in UNDECLARED)
    own: dict[ObjectKey, int] = {}
    for one in found:
        made = [number for head, number in heads if _makes(connection, head, one)]
        if len(made) == 1:
            own[one.key] = made[0]
    last = len(statements)
    places = {one.key: number for number, one in enumerate(found)}
    ordered = in_order(found, lambda key: (own.get(key, last), places[key]))
    return Wanted(tuple(ordered), {key: said[number] for key, number in own.items()})


def _makes(connection: Connection, head: Header, one: SchemaObject) -> bool:
    default = connection.dialect.default_schema_name or ""
    return (
        head.kind == one.key.kind
        and head.name.lower() == one.key.name.lower()
        and (head.schema or default) == (one.key.schema or default)
    )
