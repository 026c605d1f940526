"""A revision that fails: where, why, what was done before, and where the database is."""

from __future__ import annotations

import pytest

import flask_godwit
from flask_godwit import MigrationFailed

from .apps import Shop

TABLE = "op.create_table('{0}', sa.Column('id', sa.Integer, primary_key=True))"


@pytest.fixture
def made(shop, database) -> Shop:
    """A good revision, on each database; `bad` is to follow."""
    one = shop(url=database.url)
    one.revision("good", None, TABLE.format("first"), downgrade="op.drop_table('first')")
    return one


def line_of(shop: Shop, name: str, text: str) -> int:
    lines = (shop.versions / f"{name}.py").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


class TestEachDatabase:
    def test_refused_statement(self, made, database):
        """The file and line, the statement, what was finished, where the database is."""
        made.revision("bad", "good", "op.execute('INSERT INTO nothing VALUES (1)')")
        answer = made.run("upgrade")
        assert answer.exit_code == 1
        place = f"migrations/versions/bad.py:{line_of(made, 'bad', 'nothing')}"
        for expected in (
            "Error: The upgrade of revision bad failed: ",
            f"in {place}",
            "statement: INSERT INTO nothing VALUES (1)",
            "finished before it in this run: good",
            "the database is at: good",
            "flask db upgrade",
        ):
            assert expected in answer.stderr
        assert "upgrade good, the message of good" in answer.stdout
        assert made.tables() == {"first"}

    def test_python_error(self, made):
        """A Python error has its type, its message and its line, no statement."""
        made.revision("bad", "good", "numbers = []\nnumbers[3]")
        answer = made.run("upgrade")
        assert answer.exit_code == 1
        assert "IndexError: list index out of range" in answer.stderr
        assert f"bad.py:{line_of(made, 'bad', 'numbers[3]')}" in answer.stderr
        assert "statement:" not in answer.stderr

    def test_no_downgrade_function(self, made):
        """A script without `downgrade()` is named, before anything is reverted."""
        made.revision("bad", "good", downgrade=None)
        made.ok("upgrade")
        answer = made.run("downgrade")
        assert answer.exit_code == 1
        assert "Error: migrations/versions/bad.py has no downgrade() function" in answer.stderr
        assert made.rows("SELECT version_num FROM alembic_version") == [("bad",)]

    def test_correct_it_and_go_on(self, made):
        """After the script is corrected, `upgrade` goes on where it stopped."""
        made.revision("bad", "good", "op.execute('SELECT nonsense FROM first')")
        assert made.run("upgrade").exit_code == 1
        made.revision("bad", "good", TABLE.format("second"))
        assert made.ok("upgrade", "--json").json["targets"][0]["steps"][0]["revision"] == "bad"
        assert made.tables() == {"first", "second"}

    def test_failing_downgrade(self, made):
        """A downgrade is told as a downgrade; the version stays."""
        made.revision("bad", "good", downgrade="op.drop_table('nothing')")
        made.ok("upgrade")
        answer = made.run("downgrade", "base")
        assert "The downgrade of revision bad failed" in answer.stderr
        assert "-> Correct the script (or the data), then: flask db downgrade" in answer.stderr
        assert made.rows("SELECT version_num FROM alembic_version") == [("bad",)]

    def test_violated_by_data(self, made):
        """Data that does not fit: the driver's own words are the reason."""
        made.ok("upgrade")
        made.execute("INSERT INTO first (id) VALUES (1)")
        made.revision("bad", "good", "op.execute('INSERT INTO first (id) VALUES (1)')")
        answer = made.run("upgrade")
        assert "uplicate" in answer.stderr or "UNIQUE constraint" in answer.stderr


@pytest.mark.requires("transactional_ddl")
def test_nothing_stays_of_a_failed_revision(made):
    """Where DDL is transactional, the failed revision's first half is taken back."""
    made.revision("bad", "good", TABLE.format("half") + "\nop.execute('SELECT nonsense')")
    assert made.run("upgrade").exit_code == 1
    assert made.tables() == {"first"}


