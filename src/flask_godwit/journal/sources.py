"""The text of a revision file, and whether two texts are the same program."""

from __future__ import annotations

import ast
import hashlib
import tokenize
from pathlib import Path


def source_of(path: str) -> str:
    """The text of a file; "" where there is none to read, as for a ``.pyc``."""
    if not path.endswith(".py") or not Path(path).is_file():
        return ""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ""


def checksum(text: str) -> str:
    """SHA-256 of a text, the same whatever its line ends and trailing spaces are."""
    lines = [line.rstrip() for line in text.splitlines()]
    normalised = "\n".join(lines).strip("\n") + "\n"
    return hashlib.sha256(normalised.encode("utf-8", "surrogatepass")).hexdigest()


def is_same_program(one: str, other: str) -> bool:
    """Whether two texts differ in white space, comments and docstrings at most."""
    if checksum(one) == checksum(other):
        return True
    try:
        return _meaning(one) == _meaning(other)
    except (SyntaxError, ValueError):
        return False


def _meaning(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and _has_docstring(node):
            del node.body[0]
    return ast.dump(tree)


def _has_docstring(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> bool:
    return ast.get_docstring(node, clean=False) is not None
