"""Views, functions and triggers, as a server says them: two databases are compared by these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from textwrap import dedent
from typing import TYPE_CHECKING, Any, NamedTuple

from ..frozen import frozen
from .object_answers import (
    FUNCTION,
    MATERIALIZED_VIEW,
    OF_TABLES,
    POLICY,
    PROCEDURE,
    RULE,
    TRIGGER,
    VIEW,
)
from .written import quoted as quoted

if TYPE_CHECKING:
    pass


_CREATES = re.compile(
    r"""
    \s*CREATE\s+(?P<replace>OR\s+REPLACE\s+)?
    (?:CONSTRAINT\s+|DEFINER\s*=\s*\S+(?:\s*@\s*\S+)?\s+|ALGORITHM\s*=\s*\w+\s+
        |SQL\s+SECURITY\s+\w+\s+|RECURSIVE\s+|AGGREGATE\s+)*
    (?P<kind>MATERIALIZED\s+VIEW|VIEW|FUNCTION|PROCEDURE|TRIGGER)\s+
    (?:IF\s+NOT\s+EXISTS\s+)?
    (?P<name>(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\[[^]]+\]|[\w$]+)
        (?:\s*\.\s*(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\[[^]]+\]|[\w$]+))?)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PART = re.compile(r'"(?:[^"]|"")+"|`(?:[^`]|``)+`|\[[^]]+\]|[\w$]+')
_WORD = re.compile(r"'(?:[^']|'')*'|\"((?:[^\"]|\"\")+)\"|`((?:[^`]|``)+)`|([A-Za-z_][\w$]*)|(\*)")


class ObjectKey(NamedTuple):
    """What tells one from another: ``of`` is a trigger's table or a function's arguments."""

    kind: str
    schema: str | None
    name: str
    of: str = ""

    @property
    def words(self) -> str:
        """``view recent_posts``, ``function touch()``, ``trigger stamp on posts``."""
        name = f"{self.schema}.{self.name}" if self.schema else self.name
        if self.kind in OF_TABLES:
            return f"{self.kind} {name} on {self.of}" if self.of else f"{self.kind} {name}"
        return f"{self.kind} {name}({self.of})" if self.kind in _ROUTINES else f"{self.kind} {name}"


_ROUTINES = (FUNCTION, PROCEDURE)


@frozen
class Use:
    """A table or view that something reads; ``column`` is "" for the whole of it."""

    schema: str | None
    table: str
    column: str = ""


@frozen
class SchemaObject:
    """A view, function or trigger that is in a database.

    ``statement`` makes it again; ``more`` are statements for what stands on it, such as an index
    of a materialized view. ``shape`` may not change where it is replaced in place.
    """

    key: ObjectKey
    definition: str
    statement: str
    more: tuple[str, ...] = ()
    shape: str = ""
    table: str = ""
    """A trigger's table."""
    uses: frozenset[Use] = frozenset()
    """What the server says that it depends on."""
    calls: frozenset[ObjectKey] = frozenset()
    """The functions that it depends on."""
    names: frozenset[str] = frozenset()
    """All names in its text, folded."""
    is_exact: bool = False
    """Whether the server says what it depends on; otherwise its text tells."""
    is_for_tables: bool = False
    """Whether a table needs it, such as a function in a default."""
    signature: str = ""
    """The types of a function's arguments: no two of its name have the same."""

    def takes_place_of(self, other: SchemaObject) -> bool:
        """Whether one can't be made while the other is there, whose arguments have other names."""
        is_known = bool(self.signature)
        return is_known and self.signature == other.signature and self.key[:3] == other.key[:3]

    def same(self, other: SchemaObject) -> bool:
        """Whether both do the same."""
        return (self.definition, self.more) == (other.definition, other.more)

    def reads(self, schema: str | None, table: str, column: str = "") -> bool:
        """Whether it depends on a table, or on one column of it; in doubt it does."""
        if self.is_exact:
            found = {use.column for use in self.uses if (use.schema, use.table) == (schema, table)}
            return bool(found) and (not column or column in found)
        if table.lower() not in self.names:
            return False
        return not column or "*" in self.names or column.lower() in self.names

    def hangs_on(self, other: ObjectKey) -> bool:
        """Whether it can't be without another one."""
        if other == self.key or other.kind in OF_TABLES:
            return False
        if self.is_exact and other.kind in _ROUTINES:
            return other in self.calls
        return self.reads(other.schema, other.name)

    def mentions(self, other: ObjectKey) -> bool:
        """Whether the other one should be there when it is made."""
        return self.hangs_on(other) or (other != self.key and other.name.lower() in self.names)


