"""What Python code reaches for in Flask-Migrate, it finds in us."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import alembic.config
import flask_migrate  # type: ignore[import-untyped]
import pytest
from flask import Flask, current_app, g
from flask_sqlalchemy import SQLAlchemy

import flask_godwit

FUNCTIONS = [
    *("branches", "check", "current", "downgrade", "edit", "heads", "history", "init"),
    *("list_templates", "merge", "migrate", "revision", "show", "stamp", "upgrade"),
]
METHODS = ["__init__", "init_app", "configure", "call_configure_callbacks", "get_config"]
TOOLS = [flask_migrate, flask_godwit]


def positional(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters that can be given by position."""
    parameters = inspect.signature(function).parameters.values()
    return [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]


def assert_can_be_called_alike(theirs: Callable[..., Any], ours: Callable[..., Any]) -> None:
    """Whatever arguments theirs takes, ours takes, by position and by name."""
    shape = [(each.name, each.default) for each in positional(theirs)]
    assert [(each.name, each.default) for each in positional(ours)][: len(shape)] == shape
    added = positional(ours)[len(shape) :]
    assert all(each.default is not each.empty for each in added)
    kinds = {each.kind for each in inspect.signature(theirs).parameters.values()}
    if inspect.Parameter.VAR_KEYWORD in kinds:
        ours_kinds = {each.kind for each in inspect.signature(ours).parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD in ours_kinds


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_take_the_same_arguments(name: str) -> None:
    """In the same order, with the same defaults."""
    assert_can_be_called_alike(getattr(flask_migrate, name), getattr(flask_godwit, name))


@pytest.mark.parametrize("name", METHODS)
def test_methods_take_the_same_arguments(name: str) -> None:
    """Those of ``Migrate``, in the same order, with the same defaults."""
    theirs, ours = (getattr(tool.Migrate, name) for tool in TOOLS)
    if name == "configure":  # a decorator: nobody names its argument
        assert len(positional(theirs)) == len(positional(ours))
    else:
        assert_can_be_called_alike(theirs, ours)


def test_no_public_name_is_missing() -> None:
    """What Flask-Migrate itself defines without an underscore can be imported from us."""
    own = {
        name
        for name, value in vars(flask_migrate).items()
        if getattr(value, "__module__", "") == "flask_migrate" and not name.startswith("_")
    }
    # A decorator for its own functions, which turns errors into exits.
    assert own - {"catch_errors"} == {*FUNCTIONS, "Config", "Migrate"}
    missing = [name for name in [*own, "alembic_version"] if not hasattr(flask_godwit, name)]
    assert missing == ["catch_errors"]
    assert flask_godwit.alembic_version == flask_migrate.alembic_version


# An application in a folder, with one tool or the other


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, in which commands are typed."""
    (tmp_path / "migrations" / "versions").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    ini = "[alembic]\nfile_template = %%(rev)s\nown = of the project\n"
    (tmp_path / "migrations" / "alembic.ini").write_text(ini)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=TOOLS, ids=lambda tool: tool.__name__)
def tool(request: pytest.FixtureRequest) -> ModuleType:
    """Each claim is about Flask-Migrate too: it says how that behaves."""
    return request.param  # type: ignore[no-any-return]


def application(folder: Path, **config: Any) -> tuple[Flask, SQLAlchemy]:
    """An application with a database, without migrations."""
    app = Flask("shop", root_path=str(folder))
    app.config.update(SQLALCHEMY_DATABASE_URI="sqlite://", **config)
    return app, SQLAlchemy(app)


@pytest.fixture
def shop(folder: Path, tool: ModuleType) -> Iterator[Any]:
    """A ``Migrate`` object in its application's context."""
    app, db = application(folder)
    migrate = tool.Migrate(app, db)
    with app.app_context():
        yield migrate


def test_config_is_alembics_and_knows_the_folder(shop: Any, folder: Path) -> None:
    """``get_config()`` reads the folder's alembic.ini."""
    config = shop.get_config()
    assert isinstance(config, alembic.config.Config)
    assert Path(str(config.get_main_option("script_location"))).absolute() == folder / "migrations"
    assert Path(str(config.config_file_name)).absolute() == folder / "migrations" / "alembic.ini"
    assert config.get_main_option("own") == "of the project"
    assert config.get_main_option("file_template") == "%(rev)s"


@pytest.mark.parametrize("directory", ["elsewhere", Path("elsewhere")], ids=["text", "path"])
def test_config_of_another_folder(shop: Any, folder: Path, directory: str | Path) -> None:
    """The folder may be given as text or path."""
    config = shop.get_config(directory)
    assert Path(config.get_main_option("script_location")).absolute() == folder / "elsewhere"


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, []), ("a=1", ["a=1"]), (["a=1", "b"], ["a=1", "b"]), (("a=1", "b"), ["a=1", "b"])],
)
def test_config_has_x_arguments(shop: Any, given: Any, expected: list[str]) -> None:
    """None, one, a list or a tuple of them."""
    assert shop.get_config(x_arg=given).cmd_opts.x == expected


