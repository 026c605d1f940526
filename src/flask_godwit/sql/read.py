"""What a text does: the statements in it, and the clauses of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from .action import OPAQUE, Action
from .alter import alter_table
from .column import column
from .constraint import constraint
from .cursor import Cursor
from .demands import demands
from .filled import filled
from .words import words_of

_READ_ONLY = ("SELECT", "SHOW", "EXPLAIN", "PRAGMA", "VALUES", "DESCRIBE", "USE", "RESET")
_CONTROL = ("BEGIN", "START", "COMMIT", "ROLLBACK", "END", "SAVEPOINT", "RELEASE", "ABORT")


@lru_cache(maxsize=4096)  # a plan asks for each statement a few times
def read(sql: str, dialect: str) -> tuple[Action, ...]:
    """What the statements of a text do, in order; :data:`OPAQUE` for what can't be read.

    :param dialect: ``sqlite``, ``postgresql``, ``mysql`` or ``mariadb``.
    """
    words = words_of(sql, dialect)
    if words is None:
        return (OPAQUE,)
    whole = Cursor(sql, words)
    parts = [whole] if _has_body(whole) else whole.split(";")
    return tuple(action for part in parts for action in _statement(part))


def _has_body(cursor: Cursor) -> bool:
    """Whether it makes a routine, in which there may be semicolons."""
    kinds = ("TRIGGER", "PROCEDURE", "FUNCTION", "EVENT")
    return cursor.peek() == "CREATE" and any(word.plain in kinds for word in cursor.words[:8])


def _statement(cursor: Cursor) -> list[Action]:
    first = cursor.peek()
    if first in _READ_ONLY or first in _CONTROL:
        return [Action("control" if first in _CONTROL else "read")]
    cursor.text()
    if first == "WITH":
        return [_with(cursor)]
    reader = _STATEMENTS.get(first)
    return list(reader(cursor)) if reader else [OPAQUE]


def _with(cursor: Cursor) -> Action:
    for kind in ("INSERT", "UPDATE", "DELETE"):
        if cursor.has(kind):
            cursor.seek(kind)
            return next(_STATEMENTS[kind](cursor))
    changes = {"INSERT", "UPDATE", "DELETE"} & {word.plain for word in cursor.words}
    return OPAQUE if changes else Action("read")


def _create(cursor: Cursor) -> Iterator[Action]:
    traits = {word for word in ("unique", "temporary") if cursor.has(word.upper())}
    cursor.take("OR", "REPLACE")
    while word := cursor.take_any(
        "UNIQUE", "TEMPORARY", "TEMP", "UNLOGGED", "LOCAL", "GLOBAL", "CONSTRAINT"
    ):
        traits.add({"TEMP": "temporary"}.get(word, word.lower()))
    what = cursor.take_any("TABLE", "INDEX", "MATERIALIZED VIEW", "VIEW", "TYPE", "TRIGGER")
    if cursor.take_any("FULLTEXT INDEX", "SPATIAL INDEX"):
        what, traits = "INDEX", {"fulltext"}
    if what == "TABLE":
        yield from _create_table(cursor, traits)
    elif what == "INDEX":
        yield _create_index(cursor, traits)
    elif what == "TRIGGER":
        name = cursor.name()
        yield Action("create_trigger", cursor.name() if cursor.seek("ON") else "", name)
    elif what:
        cursor.take("IF", "NOT", "EXISTS")
        yield Action(f"create_{what.lower().replace(' ', '_')}", name=cursor.name())
    else:
        yield Action("create_other", expression=cursor.peek().lower())


def _create_table(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    cursor.take("IF", "NOT", "EXISTS")
    table = cursor.name()
    parent = cursor.name() if cursor.take("PARTITION", "OF") else ""
    if cursor.has("AS"):
        traits = traits | {"as"}
    inner = _inner(cursor)
    found = [constraint(table, part) or column("add_column", table, part) for part in inner]
    referred = tuple(dict.fromkeys(name for one in found for name in one.referred))
    yield Action(
        "create_table",
        table,
        traits=frozenset(traits),
        columns=tuple(one.name for one in found if one.kind == "add_column"),
        expression=parent,
        referred=referred,
        parts=tuple(found),
    )


def _inner(cursor: Cursor) -> list[Cursor]:
    if cursor.peek() != "(":
        return []
    first = cursor.at + 1
    cursor.group()
    return Cursor(cursor.sql, cursor.words[first : cursor.at - 1]).split()


def _create_index(cursor: Cursor, traits: set[str]) -> Action:
    if cursor.take("CONCURRENTLY"):
        traits.add("concurrently")
    if cursor.take("IF", "NOT", "EXISTS"):
        traits.add("if not exists")
    name = "" if cursor.peek() == "ON" else cursor.name()
    cursor.seek("ON")
    cursor.take("ONLY")
    table = cursor.name()
    cursor.until("(")
    columns = cursor.names()
    if any(column.startswith("(") for column in columns):
        traits.add("expression")
    traits |= demands(cursor)
    condition = cursor.until() if cursor.seek("WHERE") else ""
    return Action("create_index", table, name, frozenset(traits), columns, expression=condition)


def _drop(cursor: Cursor) -> Iterator[Action]:
    cursor.take("TEMPORARY")
    what = cursor.take_any(
        "TABLE", "INDEX", "MATERIALIZED VIEW", "VIEW", "TYPE", "TRIGGER", "SCHEMA", "DATABASE"
    )
    traits = {"concurrently"} if cursor.take("CONCURRENTLY") else set()
    if cursor.take("IF", "EXISTS"):
        traits.add("if exists")
    if cursor.has("CASCADE"):
        traits.add("cascade")
    if not what:
        yield Action("drop_other", expression=cursor.peek().lower())
        return
    kind = f"drop_{what.lower().replace(' ', '_')}"
    for part in cursor.split():
        name = part.name()
        on = part.name() if part.seek("ON") else ""
        traits |= demands(part)
        if kind == "drop_table":
            yield Action(kind, name, traits=frozenset(traits))
        else:
            yield Action(kind, on, name, frozenset(traits))


def _alter(cursor: Cursor) -> Iterator[Action]:
    cursor.take_any("ONLINE", "IGNORE")
    if cursor.take("TABLE"):
        yield from alter_table(cursor)
    elif cursor.take("TYPE"):
        yield _alter_type(cursor)
    elif cursor.take("INDEX"):
        cursor.take("IF", "EXISTS")
        name = cursor.name()
        renamed = cursor.take("RENAME", "TO")
        yield Action("rename_index" if renamed else "alter_index", name=name)
    elif cursor.take("SEQUENCE"):
        cursor.take("IF", "EXISTS")
        name = cursor.name()
        new = cursor.name() if cursor.take("RENAME", "TO") else ""
        yield Action("alter_sequence", name=name, expression=new)
    elif cursor.take("DOMAIN"):
        name = cursor.name()
        adds = "not valid" if cursor.has("NOT", "VALID") else "validated"
        traits = frozenset({adds}) if cursor.take("ADD") else frozenset()
        yield Action("alter_domain", name=name, traits=traits)
    elif cursor.take("SCHEMA") and cursor.has("RENAME", "TO"):
        name = cursor.name()
        cursor.take("RENAME", "TO")
        yield Action("rename_schema", name=name, expression=cursor.name())
    else:
        yield Action("alter_other", expression=cursor.peek().lower())


def _alter_type(cursor: Cursor) -> Action:
    name = cursor.name()
    if cursor.take("ADD", "VALUE"):
        cursor.take("IF", "NOT", "EXISTS")
        return Action("add_enum_value", name=name, expression=cursor.text())
    if cursor.take("RENAME", "VALUE"):
        return Action("rename_enum_value", name=name, expression=cursor.text())
    return Action("alter_type_other", name=name)


def _rename(cursor: Cursor) -> Iterator[Action]:
    cursor.take("TABLE")
    for part in cursor.split():
        old = part.name()
        part.take("TO")
        yield Action("rename_table", old, expression=part.name())


def _truncate(cursor: Cursor) -> Iterator[Action]:
    cursor.take("TABLE")
    traits = frozenset({"cascade"}) if cursor.has("CASCADE") else frozenset()
    for part in cursor.split():
        part.take("ONLY")
        yield Action("truncate", part.name(), traits=traits)


def _insert(cursor: Cursor) -> Iterator[Action]:
    cursor.take_any("OR REPLACE", "OR IGNORE", "IGNORE")
    cursor.take("INTO")
    table = cursor.name()
    cursor.names()
    selects = cursor.has("SELECT") or cursor.has("WITH")
    yield Action("insert", table, traits=frozenset({"select"}) if selects else frozenset())


def _update(cursor: Cursor) -> Iterator[Action]:
    cursor.take("ONLY")
    again = Cursor(cursor.sql, cursor.words[cursor.at :])
    again.name()
    yield replace(_changed("update", cursor), columns=filled(again))


def _delete(cursor: Cursor) -> Iterator[Action]:
    cursor.take("FROM")
    cursor.take("ONLY")
    yield _changed("delete", cursor)


def _changed(kind: str, cursor: Cursor) -> Action:
    table = cursor.name()
    condition = cursor.until("RETURNING", ";", "LIMIT") if cursor.seek("WHERE") else ""
    traits = frozenset({"where"}) if condition else frozenset()
    return Action(kind, table, traits=traits, expression=condition)


def _comment(cursor: Cursor) -> Iterator[Action]:
    cursor.take("ON")
    what = cursor.take_any("TABLE", "COLUMN")
    name = cursor.name()
    table = name.rpartition(".")[0] if what == "COLUMN" else name if what else ""
    yield Action("comment", table, name)


_MAINTAINED = (
    *("FULL", "VERBOSE", "ANALYZE", "CONCURRENTLY"),
    *("TABLE", "INDEX", "MATERIALIZED VIEW", "SCHEMA", "DATABASE", "SYSTEM"),
)


def _maintain(kind: str) -> Callable[[Cursor], Iterator[Action]]:
    def reader(cursor: Cursor) -> Iterator[Action]:
        full = cursor.has("FULL")
        traits = frozenset({"concurrently"}) if cursor.has("CONCURRENTLY") else frozenset()
        while cursor.take_any(*_MAINTAINED) or (cursor.peek() == "(" and cursor.group()):
            pass
        yield Action("rebuild" if full else kind, cursor.name(), traits=traits)

    return reader


def _lock(cursor: Cursor) -> Iterator[Action]:
    cursor.take_any("TABLES", "TABLE")
    for part in cursor.split():
        part.take("ONLY")
        yield Action("lock_table", part.name(), expression=part.until())


_STATEMENTS: dict[str, Callable[[Cursor], Iterator[Action]]] = {
    "CREATE": _create,
    "DROP": _drop,
    "ALTER": _alter,
    "RENAME": _rename,
    "TRUNCATE": _truncate,
    "INSERT": _insert,
    "REPLACE": _insert,
    "UPDATE": _update,
    "DELETE": _delete,
    "COMMENT": _comment,
    "CLUSTER": _maintain("rebuild"),
    "OPTIMIZE": _maintain("rebuild"),
    "VACUUM": _maintain("vacuum"),
    "ANALYZE": _maintain("analyze"),
    "REINDEX": _maintain("reindex"),
    "REFRESH": _maintain("refresh"),
    "SET": lambda cursor: iter((Action("set", expression=cursor.until().lower()),)),
    "LOCK": _lock,
    "GRANT": lambda cursor: iter((Action("grant"),)),
    "REVOKE": lambda cursor: iter((Action("grant"),)),
}
