"""``op.tables`` gives tables as they are when a revision runs."""

from __future__ import annotations

from tests.databases import Database
from tests.engine.revisions import write_revision, write_revisions
from tests.operations.test_backfill import rows
from tests.projects import Project

FIRST = """
op.create_table("users", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.String(50)))
op.create_table("my-table", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id")))
op.bulk_insert(op.tables.users, [{"id": n, "name": f"N{n}"} for n in range(1, 6)])
"""
SECOND = """
users = op.tables.users
assert op.tables.users is users
assert "level" not in users.c
op.add_column("users", sa.Column("level", sa.Integer))
users = op.tables.users
op.execute(users.update().where(users.c.id < 3).values(level=7))
op.backfill("users", {users.c.level: users.c.id * 10}, users.c.level.is_(None), batch=2)
with op.batch_alter_table("users") as batch:
    batch.alter_column("name", new_column_name="title", existing_type=sa.String(50))
assert "title" in op.tables.users.c
op.execute(op.tables["my-table"].insert().values(id=1, user_id=3))
joined = op.tables.users.join(op.tables["my-table"])
(title,) = op.get_bind().execute(sa.select(op.tables.users.c.title).select_from(joined)).one()
op.execute(op.tables("users").update().values(title=title))
"""


def test_as_they_are(project: Project, database: Database) -> None:
    """Before and after each change; in expressions, in joins, for a backfill."""
    write_revisions(project, FIRST, SECOND)
    project.invoke("db", "upgrade")
    found = rows(database, "SELECT title, level FROM users ORDER BY id")
    assert found == [("N3", level) for level in (7, 7, 30, 40, 50)]


def test_what_is_not_there(project: Project, database: Database) -> None:
    """A table that does not exist, or no database at all, is said in words."""
    write_revisions(project, FIRST, "op.tables.nobody")
    answer = project.invoke("db", "upgrade", check=False)
    assert "There is no table 'nobody' in the database at this revision." in answer.stderr
    write_revision(project, 2, "op.tables.users")
    answer = project.invoke("db", "upgrade", "--sql", "r1:r2", check=False)
    assert 'sa.table("users", sa.column("id"), …)' in answer.stderr
