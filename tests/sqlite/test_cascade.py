"""Rows that refer to a rebuilt table are never touched: two before, two after."""

from __future__ import annotations

import pytest

from tests.databases import Database
from tests.engine.revisions import write_revisions
from tests.sqlite.place import place

FOREIGN_KEYS_ON = """

from sqlalchemy import event

with app.app_context():
    @event.listens_for(db.engine, "connect")
    def _(connection, _record):
        connection.execute("PRAGMA foreign_keys=ON")
"""
FAMILY = """
op.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT, code INT UNIQUE,"
           " boss INT REFERENCES parent (id) ON DELETE CASCADE)")
op.execute("CREATE TABLE child (id INTEGER PRIMARY KEY,"
           " parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE)")
op.execute("INSERT INTO parent VALUES (1, 'a', 1, NULL), (2, 'b', 2, 1)")
op.execute("INSERT INTO child VALUES (1, 1), (2, 2)")
"""
IN_A_BATCH = "with op.batch_alter_table('parent'{}) as batch:\n    batch."
REBUILDS = {
    "type": IN_A_BATCH.format("") + "alter_column('name', type_=sa.String(50))",
    "always": IN_A_BATCH.format(", recreate='always'") + "add_column(sa.Column('x', sa.Integer))",
    "drop unique column": IN_A_BATCH.format("") + "drop_column('code')",
    "drop self reference": IN_A_BATCH.format("")
    + "drop_constraint('fk_parent_boss_parent', type_='foreignkey')",
    "new self reference": IN_A_BATCH.format("")
    + "create_foreign_key('fk', 'parent', ['code'], ['id'], ondelete='CASCADE')",
    "rename and type": IN_A_BATCH.format("")
    + "alter_column('name', new_column_name='title', type_=sa.String(50))",
    "by reflection": IN_A_BATCH.format(", table_kwargs={'sqlite_autoincrement': True}")
    + "alter_column('name', type_=sa.String(50))",
    "outside of a batch": "op.alter_column('parent', 'name', nullable=False)",
    "check": "op.create_check_constraint('ck', 'parent', 'id > 0')",
}


@pytest.mark.parametrize("rebuild", REBUILDS)
def test_children_stay(sqlite_database: Database, make_project, rebuild: str) -> None:
    """With foreign keys on, and ON DELETE CASCADE from two sides."""
    project = make_project(sqlite_database)
    project.write("app.py", project.read("app.py") + FOREIGN_KEYS_ON)
    write_revisions(project, FAMILY, REBUILDS[rebuild])
    project.invoke("db", "upgrade")
    with sqlite_database.engine() as engine, engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM child").all() == [(1, 1), (2, 2)]
        ids = connection.exec_driver_sql("SELECT id FROM parent ORDER BY 1").scalars().all()
        assert ids == [1, 2]


@pytest.mark.parametrize("table", ["parent", "child"])
def test_a_revision_runs_twice_only_where_it_must(
    sqlite_database: Database, make_project, table: str
) -> None:
    """It begins anew without foreign keys where rows refer to the table, else it runs once."""
    project = make_project(sqlite_database)
    project.write("app.py", project.read("app.py") + FOREIGN_KEYS_ON)
    count = "with open('count', 'a') as file:\n    file.write('.')\n"
    change = f"op.alter_column('{table}', 'id', type_=sa.BigInteger())"
    write_revisions(project, FAMILY, count + change)
    project.invoke("db", "upgrade")
    assert project.read("count") == (".." if table == "parent" else ".")


def test_without_a_guard_it_is_refused_or_switched_off() -> None:
    """A connection in a transaction can't switch foreign keys off: then nothing is changed."""
    from flask_godwit import RebuildRefused

    family = [
        line.removeprefix('op.execute("').removesuffix('")')
        for line in FAMILY.replace('"\n           "', "").strip().splitlines()
    ]
    with place(*family, foreign_keys=True) as db:
        before = db.everything()
        db.run("BEGIN")
        with pytest.raises(RebuildRefused, match="other rows refer to it"), db.batch("parent") as t:
            t.alter_column("name", nullable=False)
        assert db.everything() == before
        db.run("ROLLBACK")
        with db.batch("parent") as t:
            t.alter_column("name", nullable=False)
        assert db.rows("SELECT * FROM child") == [(1, 1), (2, 2)]
        assert db.rows("PRAGMA foreign_keys") == [(1,)]


DROPPED = {
    "its children stay": "op.drop_table('parent')\nop.execute('DELETE FROM child')",
    "its children go next": "op.drop_table('parent')\nop.drop_table('child')",
}


@pytest.mark.parametrize("drop", DROPPED)
def test_a_dropped_table_takes_no_rows_along(
    sqlite_database: Database, make_project, drop: str
) -> None:
    """What others refer to may go before them; if they stay, their rows must be looked after."""
    project = make_project(sqlite_database)
    project.write("app.py", project.read("app.py") + FOREIGN_KEYS_ON)
    write_revisions(project, FAMILY, DROPPED[drop])
    project.invoke("db", "upgrade")


def test_rows_that_would_refer_to_a_dropped_table(sqlite_database: Database, make_project) -> None:
    """They would be deleted with it: it is not dropped."""
    project = make_project(sqlite_database)
    project.write("app.py", project.read("app.py") + FOREIGN_KEYS_ON)
    write_revisions(project, FAMILY, "op.drop_table('parent')")
    answer = project.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "2 rows would refer to rows that do not exist (child -> parent)" in answer.stderr
    with sqlite_database.engine() as engine, engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM child").all() == [(1, 1), (2, 2)]
