"""Arguments that begin with a minus, and options from the environment."""

from __future__ import annotations

import pytest

from .apps import Shop


@pytest.fixture
def line(shop) -> Shop:
    """Four revisions in a row, the database at the last one."""
    made = shop()
    for name, down in (("a", None), ("b", "a"), ("c", "b"), ("d", "c")):
        made.revision(name, down)
    made.ok("upgrade")
    return made


def at(shop: Shop) -> str:
    return shop.ok("current").stdout.split(" ")[0].strip()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "c"),
        (["-1"], "c"),
        (["--", "-1"], "c"),
        (["-2"], "b"),
        (["--", "-2"], "b"),
        (["-4"], ""),
        (["-q", "-2"], "b"),
        (["-2", "-q"], "b"),
        (["-2", "--tag", "5"], "b"),
        (["--tag", "-5", "-2"], "b"),
        (["-d", "migrations", "-1"], "c"),
        (["-1", "-d", "migrations"], "c"),
        (["--tag=-5", "-1"], "c"),
        (["-x", "-1", "-2"], "b"),
        (["-x", "a=-1", "-2"], "b"),
        (["--wait", "0", "-2"], "b"),
        (["c"], "c"),
        (["head-2"], "b"),
        (["a+1"], "b"),
        (["c-1"], "b"),
    ],
    ids=" ".join,
)
def test_downgrade(line, arguments, expected):
    """`downgrade -N` is steps wherever it is typed; `-5` after an option is that option's value."""
    line.ok("downgrade", *arguments)
    assert at(line) == expected


@pytest.mark.parametrize(("argument", "expected"), [("+1", "a"), ("+3", "c"), ("b+1", "c")])
def test_upgrade_by_steps(line, argument, expected):
    """`upgrade +N` goes N revisions up."""
    line.ok("downgrade", "base")
    line.ok("upgrade", argument)
    assert at(line) == expected


def test_too_many_steps(line):
    """More steps than there are is an error, and the database stays."""
    answer = line.run("downgrade", "-9")
    assert answer.exit_code == 1
    assert at(line) == "d"


def test_two_steps_are_a_usage_error(line):
    """One revision at a time."""
    assert line.run("downgrade", "-1", "-2").exit_code == 2
    assert at(line) == "d"


def test_minus_letter_is_still_an_option(line):
    """Only digits are steps: `-z` is an unknown option."""
    assert line.run("downgrade", "-z").exit_code == 2


def test_wait_may_not_be_negative(line):
    """`--wait -1` is the option's value, and out of its range."""
    answer = line.run("downgrade", "--wait", "-1")
    assert answer.exit_code == 2
    assert at(line) == "d"


class TestEnvironment:
    def test_directory_of_the_group(self, shop, monkeypatch):
        """FLASK_DB_DIRECTORY is `flask db -d`."""
        made = shop()
        monkeypatch.setenv("FLASK_DB_DIRECTORY", "elsewhere")
        made.ok("init", auto_envvar_prefix="FLASK")
        assert (made.root / "elsewhere" / "versions").is_dir()

    def test_option_of_a_command(self, shop, monkeypatch):
        """FLASK_DB_MIGRATE_MESSAGE is `flask db migrate -m`."""
        made = shop()
        monkeypatch.setenv("FLASK_DB_MIGRATE_MESSAGE", "from the environment")
        made.ok("migrate", auto_envvar_prefix="FLASK")
        assert "from_the_environment" in made.files[0].name

    def test_flag_of_a_command(self, line, monkeypatch):
        """FLASK_DB_UPGRADE_SQL=1 is `flask db upgrade --sql`."""
        monkeypatch.setenv("FLASK_DB_UPGRADE_SQL", "1")
        assert "INSERT INTO" in line.ok("upgrade", auto_envvar_prefix="FLASK").stdout

    def test_typed_wins(self, shop, monkeypatch):
        """What is typed wins over the environment."""
        made = shop()
        monkeypatch.setenv("FLASK_DB_DIRECTORY", "elsewhere")
        made.ok("init", "-d", "typed", auto_envvar_prefix="FLASK")
        assert (made.root / "typed").is_dir()
        assert not (made.root / "elsewhere").exists()

    def test_x_arguments(self, shop, monkeypatch):
        """FLASK_DB_UPGRADE_X_ARG reaches env.py's `context.get_x_argument()`."""
        made = shop()
        made.ok("init", "--env")
        (made.root / "migrations" / "env.py").write_text(
            "from alembic import context\nfrom flask_godwit import run_migrations\n"
            "print('x is', context.get_x_argument())\nrun_migrations()\n"
        )
        monkeypatch.setenv("FLASK_DB_UPGRADE_X_ARG", "a=1 b=2")
        assert "x is ['a=1', 'b=2']" in made.ok("upgrade", auto_envvar_prefix="FLASK").stdout


class TestGroupOptions:
    def test_directory_before_the_command(self, shop):
        """`flask db -d DIR init` is `flask db init -d DIR`."""
        made = shop()
        made.run("-d", "elsewhere", "init")
        assert (made.root / "elsewhere" / "versions").is_dir()

    def test_directory_of_the_command_wins(self, shop):
        """The nearer option wins."""
        made = shop()
        made.ok("-d", "far", "init", "-d", "near")
        assert (made.root / "near").is_dir()
        assert not (made.root / "far").exists()

    def test_x_argument_before_the_command(self, shop):
        """`flask db -x a=1 upgrade` reaches env.py once."""
        made = shop()
        made.ok("init", "--env")
        (made.root / "migrations" / "env.py").write_text(
            "from alembic import context\nfrom flask_godwit import run_migrations\n"
            "print('x is', context.get_x_argument())\nrun_migrations()\n"
        )
        assert "x is ['a=1']" in made.ok("-x", "a=1", "upgrade").stdout
        assert "x is ['a=1', 'b=2']" in made.ok("-x", "a=1", "upgrade", "-x", "b=2").stdout

    def test_directory_of_one_command_does_not_stay(self, shop):
        """In one process `-d` is for one command only."""
        made = shop()
        made.ok("-d", "elsewhere", "init")
        made.ok("init")
        assert (made.root / "migrations" / "versions").is_dir()