def test_config_has_x_arguments_of_the_command_line(shop: Any) -> None:
    """Those before the command's name come first."""
    g.x_arg = ("typed=1",)
    assert shop.get_config(None, "given=2").cmd_opts.x == ["typed=1", "given=2"]


def test_config_has_options_set(shop: Any) -> None:
    """``opts`` are attributes of ``cmd_opts``, which env.py files look for."""
    config = shop.get_config(opts=["autogenerate"])
    assert config.cmd_opts.autogenerate is True
    assert not hasattr(shop.get_config().cmd_opts, "autogenerate")


def test_config_goes_through_every_callback(shop: Any) -> None:
    """In the order in which they were registered; the last one's result counts."""
    other = alembic.config.Config()
    calls = []

    @shop.configure  # type: ignore[untyped-decorator]
    def first(config: Any) -> Any:
        calls.append("first")
        return config

    @shop.configure  # type: ignore[untyped-decorator]
    def second(config: Any) -> Any:
        calls.append("second")
        return other

    assert shop.get_config() is other
    assert calls == ["first", "second"]
    assert callable(first)
    assert shop.configure_callbacks == [first, second]


def test_template_directory(tool: ModuleType, tmp_path: Path) -> None:
    """``Config(template_directory=…)`` says where ``init -t`` looks."""
    given = tool.Config(template_directory=str(tmp_path))
    assert given.get_template_directory() == str(tmp_path)
    assert Path(tool.Config().get_template_directory(), "flask", "README").is_file()


def test_extension_is_what_env_py_files_expect(folder: Path, tool: ModuleType) -> None:
    """``app.extensions["migrate"]`` has db, migrate, directory, options and metadata."""
    app, db = application(folder)
    migrate = tool.Migrate(app, db, Path("other"), compare_server_default=True)
    state = app.extensions["migrate"]
    assert (state.db, state.migrate, state.directory) == (db, migrate, "other")
    assert state.metadata is db.metadata
    assert state.configure_args == {
        "compare_type": True,
        "render_as_batch": True,
        "compare_server_default": True,
    }
    assert (migrate.db, migrate.directory, migrate.command) == (db, "other", "db")


def test_init_app_overrides_what_the_constructor_said(folder: Path, tool: ModuleType) -> None:
    """Each argument of a factory's ``init_app`` wins, each one left out stays."""
    app, db = application(folder)
    migrate = tool.Migrate(directory="first", compare_type=False, include_schemas=True)
    migrate.init_app(app, db, "second", "schema", render_as_batch=False, version_table="v")
    state = app.extensions["migrate"]
    assert state.directory == "second"
    assert state.configure_args == {
        "compare_type": False,
        "render_as_batch": False,
        "include_schemas": True,
        "version_table": "v",
    }
    assert "schema" in app.cli.commands
    assert "db" not in app.cli.commands


def test_nothing_happens_without_a_database(folder: Path, tool: ModuleType) -> None:
    """``Migrate(app)`` waits for ``init_app``."""
    app, db = application(folder)
    migrate = tool.Migrate(app)
    assert "migrate" not in app.extensions
    migrate.init_app(app, db)
    assert app.extensions["migrate"].db is db
    assert "db" in app.cli.commands


def test_one_object_serves_several_applications(folder: Path, tool: ModuleType) -> None:
    """Each has its own state; the commands are there for all."""
    migrate = tool.Migrate()
    apps = [application(folder) for _ in range(2)]
    for app, db in apps:
        migrate.init_app(app, db)
    assert [app.extensions["migrate"].db for app, _ in apps] == [db for _, db in apps]


def test_env_py_may_fill_the_options(shop: Any, folder: Path) -> None:
    """Flask-Migrate's own env.py puts a function into ``configure_args``."""
    arguments = current_app.extensions["migrate"].configure_args
    arguments.setdefault("process_revision_directives", print)
    assert arguments["process_revision_directives"] is print
