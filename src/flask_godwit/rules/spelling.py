"""How the user's names are written in advice: quoted as the database's SQL and Python want it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import URL
from sqlalchemy.engine import Dialect

from ..dialects.objects import quoted
from ..script_text import literal
from ..sql.action import Action

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
