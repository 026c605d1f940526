"""`flask --help` and `flask db --help` cost nothing that Flask itself does not."""

from __future__ import annotations

import pytest

from .apps import Folder

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


def heavy(folder: Folder, source: str) -> list[str]:
    """What is imported of the heavy modules after some Python ran."""
    source += f"\nimport sys; print('IMPORTED', [m for m in {HEAVY!r} if m in sys.modules])"
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


@pytest.mark.parametrize("arguments", [["--help"], ["db", "--help"], ["db", "upgrade", "--help"]])
def test_help(folder, arguments):
    """Help texts of an application with migrations load none of them."""
    folder.write(app=PLAIN)
    source = (
        f"import sys; sys.argv = ['flask', *{arguments!r}]\n"
        "from flask.cli import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code, stop.code\n"
    )
    assert heavy(folder, source) == []


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
