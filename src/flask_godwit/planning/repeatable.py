"""Which revisions may be executed once more than their author thought of, and which are worth it.

Read from the file, before any of it is executed for it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_KNOWN = {
    "__future__",
    "alembic",
    "collections",
    "datetime",
    "decimal",
    "enum",
    "flask_godwit",
    "geoalchemy2",
    "json",
    "sqlalchemy",
    "sqlalchemy_utils",
    "sqlmodel",
    "typing",
    "uuid",
}
_REACHES_OUT = {"print", "open", "input", "exec", "eval", "__import__", "import_module"}
_READS = {"get_bind", "bind", "connection", "create_engine", "tables", "Session"}
_ASKS = {"create_unique_constraint", "create_check_constraint", "create_foreign_key"}


_LASTS = _ASKS | {
    "add_column",
    "alter_column",
    "batch_alter_table",
    "create_exclude_constraint",
    "create_index",
    "create_primary_key",
    "execute",
}


def is_repeatable(path: str) -> bool:
    """Whether a revision only tells the database what to do: executed twice, it does no more."""
    return all(_is_harmless(node) for node in _nodes(path))


def asks_of_rows(path: str, function: str = "upgrade") -> bool:
    """Whether a revision's upgrade or downgrade does what existing rows can make fail."""
    return any(_asks(node) for node in _nodes(path, function))


def may_last(path: str) -> bool:
    """Whether a revision's upgrade does something that takes its time on a large table."""
    calls = (node.func for node in _nodes(path, "upgrade") if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Attribute) and called.attr in _LASTS for called in calls)


def _nodes(path: str, within: str = "") -> Iterator[ast.AST]:
    """The nodes of a file, or of its functions that are called like ``within``."""
    tree = ast.parse(Path(path).read_bytes())
    parts = [
        part
        for part in tree.body
        if not within or (isinstance(part, ast.FunctionDef) and part.name.startswith(within))
    ]
    for part in parts:
        yield from ast.walk(part)


def _is_harmless(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name.partition(".")[0] in _KNOWN for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return not node.level and (node.module or "").partition(".")[0] in _KNOWN
    if isinstance(node, ast.Attribute):
        return node.attr not in _READS
    return not (isinstance(node, ast.Name) and node.id in _REACHES_OUT | _READS)


def _asks(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    given = {word.arg: ast.unparse(word.value) for word in node.keywords}
    if node.func.attr == "create_index":
        return given.get("unique", "False") != "False"
    if node.func.attr == "execute":  # columns are cast to an enumeration that is made anew
        return any(" TYPE " in ast.unparse(argument).upper() for argument in node.args)
    if node.func.attr == "alter_column":
        return given.get("nullable", "True") != "True" or "type_" in given
    return node.func.attr in _ASKS
