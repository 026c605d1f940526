"""`flask --help` and `flask db --help` cost nothing that Flask itself does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from .apps import APP, Folder, write_revision

HEAVY = (
    "alembic",
    "sqlalchemy",
    "rich",
    "mako",
    "flask_godwit.commands",
    "flask_godwit.environment",
)

PLAIN = """
    from flask import Flask
    from flask_godwit import Migrate

    app = Flask(__name__)
    Migrate().init_app(app)
"""


NOT_WITHOUT_WORK = (
    "sqlglot",
    "pygments",
    *(f"flask_godwit.{name}" for name in ("planning", "plans", "rules", "proof", "online")),
    *(f"flask_godwit.{name}" for name in ("operations", "safeguards", "script_text")),
    *(f"flask_godwit.journal.{name}" for name in ("guard", "recorder", "replay")),
    *(f"flask_godwit.diff.{name}" for name in ("finishing", "words", "renames.stage")),
    *(f"flask_godwit.diff.{name}" for name in ("compare.tables", "objects.bringing")),
    *(f"flask_godwit.dialects.{name}" for name in ("mysql", "mariadb", "postgresql")),
    *(f"flask_godwit.dialects.{name}" for name in ("sqlite_facts", "backups")),
    "flask_godwit.sqlite.impl",
    "sqlalchemy.dialects.mysql",
)
"""What a command has no use for that finds nothing to do, on SQLite."""


def heavy(folder: Folder, source: str, modules: Sequence[str] = HEAVY) -> list[str]:
    """What is imported of the heavy modules after some Python ran."""
    source += f"\nimport sys; print('IMPORTED', [m for m in {modules!r} if m in sys.modules])"
    answer = folder.python("-c", source)
    assert answer.exit_code == 0, answer.stderr
    last = answer.stdout.splitlines()[-1]
    return eval(last.removeprefix("IMPORTED "))


def test_import(folder):
    """`import flask_godwit` loads neither Alembic nor SQLAlchemy nor rich."""
    assert heavy(folder, "import flask_godwit; flask_godwit.Migrate") == []


def test_the_check_can_fail(folder):
    """The check above sees a module that is loaded."""
    assert "alembic" in heavy(folder, "import flask_godwit; flask_godwit.upgrade")


def typed(*arguments: str) -> str:
    """Python that does what a command in a shell does, and goes on."""
    return (
        f"import sys; sys.argv = ['flask', *{arguments!r}]\n"
        "from flask.cli import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code, stop.code\n"
    )


@pytest.mark.parametrize("arguments", [["--help"], ["db", "--help"], ["db", "upgrade", "--help"]])
def test_help(folder, arguments):
    """Help texts of an application with migrations load none of them."""
    folder.write(app=PLAIN)
    assert heavy(folder, typed(*arguments)) == []


def test_an_application_makes_no_commands(folder):
    """Neither an application that serves nor `flask --help` makes the commands of `flask db`."""
    folder.write(app=PLAIN)
    commands = [f"flask_godwit.cli.{name}" for name in ("applying", "reading", "narrator")]
    assert heavy(folder, "import app", commands) == []
    assert heavy(folder, typed("--help"), commands) == []
    assert heavy(folder, typed("db", "--help"), commands) == commands


def test_without_work(folder):
    """A command that finds nothing to do loads nothing that plans, proves, judges or applies, and
    no other database than the application's.
    """
    folder.write(app=APP)
    folder.flask("db", "migrate", "-m", "first")
    assert "flask_godwit.safeguards" in heavy(folder, typed("db", "upgrade"), NOT_WITHOUT_WORK)
    for command in ("upgrade", "check", "current", "history", "heads", "status", "log"):
        assert (command, heavy(folder, typed("db", command), NOT_WITHOUT_WORK)) == (command, [])


def test_an_empty_database(folder):
    """Where there is no table, no row can be in the way of a history, and nobody looks for one."""
    folder.write(app=APP)
    folder.flask("db", "init")
    batch = "with op.batch_alter_table('user') as batch:\n    batch."
    versions = folder.root / "migrations" / "versions"
    write_revision(versions, "r1", None, "op.create_table('user', sa.Column('name', sa.Text))")
    write_revision(versions, "r2", "r1", f"{batch}create_unique_constraint('one', ['name'])")
    who_looks = ("flask_godwit.planning.replay",)
    of_servers = ("flask_godwit.online", "flask_godwit.mysql.impl", "sqlglot")
    assert heavy(folder, typed("db", "upgrade"), who_looks + of_servers) == []
    write_revision(versions, "r3", "r2", f"{batch}create_check_constraint('two', \"name > ''\")")
    assert heavy(folder, typed("db", "upgrade"), (*who_looks, "sqlglot")) == list(who_looks)


def test_public_names(folder):
    """Each public name can be imported on its own, in a fresh process, and is what it says."""
    answer = folder.python(
        "-c",
        "import flask_godwit\n"
        "for name in flask_godwit.__all__:\n"
        "    value = getattr(__import__('flask_godwit', fromlist=[name]), name)\n"
        "    assert callable(value) or name == 'alembic_version', (name, value)\n"
        "print(len(flask_godwit.__all__))\n",
    )
    assert answer.exit_code == 0, answer.stderr
    assert int(answer.stdout) > 30


def test_no_public_name_is_a_module(folder):
    """After everything was imported the public names are still functions, not submodules."""
    answer = folder.python(
        "-c",
        "import importlib, pkgutil, types, flask_godwit\n"
        "for module in pkgutil.walk_packages(flask_godwit.__path__, 'flask_godwit.'):\n"
        "    if '.templates' not in module.name:\n"
        "        importlib.import_module(module.name)\n"
        "names = flask_godwit.__all__\n"
        "wrong = [n for n in names if isinstance(getattr(flask_godwit, n), types.ModuleType)]\n"
        "print(wrong)\n",
    )
    assert answer.stdout == "[]\n", answer.output


def test_star_import(folder):
    """`from flask_godwit import *` gives every public name."""
    answer = folder.python("-c", "from flask_godwit import *\nprint(upgrade.__name__, Migrate)")
    assert answer.stdout.startswith("upgrade "), answer.stderr
