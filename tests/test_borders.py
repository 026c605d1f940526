"""The borders of docs/architecture.md, read from the imports.

A module may import what stands in its own line of :data:`LAYERS` or above, never what stands
below. What a module may know of the world outside is guarded as well.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import flask_godwit

PACKAGE = Path(flask_godwit.__file__).parent

LAYERS = (
    {"errors", "frozen", "lazy", "reflection", "server_types", "spared"},
    {"proofs", "findings"},
    {"secrecy", "values", "settings", "retry", "locate", "process_state", "interrupts"},
    {"sqlite", "mysql"},
    {"plans", "sql", "assurance"},
    {"dialects"},
    {
        "connect",
        "declared",
        "targets",
        "listener",
        "alembic_config",
        "authors",
        "revision_files",
        "script_text",
    },
    {"outages", "lock", "failure", "journal", "backup", "parts", "scripts"}
    | {"history_check", "revision_advice", "revision_errors", "schemas"},
    {"steps", "surroundings", "operations"},
    {"online"},
    {"contexts", "environment", "safeguards"},
    {"diff"},
    {"rules"},
    {"planning"},
    {"proof"},
    {"commands"},
    {"extension", "health"},
    {"api"},
    {"cli"},
    {"__init__"},
)

# `init_app` gives the application its commands: the one place that reaches for what stands below.
ALLOWED_UPWARD = {("extension", "cli.group")}

WHO_MAY_KNOW = {
    "flask": {"extension", "health", "api", "cli", "__init__"},
    "click": {"cli"},
    "rich": {"cli"},
    "alembic": {
        "alembic_config",
        "commands",
        "diff",
        "contexts",
        "environment",
        "history_check",
        "mysql",
        "online",
        "operations",
        "parts",
        "planning",
        "process_state",
        "proof",
        "revision_errors",
        "revision_files",
        "safeguards",
        "scripts",
        "steps",
        "surroundings",
        "sqlite",
        "values",
    },
}
KNOWS_NO_SQLALCHEMY = {
    "cli",
    "api",
    "extension",
    "health",
    "errors",
    "settings",
    "locate",
    "listener",
}


@dataclass(frozen=True)
class Import:
    """One import. ``name`` is a module of ours without the package's name, or a foreign one."""

    importer: str
    name: str
    line: int
    is_ours: bool
    at_run_time: bool
    """Whether it happens as soon as the module is loaded."""

    def __str__(self) -> str:
        return f"{self.importer}, line {self.line}, imports {self.name}"


@cache
def modules() -> dict[str, Path]:
    """Every module of the package; what ``init`` copies into projects is none."""
    paths = [path for path in PACKAGE.rglob("*.py") if "templates" not in path.parts]
    return {_name_of(path): path for path in paths}


def _name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


@cache
def imports() -> tuple[Import, ...]:
    return tuple(found for module in modules() for found in _imports_of(module))


def _imports_of(module: str) -> Iterator[Import]:
    for node, at_run_time in _walk(_tree(module), at_run_time=True):
        for name, is_ours in _names_in(module, node):
            yield Import(module, name, getattr(node, "lineno", 0), is_ours, at_run_time)


def _walk(node: ast.AST, *, at_run_time: bool) -> Iterator[tuple[ast.AST, bool]]:
    """The nodes of a module, and whether they run when it is loaded."""
    for child in ast.iter_child_nodes(node):
        only_for_types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        later = only_for_types or isinstance(child, ast.FunctionDef | ast.Lambda)
        yield child, at_run_time
        yield from _walk(child, at_run_time=at_run_time and not later)


def _names_in(module: str, node: ast.AST) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, False) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield node.module or "", False
    elif isinstance(node, ast.ImportFrom):
        base = _package_of(module, node.level)
        for alias in node.names:
            path = [*base, *filter(None, [node.module]), alias.name]
            name = ".".join(path)
            yield (name if name in modules() else ".".join(path[:-1]) or "__init__"), True


def _package_of(module: str, level: int) -> list[str]:
    """The package that ``level`` dots mean in a module."""
    parts = module.split(".")
    is_package = modules()[module].name == "__init__.py"
    drop = level - 1 if is_package and module != "__init__" else level
    return parts[: len(parts) - drop]


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def _top(name: str) -> str:
    return name.partition(".")[0]


