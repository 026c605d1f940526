"""All that a database of MySQL or MariaDB holds, as facts in words, to compare two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import reduce

from sqlalchemy import Connection

from ..mysql.column import parsed
from .mysql_facts import NOT_ENFORCED, UNSAID, history_in, of_table
from .mysql_options import options_in

_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")
# Names that the server makes up, and counts on when a constraint comes back.
_NUMBERED = re.compile(r"^CONSTRAINT `(?:[^`]*_(?:ibfk|chk)_\d+|CONSTRAINT_\d+)` ")
_NAMED = re.compile(r"^(?:CONSTRAINT |(?:UNIQUE |FULLTEXT |SPATIAL )?KEY )?`(?:[^`]|``)+`")
_HISTORY = " WITH SYSTEM VERSIONING"
_DEFINER = re.compile(r" DEFINER=\S+@\S+")
_ROUTINES = """
    SELECT lower(routine_type), routine_name, routine_definition
    FROM information_schema.routines WHERE routine_schema = database()
"""
_TRIGGERS = """
    SELECT 'trigger', trigger_name, concat_ws(' ', action_timing, event_manipulation, 'ON',
        event_object_table, action_statement)
    FROM information_schema.triggers WHERE trigger_schema = database()
"""


def inventory(connection: Connection) -> Mapping[str, str]:
    """The schema, as facts by what they are about. The order of columns is none."""
    database = str(connection.exec_driver_sql("SELECT database()").scalar_one())
    found: dict[str, str] = {}
    for name, kind in connection.exec_driver_sql("SHOW FULL TABLES").all():
        quoted = connection.dialect.identifier_preparer.quote_identifier(name)
        created = str(connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted}").one()[1])
        if "VIEW" in kind:
            found[f"view {name}"] = _without(_DEFINER.sub("", created), database)
        else:
            found |= dict(_table(name, created))
    for query in (_ROUTINES, _TRIGGERS):
        for kind, name, definition in connection.exec_driver_sql(query).all():
            found[f"{kind} {name}"] = _without(str(definition), database)
    return found


def _table(table: str, created: str) -> Iterator[tuple[str, str]]:
    *parts, last = created.split("\n)")
    lines = [line.strip().removesuffix(",") for line in "\n)".join(parts).split("\n")[1:]]
    history = history_in(lines)
    yield f"table {table}", " ".join([_COUNTER.sub("", last).strip(), *history])
    options = options_in(last.split("\n")[0])
    ends = [match[0] for line in history if (match := _NAMED.match(line))]
    for plain in lines:
        if plain in history:
            continue
        if plain.startswith("PRIMARY KEY"):  # which ends with the time up to which a row is valid
            plain = reduce(lambda text, name: text.replace(f",{name})", ")"), ends, plain)
        said = _NUMBERED.sub("CONSTRAINT ", plain)
        named = _NAMED.match(said)
        if named is None:
            yield f"{said} of {table}", ""
        elif said.startswith("`"):
            yield f"column {table}.{named[0][1:-1]}", of_table(said[named.end() :].strip(), options)
        else:
            yield f"{named[0]} of {table}", said[named.end() :].strip()


def without_unsaid(key: str, fact: str) -> str:
    """A fact about a column, an index or a CHECK, with what a model can say only."""
    if key.startswith("column "):
        return str(replace(parsed(fact), others=""))
    if key.startswith("table "):
        return fact.partition(_HISTORY)[0]
    return NOT_ENFORCED.sub("", UNSAID.sub("", fact)) if " of " in key else fact


def _without(text: str, database: str) -> str:
    """A text that names no database: two of them are compared."""
    return text.replace(f"`{database}`.", "")
