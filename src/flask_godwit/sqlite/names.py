"""Finding the constraint that a script means, also where the database knows no name for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    Constraint,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import NullType
from sqlalchemy.util import md5_hex

from ..errors import RebuildRefused
from .clauses import Clause
from .spelling import as_written, spelled
from .table_text import TableText
from .tokens import same_name

Convention = Mapping[str, Any]

# The names that people and databases give where nobody said any.
USUAL: tuple[Convention, ...] = (
    {
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s_%(column_0_N_name)s",
    },
    {
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    },
    {
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "pk": "%(table_name)s_pkey",
    },
    {"fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s"},
)
KINDS = {
    "primary": "primary key",
    "unique": "unique constraint",
    "check": "CHECK",
    "foreignkey": "foreign key",
}


def find_constraint(
    table: TableText, name: str | None, kind: str, conventions: Iterable[Convention], label: str
) -> Clause:
    """The constraint called ``name``, of a kind if that is given.

    :raises RebuildRefused: there is none, or more than one could be meant.
    """
    candidates = [c for c in table.constraints if kind in ("", c.kind)]
    unnamed = [clause for clause in candidates if not clause.name]
    found = [clause for clause in candidates if name and same_name(clause.name, name)]
    for convention in conventions:
        found = found or [c for c in unnamed if name and conventional(c, label, convention) == name]
    found = found or [c for c in unnamed if name and name in _names_of_check(c, table, label)]
    if not found and (name is None or kind == "primary"):
        found = unnamed
    if len(found) != 1:
        raise _not_found(candidates, found, name, kind, label)
    return found[0]


def conventional(clause: Clause, table: str, convention: Convention) -> str:
    """The name that a naming convention gives an unnamed constraint; "" if none."""
    metadata = MetaData(naming_convention=dict(convention))
    try:
        constraint = _constraint(clause)
        if constraint is None:
            return ""
        Table(table, metadata, *[Column(n, NullType()) for n in clause.columns], constraint)
        return str(constraint.name) if isinstance(constraint.name, str) else ""
    except (SQLAlchemyError, KeyError, IndexError):
        return ""


def _names_of_check(clause: Clause, table: TableText, label: str) -> set[str]:
    """What a script calls a CHECK without a name, by what it says."""
    if clause.kind != "check":
        return set()
    texts = {as_written(clause.expression), spelled(clause.expression, table, label)}
    return {f"ck_{label}_{md5_hex(text)[:8]}" for text in texts}


def _constraint(clause: Clause) -> Constraint | None:
    if clause.kind == "foreignkey":
        table, columns = clause.referred
        referred = [f"{table}.{column}" for column in columns or ("id",) * len(clause.columns)]
        return ForeignKeyConstraint(clause.columns, referred)
    if clause.kind == "unique":
        return UniqueConstraint(*clause.columns)
    return PrimaryKeyConstraint(*clause.columns) if clause.kind == "primary" else None


def _not_found(
    candidates: list[Clause], found: list[Clause], name: str | None, kind: str, label: str
) -> RebuildRefused:
    what = KINDS.get(kind, "constraint") + (f" {name!r}" if name else " without a name")
    there = "\n".join(f"  {in_words(clause)}" for clause in candidates)
    if len(found) > 1:
        return RebuildRefused(
            f"Table {label!r} has {len(found)} constraints that could be the {what}.",
            hint="Give batch_alter_table() a naming_convention, and drop it by that name.",
            detail=there,
        )
    return RebuildRefused(
        f"Table {label!r} has no {what}.",
        hint="Correct the name in the script." if there else "",
        detail=f"  It has:\n{there}" if there else "",
    )


def in_words(clause: Clause) -> str:
    """Such as "unique constraint uq_name (name)"."""
    name = f" {clause.name}" if clause.name else " without a name"
    if clause.kind == "check":
        return f"CHECK{name}: " + as_written(clause.expression)
    columns = ", ".join(clause.columns)
    refers = f" to {clause.referred[0]}" if clause.kind == "foreignkey" else ""
    return f"{KINDS[clause.kind]}{name} ({columns}){refers}"
