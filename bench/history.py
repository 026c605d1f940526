"""A history of revisions such as `flask db migrate` leaves behind, of any length.

Ten kinds of change take turns, in the shape Flask-Migrate's default template writes them
(batch blocks, since ``render_as_batch`` is on): three of ten create a table, the others work on
one that stands. One of them moves data, and two make SQLite copy a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.models import TABLE_PREFIX

_FILE = '''"""{message}

Revision ID: {revision}
Revises: {previous}
Create Date: 2026-01-01 12:00:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = {revision!r}
down_revision = {previous!r}
branch_labels = None
depends_on = None


def upgrade():
{upgrade}


def downgrade():
{downgrade}
'''

_CREATE = (
    """    op.create_table('{table}',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('price', sa.Numeric(precision=10, scale=2), nullable=True),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['parent_id'], ['{table}.id'], ),
    sa.PrimaryKeyConstraint('id')
    )""",
    "    op.drop_table('{table}')",
)


def _batch(line: str) -> str:
    return f"    with op.batch_alter_table('{{table}}', schema=None) as batch_op:\n        {line}"


_ADD_COLUMN = (
    _batch("batch_op.add_column(sa.Column('c{number}', sa.String(length=50), nullable=True))"),
    _batch("batch_op.drop_column('c{number}')"),
)
_CREATE_INDEX = (
    _batch("batch_op.create_index('ix_{table}_{number}', ['name', 'price'], unique=False)"),
    _batch("batch_op.drop_index('ix_{table}_{number}')"),
)
_WIDEN = (
    _batch(
        "batch_op.alter_column('name', existing_type=sa.String(length=80), "
        "type_=sa.String(length=120), existing_nullable=False)"
    ),
    _batch(
        "batch_op.alter_column('name', existing_type=sa.String(length=120), "
        "type_=sa.String(length=80), existing_nullable=False)"
    ),
)
_NOT_NULL = (
    _batch(
        "batch_op.alter_column('price', existing_type=sa.Numeric(precision=10, scale=2), "
        "nullable=False)"
    ),
    _batch(
        "batch_op.alter_column('price', existing_type=sa.Numeric(precision=10, scale=2), "
        "nullable=True)"
    ),
)
_MOVE_DATA = (
    "    op.execute(\"UPDATE {table} SET name = 'unnamed' WHERE name = ''\")",
    "    pass",
)

#: Each turn: the words for the message, the pair of bodies, whether it makes the next table.
_TURNS = [
    ("create a table", _CREATE, True),
    ("add a column", _ADD_COLUMN, False),
    ("create an index", _CREATE_INDEX, False),
    ("create a table", _CREATE, True),
    ("add a column", _ADD_COLUMN, False),
    ("widen a column", _WIDEN, False),
    ("create a table", _CREATE, True),
    ("move data", _MOVE_DATA, False),
    ("set not null", _NOT_NULL, False),
    ("add a column", _ADD_COLUMN, False),
]


@dataclass(frozen=True)
class Revision:
    """One file of the history."""

    identifier: str
    file_name: str
    source: str


def write_history(versions: Path, revisions: int) -> None:
    """Write that many files into the folder."""
    for revision in _history(revisions):
        (versions / revision.file_name).write_text(revision.source)


def last_revision(revisions: int) -> str:
    """Where a history of that length ends."""
    return _identifier(revisions)


def _history(revisions: int) -> list[Revision]:
    made: list[Revision] = []
    tables = 0
    for number in range(1, revisions + 1):
        message, bodies, creates = _TURNS[(number - 1) % len(_TURNS)]
        tables += creates
        previous = made[-1].identifier if made else None
        table = f"{TABLE_PREFIX}{tables:04}"
        made.append(_revision(number, message, bodies, table=table, previous=previous))
    return made


def _revision(
    number: int, message: str, bodies: tuple[str, str], *, table: str, previous: str | None
) -> Revision:
    identifier = _identifier(number)
    upgrade, downgrade = (body.format(table=table, number=number) for body in bodies)
    source = _FILE.format(
        message=f"{message} {number}",
        revision=identifier,
        previous=previous,
        upgrade=upgrade,
        downgrade=downgrade,
    )
    return Revision(identifier, f"{identifier}_{message.replace(' ', '_')}_{number}.py", source)


def _identifier(number: int) -> str:
    """Twelve hex digits in no order, as Alembic's own are."""
    return f"{number * 0x9E3779B97F4A7C15 % 16**12:012x}"
