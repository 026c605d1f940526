"""How the user's names are written in advice: quoted as the database's SQL and Python want it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import URL
from sqlalchemy.engine import Dialect

from ..dialects.objects import quoted
from ..script_text import literal
from ..sql.action import Action
from ..sql.read import read

OPTIONS = ("onupdate", "ondelete", "deferrable", "initially", "match")
"""What a foreign key is given besides its columns."""

if TYPE_CHECKING:
    from .case import Case


@cache
def _dialect(name: str) -> Dialect:
    return URL.create(name).get_dialect()()


def in_sql(dialect: str, name: str) -> str:
    """A name, or a schema and a name with a dot between them, as it stands in SQL."""
    return quoted(_dialect(dialect), *name.split("."))


def executed(sql: str) -> str:
    """The line of a script that runs a statement."""
    return f"op.execute({sql!r})"


def schema_and_name(name: str) -> tuple[str, str]:
    """A dotted name as its two parts; the schema is "" where none is named."""
    schema, _, short = name.rpartition(".")
    return schema, short


def schema_argument(name: str, argument: str = "schema") -> str:
    """``, schema="…"`` for the arguments of a directive, "" for a table of the default schema."""
    schema, _short = schema_and_name(name)
    return f", {argument}={literal(schema)}" if schema else ""


def schemas(action: Action) -> str:
    """The same for a foreign key, which may lead from one schema into another."""
    source = schema_argument(action.table, "source_schema")
    return source + schema_argument(action.referred[0], "referent_schema")


def added(case: Case) -> str:
    """The line that adds the action's column with its type and nothing else."""
    column = f"{case.in_sql(case.action.name)} {case.action.type}"
    return executed(f"ALTER TABLE {case.table_in_sql} ADD COLUMN {column}")


def validated(case: Case, constraint: str) -> str:
    """The line that tests the rows that are there against a constraint."""
    name = case.in_sql(constraint)
    return executed(f"ALTER TABLE {case.table_in_sql} VALIDATE CONSTRAINT {name}")


def said_alone(case: Case) -> str:
    """The statement as it is sent, "" where it does something else as well."""
    sql = case.sql.strip().rstrip(";").strip()
    return sql if len(read(sql, case.facts.dialect)) == 1 else ""


def instead(sql: str, word: str, other: str) -> str:
    """A statement with something else in the place of the first such word."""
    return re.sub(rf"\b{word}\b", lambda found: other, sql, count=1, flags=re.IGNORECASE)


def constraint_name(case: Case, suffix: str) -> str:
    """A constraint's name; PostgreSQL's own where the script gives none."""
    action = case.action
    _schema, table = schema_and_name(action.table)
    return action.name or "_".join((table, *_used(case), suffix))


def _used(case: Case) -> tuple[str, ...]:
    """The columns in PostgreSQL's name: of a CHECK the one that it is about, if it is one."""
    action = case.action
    if action.kind != "add_check":
        return action.columns
    table = case.facts.table(action.table)
    words = set(re.findall(r"\w+", action.expression))
    found = tuple(name for name in (table.columns if table else ()) if name in words)
    return found if len(found) == 1 else ()


def with_name(case: Case, sql: str, name: str) -> str:
    """A statement that adds a constraint, with its name."""
    if case.action.name:
        return sql
    return instead(sql, "ADD", f"ADD CONSTRAINT {case.in_sql(name)}")


def options(case: Case, *names: str) -> str:
    """Arguments of the script's own directive that its place is given, too."""
    given = getattr(case.operation, "kw", {})
    found = {name: given[name] for name in names if given.get(name) is not None}
    return "".join(f", {name}={literal_of(value)}" for name, value in found.items())


def remote_columns(case: Case) -> list[str]:
    """What a foreign key refers to."""
    found: list[str] = getattr(case.operation, "remote_cols", ["id"])
    return found


def created_foreign_key(case: Case, name: str, more: str = "") -> str:
    """The directive that adds the foreign key.

    :param name: "" where the database finds one.
    :param more: arguments behind the others.
    """
    action = case.action
    referred = literal(schema_and_name(action.referred[0])[1])
    said = f"{schemas(action)}{options(case, *OPTIONS)}{more}"
    return (
        f"op.create_foreign_key({literal(name) if name else None}, {case.table_in_python},"
        f" {referred}, {case.quoted(*action.columns)}, {case.quoted(*remote_columns(case))}{said})"
    )


def literal_of(value: object) -> str:
    """A value in Python."""
    return literal(value) if isinstance(value, str) else repr(value)
