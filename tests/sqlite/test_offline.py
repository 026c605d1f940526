"""`flask db upgrade --sql` on SQLite: what SQLite has a statement for is written."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from flask_godwit import RebuildRefused
from flask_godwit.dialects import operations


def script(change: Callable[[Any], object]) -> str:
    """What a batch on table t writes."""
    output = StringIO()
    options = {"as_sql": True, "output_buffer": output}
    context = MigrationContext.configure(dialect_name="sqlite", opts=options)
    with operations(context), Operations(context).batch_alter_table("t") as batch:
        change(batch)
    return " ".join(output.getvalue().split())


@pytest.mark.parametrize(
    ("change", "written"),
    [
        (lambda t: t.drop_column("a"), "ALTER TABLE t DROP COLUMN a;"),
        (
            lambda t: t.alter_column("a", new_column_name="Name"),
            'ALTER TABLE t RENAME COLUMN a TO "Name";',
        ),
        (
            lambda t: t.add_column(sa.Column("a", sa.String(5), server_default="x:y%")),
            "ALTER TABLE t ADD COLUMN a VARCHAR(5) DEFAULT 'x:y%';",
        ),
        (
            lambda t: t.add_column(sa.Column("a", sa.Integer, sa.ForeignKey("p.id", name="fk"))),
            "ALTER TABLE t ADD COLUMN a INTEGER CONSTRAINT fk REFERENCES p (id);",
        ),
        (lambda t: t.create_index("ix", ["a"]), "CREATE INDEX ix ON t (a);"),
        (
            lambda t: (t.drop_index("ix"), t.drop_column("a")),
            "DROP INDEX ix; ALTER TABLE t DROP COLUMN a;",
        ),
    ],
)
def test_what_sqlite_can_do_is_written(change: Callable[[Any], object], written: str) -> None:
    """Plain Alembic refuses most of it."""
    assert script(change) == written


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.alter_column("a", nullable=False),
        lambda t: t.alter_column("a", new_column_name="b", type_=sa.Integer()),
        lambda t: t.create_unique_constraint("uq", ["a"]),
        lambda t: t.add_column(sa.Column("a", sa.Integer, unique=True)),
    ],
)
def test_what_needs_a_copy_is_refused(change: Callable[[Any], object]) -> None:
    """A script can't know what is in the table."""
    with pytest.raises(RebuildRefused, match="must be copied") as refused:
        script(change)
    assert "copy_from" in refused.value.hint


def test_outside_of_a_batch_it_is_refused_as_well() -> None:
    """Plain Alembic writes an ALTER COLUMN, which SQLite doesn't know."""
    output = StringIO()
    options = {"as_sql": True, "output_buffer": output}
    context = MigrationContext.configure(dialect_name="sqlite", opts=options)
    with operations(context), pytest.raises(RebuildRefused, match="must be copied"):
        Operations(context).alter_column("t", "a", nullable=False)
    assert not output.getvalue()