Objects = Mapping[ObjectKey, SchemaObject]


class Header(NamedTuple):
    """What the first words of a statement say that it makes."""

    kind: str
    schema: str
    name: str
    begin: int
    """Where the name begins."""
    end: int
    replaces: bool


def header(statement: str) -> Header | None:
    """What a statement makes; None where that is no view, function or trigger."""
    found = _CREATES.match(statement)
    if found is None:
        return None
    *schema, name = (unquoted(part) for part in _PART.findall(found["name"]))
    kind = " ".join(found["kind"].lower().split())
    begin, end = found.span("name")
    return Header(kind, "".join(schema), name, begin, end, bool(found["replace"]))


def unquoted(name: str) -> str:
    """A name without its quotes."""
    closing = {'"': '"', "`": "`", "[": "]"}.get(name[:1])
    return name[1:-1].replace(closing * 2, closing) if closing else name


def names_in(text: str) -> frozenset[str]:
    """All words and names of a text, folded; what stands in single quotes is none."""
    found = (group for match in _WORD.findall(text) for group in match if group)
    return frozenset(name.lower() for name in found)


def tidy(text: str) -> str:
    """A text without the margin that it has in a file, and without what can't be seen."""
    first, newline, rest = text.strip("\n").partition("\n")
    if newline and first[:1].strip():
        # The first line stands right behind the quotes.
        return first.rstrip() + "\n" + _lines(dedent(rest)) if rest.strip() else first.strip()
    return _lines(dedent(text)).strip()


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip()


def squeezed(text: str) -> str:
    """A text without its margins and empty lines, which mean nothing."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def view_statement(name: str, definition: str, *, materialized: bool = False) -> str:
    """The statement that makes a view, of its query or of a whole statement.

    :param name: quoted, with its schema.
    """
    if header(definition):
        return definition
    return f"CREATE {'MATERIALIZED ' if materialized else ''}VIEW {name} AS\n{definition}"


def or_replace(statement: str) -> str:
    """``CREATE OR REPLACE``, where a statement says ``CREATE``."""
    found = header(statement)
    if found is None or found.replaces:
        return statement
    return re.sub(r"\s*CREATE\b", "CREATE OR REPLACE", statement, count=1, flags=re.IGNORECASE)


def in_order(
    found: Iterable[SchemaObject], wish: Callable[[ObjectKey], Any] | None = None
) -> list[SchemaObject]:
    """Those that others need come first.

    :param wish: how they are sorted otherwise, if not by kind and name.
    """
    waiting = sorted(found, key=lambda one: (wish or _usual)(one.key))
    done: list[SchemaObject] = []
    while waiting:
        keys = [one.key for one in waiting]
        ready = next(
            (one for one in waiting if not any(one.mentions(key) for key in keys)), waiting[0]
        )
        waiting.remove(ready)
        done.append(ready)
    return done


def _usual(key: ObjectKey) -> tuple[Any, ...]:
    kinds = (FUNCTION, PROCEDURE, VIEW, MATERIALIZED_VIEW, TRIGGER, POLICY, RULE)
    return kinds.index(key.kind), key.schema or "", key.name, key.of


def only_create(statement: str) -> str:
    """``CREATE``, where a statement says ``CREATE OR REPLACE``."""
    found = header(statement)
    if found is None or not found.replaces:
        return statement
    return re.sub(r"\s*CREATE\s+OR\s+REPLACE\b", "CREATE", statement, count=1, flags=re.IGNORECASE)