def test_nothing_stays_on_sqlite(shop):
    """On SQLite too, though its driver would commit each CREATE TABLE."""
    made = shop()
    made.revision("bad", None, TABLE.format("half") + "\nop.execute('SELECT nonsense')")
    assert made.run("upgrade").exit_code == 1
    assert made.tables() == set()


class TestDetails:
    def test_line_is_the_innermost_of_the_script(self, shop):
        """A helper function in the script: the line that failed, not the one that called it."""
        made = shop()
        made.revision(
            "bad", None, "helper()", top="def helper():\n    op.execute('SELECT nonsense')"
        )
        assert f"bad.py:{line_of(made, 'bad', 'nonsense')}" in made.run("upgrade").stderr

    def test_long_statement_is_cut(self, shop):
        """A statement of a megabyte does not flood the terminal."""
        made = shop()
        made.revision("bad", None, "op.execute('SELECT ' + ', '.join(['nonsense'] * 50000))")
        answer = made.run("upgrade")
        assert len(answer.stderr) < 3000

    def test_long_reason(self, shop):
        """An error whose message is long is still readable at its end."""
        made = shop()
        made.revision("bad", None, "raise ValueError('x' * 5000)")
        assert "the database is at" in made.run("upgrade").stderr

    def test_import_error_of_a_script(self, shop):
        """A script that can't be imported: the module and the file."""
        made = shop()
        made.revision("bad", None, top="import not_there_at_all")
        answer = made.run("upgrade")
        assert answer.exit_code == 1
        assert "not_there_at_all" in answer.stderr
        assert "bad.py" in answer.stderr

    def test_not_implemented(self, shop):
        """A script that says it can't be reverted is believed."""
        made = shop()
        made.revision("bad", None, downgrade="raise NotImplementedError('one way only')")
        made.ok("upgrade")
        assert "one way only" in made.run("downgrade").stderr

    def test_keyboard_interrupt(self, shop):
        """Ctrl-C is not swallowed, and the database stays where it was."""
        made = shop()
        made.revision("slow", None, TABLE.format("half") + "\nraise KeyboardInterrupt")
        with made.context(), pytest.raises(KeyboardInterrupt):
            flask_godwit.upgrade()
        assert made.tables() == set()

    def test_script_that_exits(self, shop):
        """`sys.exit(3)` in a script is the script's own decision."""
        made = shop()
        made.revision("exits", None, "import sys\nsys.exit(3)")
        assert made.run("upgrade").exit_code == 3

    def test_traceback(self, shop):
        """`--traceback` has the script's frame and the error."""
        made = shop()
        made.revision("bad", None, "raise ValueError('here')")
        answer = made.run("upgrade", "--traceback")
        assert "ValueError: here" in answer.stderr
        assert "bad.py" in answer.stderr
        assert "Error: The upgrade of revision bad failed" in answer.stderr

    def test_json_on_failure(self, shop):
        """With `--json`, stdout has nothing that is no JSON; the error is on stderr."""
        made = shop()
        made.revision("bad", None, "raise ValueError('here')")
        answer = made.run("upgrade", "--json")
        assert answer.exit_code == 1
        assert answer.stdout == ""
        assert "here" in answer.stderr

    def test_second_bind_fails(self, shop, tmp_path):
        """The bind is named, and what the first database already has."""
        made = shop(binds={"stock": f"sqlite:///{tmp_path / 'stock.db'}"})
        made.revision("two", None)
        (made.versions / "two.py").write_text(
            "from alembic import op\nimport sqlalchemy as sa\nrevision = 'two'\n"
            "down_revision = None\n"
            "def upgrade(engine_name):\n    globals()['upgrade_' + engine_name]()\n"
            "def downgrade(engine_name):\n    pass\n"
            "def upgrade_():\n    op.create_table('main', sa.Column('id', sa.Integer))\n"
            "def upgrade_stock():\n    op.execute('SELECT nonsense')\n"
        )
        with made.context(), pytest.raises(MigrationFailed) as caught:
            flask_godwit.upgrade()
        assert caught.value.failure.bind == "stock"
        assert caught.value.failure.current == ()
        assert made.tables() == {"main"}
        answer = made.run("upgrade")
        assert "bind: stock" in answer.stderr
        assert "flask db upgrade --bind stock" in answer.stderr