def _layer(name: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if _top(name) in layer)


def test_every_module_has_a_place() -> None:
    """A new module is put into a layer before anything imports it."""
    assert {_top(name) for name in modules()} == set().union(*LAYERS)


def test_nothing_imports_upward() -> None:
    """Imports lead to the same layer or to one above, also those inside functions."""
    upward = [
        str(found)
        for found in imports()
        if found.is_ours
        and _layer(found.name) > _layer(found.importer)
        and (found.importer, found.name) not in ALLOWED_UPWARD
    ]
    assert not upward


def test_no_cycle_at_run_time() -> None:
    """The modules can be loaded one after another."""
    graph = {
        name: {i.name for i in imports() if i.importer == name and i.is_ours and i.at_run_time}
        for name in modules()
    }
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("library", WHO_MAY_KNOW)
def test_a_library_is_known_to_few(library: str) -> None:
    """Flask, click, rich and Alembic are each the business of some modules only."""
    strangers = [
        str(found)
        for found in imports()
        if _top(found.name) == library
        and not found.is_ours
        and _top(found.importer) not in WHO_MAY_KNOW[library]
    ]
    assert not strangers


def test_the_ends_know_no_sqlalchemy() -> None:
    """What the user touches, and what everything else stands on, needs no database library."""
    found = [
        str(found)
        for found in imports()
        if _top(found.name) == "sqlalchemy" and _top(found.importer) in KNOWS_NO_SQLALCHEMY
    ]
    assert not found


def test_dialects_do_not_know_each_other() -> None:
    """MariaDB may know MySQL, whose protocol it speaks; all others know the base only."""
    kinds = {"sqlite", "postgresql", "mysql", "mariadb"}
    strange = [
        str(found)
        for found in imports()
        if _kind(found.importer) in kinds
        and _kind(found.name) in kinds - {_kind(found.importer)}
        and (_kind(found.importer), _kind(found.name)) != ("mariadb", "mysql")
    ]
    assert not strange


def _kind(module: str) -> str:
    """``mysql`` of ``dialects.mysql_limits``; "" of what is no dialect."""
    package, _, name = module.partition(".")
    return name.partition("_")[0] if package == "dialects" else ""


def test_only_the_console_prints() -> None:
    """Commands return, faces print: in one file."""
    printing = [
        place
        for place in _calls("print", "click.echo", "click.secho")
        if not place.startswith("cli.console")
    ]
    assert not printing


def test_nothing_ends_the_process() -> None:
    """A library raises errors; exit codes are click's, in the context of a command."""
    ending = _calls("sys.exit", "exit", "quit", "os._exit", "SystemExit")
    # Somebody who types Ctrl-C a third time, while the driver hangs where Python can't reach it.
    assert all(place.startswith("cli.stopping") for place in ending)
    assert len(ending) <= 1


def _calls(*functions: str) -> list[str]:
    return [
        f"{module}, line {node.lineno}: {ast.unparse(node.func)}()"
        for module in modules()
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in functions
    ]


def test_only_dialects_ask_which_database_it_is() -> None:
    """Behaviour of one database is a method in ``dialects/``, not an ``if`` elsewhere."""
    asking = [
        f"{module}, line {node.lineno}: {ast.unparse(node)}"
        for module in modules()
        if _top(module) != "dialects"
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Attribute) and _asks_for_a_database(node)
    ]
    assert not asking


def _asks_for_a_database(node: ast.Attribute) -> bool:
    owner = ast.unparse(node.value).rpartition(".")[2]
    return node.attr in ("get_backend_name", "get_driver_name", "drivername", "is_mariadb") or (
        node.attr == "name" and owner == "dialect"
    )


def test_importing_us_loads_nothing_heavy() -> None:
    """An application that only has migrations starts as fast as one that has none."""
    code = (
        "import sys, flask_godwit, flask_godwit.cli.plugin;"
        "heavy = {'alembic', 'sqlalchemy', 'rich', 'mako'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
