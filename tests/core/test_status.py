"""Bare `flask db`: where things stand, and the one command to type next."""

from __future__ import annotations

import sqlalchemy as sa

from .apps import users_and_posts


def next_command(answer) -> str:
    lines = answer.stdout.splitlines()
    return lines[-1].removeprefix("Next: ").partition("    (")[0]


def test_no_folder(shop):
    """Nothing is there yet: the next command is the first migration. Exit code 0."""
    answer = shop().ok()
    assert answer.stdout.splitlines()[0] == "migrations: no migrations folder"
    assert next_command(answer) == 'flask db migrate -m "Initial migration"'


def test_looking_makes_nothing(shop, tmp_path):
    """Status writes neither folder nor version table nor revision."""
    made = shop()
    made.ok()
    assert not (tmp_path / "migrations").exists()
    made.ok("init")
    made.ok()
    assert made.rows("SELECT name FROM sqlite_master") == []


def test_empty_folder(shop):
    """A folder without revisions."""
    made = shop()
    made.ok("init")
    answer = made.ok()
    assert answer.stdout.splitlines()[0] == "migrations: 0 revisions"
    assert next_command(answer) == 'flask db migrate -m "Initial migration"'


def test_pending(shop):
    """A revision that the database lacks is named; the next command is upgrade."""
    made = shop()
    made.ok("migrate", "--rev-id", "abc")
    answer = made.ok()
    assert answer.stdout.splitlines()[0] == "migrations: 1 revision, head abc"
    assert "  at base" in answer.stdout
    assert "  pending abc, add table user" in answer.stdout
    assert next_command(answer) == "flask db upgrade"


def test_many_pending(shop):
    """A long list is cut, and says how much is not shown."""
    made = shop()
    names = [f"r{number:02}" for number in range(15)]
    for name, down in zip(names, [None, *names], strict=False):
        made.revision(name, down)
    answer = made.ok()
    assert answer.stdout.count("  pending ") == 10
    assert "  and 5 more" in answer.stdout


def test_at_head(shop):
    """All is well: nothing to do."""
    made = shop()
    made.ok("migrate", "--rev-id", "abc")
    made.ok("upgrade")
    answer = made.ok()
    assert "  at abc (head)" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "Nothing to do."


def test_changed_models(shop):
    """At head, but the models went on: the differences are shown, next is migrate."""
    made = shop()
    made.ok("migrate")
    made.ok("upgrade")
    answer = shop(users_and_posts).ok()
    assert "  + table post" in answer.stdout
    assert next_command(answer) == "flask db migrate"


def test_status_does_not_compare_unless_asked(shop):
    """`flask db status` is quick: only bare `flask db` and `--compare` look at the models."""
    made = shop()
    made.ok("migrate")
    made.ok("upgrade")
    later = shop(users_and_posts)
    assert "Nothing to do." in later.ok("status").stdout
    assert "+ table post" in later.ok("status", "--compare").stdout


def test_unknown_revision(shop):
    """The database has a revision that no file has."""
    made = shop()
    made.ok("migrate")
    made.ok("upgrade")
    made.execute("UPDATE alembic_version SET version_num = 'lost'")
    answer = made.ok()
    assert "  lost has no file" in answer.stdout
    assert next_command(answer) == "flask db history"


def test_several_heads(shop):
    """Two heads: the next command joins them."""
    made = shop()
    made.revision("left", None)
    made.revision("right", None)
    answer = made.ok()
    assert "2 revisions, head left, right" in answer.stdout
    assert next_command(answer) == "flask db merge heads"


def test_missing_database(shop, database):
    """A database that does not exist yet: said so, and the next command creates it."""
    url = sa.make_url(database.url)
    if database.dialect == "sqlite":
        url = url.set(database=url.database.replace("app.db", "not/yet/app.db"))
    else:
        url = url.set(database=f"{url.database}_not_yet")
    answer = shop(url=url).ok()
    assert "does not exist yet" in answer.stdout
    assert next_command(answer) == "flask db create"


def test_server_down(shop, unused_port):
    """Nobody answers: status says where, and what would help; exit code 0."""
    made = shop(url=f"postgresql+psycopg2://someone:geheim77@127.0.0.1:{unused_port}/x")
    answer = made.ok()
    assert f"127.0.0.1:{unused_port}" in answer.stdout
    assert "No PostgreSQL server answers" in answer.stdout
    assert "geheim77" not in answer.output


def test_exit_code(shop):
    """`status --exit-code` is 1 unless the database is at head."""
    made = shop()
    made.ok("migrate")
    assert made.run("status", "--exit-code").exit_code == 1
    made.ok("upgrade")
    assert made.run("status", "--exit-code").exit_code == 0


def test_json(shop):
    """`status --json` has folder, heads, one entry a database, and the next command."""
    made = shop()
    made.ok("migrate", "--rev-id", "abc")
    found = made.ok("status", "--json").json
    assert set(found) == {
        "directory",
        "initialised",
        "revisions",
        "heads",
        "targets",
        "next_command",
        "next_reason",
    }
    (target,) = found["targets"]
    assert set(target) == {
        "bind",
        "database",
        "current",
        "heads",
        "pending",
        "unknown",
        "changes",
        "error",
        "error_hint",
        "half_applied",
        "lost",
        "edited",
        "failure",
        "due",
    }
    assert [item["revision"] for item in target["pending"]] == ["abc"]
    assert target["changes"] is None
    assert found["next_command"] == "flask db upgrade"


def test_one_database_down_hides_no_other(shop, unused_port, tmp_path):
    """With binds, each database is asked on its own."""
    made = shop(
        binds={"far": f"postgresql+psycopg2://127.0.0.1:{unused_port}/x"},
    )
    made.ok("init")
    answer = made.ok()
    assert "far: postgresql" in answer.stdout
    assert "No PostgreSQL server answers" in answer.stdout
    assert "default: sqlite" in answer.stdout
    assert "  at base" in answer.stdout


def test_own_command_name(shop):
    """With `command="database"` the advice is what can be typed."""
    made = shop(command="database")
    runner = made.app.test_cli_runner()
    answer = runner.invoke(args=["database"])
    assert answer.exit_code == 0
    assert "Next: flask database migrate" in answer.output
