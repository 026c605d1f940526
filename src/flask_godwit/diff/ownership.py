"""Whose is a table? What neither the models nor our revisions know is left alone.

A table may be dropped when our own history had it. All others belong to somebody else: another
application, a task queue, an extension of the database, a partition of a table of ours.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from alembic.operations import ops

from ..frozen import frozen
from .names import Key, said

_SQL = re.compile(
    r"\b(?:(?:CREATE|ALTER)\s+(?:[A-Z]+\s+)?(?:TABLE|SEQUENCE)(?:\s+IF\s+(?:NOT\s+)?EXISTS)?(?:\s+ONLY)?"
    r"|RENAME\s+TO|INTO|UPDATE)\s+(?P<name>[^\s(;]+)",
    re.IGNORECASE,
)

_MADE = (
    r"\b(?:VIEW|FUNCTION|PROCEDURE|TRIGGER|POLICY|RULE)\s+(?:IF\s+NOT\s+EXISTS\s+)?[\w.\"`]*\b{}\b"
)
_DOMAIN = re.compile(r"\bCREATE\s+DOMAIN\s+([^\s(;]+)", re.IGNORECASE)
_OPTIONS = re.compile(r"\b(?:mysql|mariadb)_\w|postgresql_with|UNLOGGED|ALTER TABLE", re.IGNORECASE)
_SAID = re.compile(r"\b(\w+)(?=\s*=)|\b(CHARACTER SET|COLLATE|UNLOGGED)\b", re.IGNORECASE)

OWNERSHIP = "godwit_ownership"
"""The option of a context in which a comparison finds its :class:`Ownership`."""


@frozen
class History:
    """What revision files name: tables and sequences. Paths are asked for when they are needed."""

    paths: Callable[[], Sequence[str]]
    _options: dict[str, set[str]] = field(default_factory=dict, compare=False)
    _read: list[str] = field(default_factory=list, compare=False)

    def has(self, keys: Collection[Key]) -> frozenset[Key]:
        """Which of these tables some revision creates, renames or changes."""
        found: set[Key] = set()
        for path in self.paths():
            text = Path(path).read_text(encoding="utf-8")
            wanted = {key for key in keys if key[1] in text}
            if "create_all" in text:
                return frozenset(keys)  # it makes whatever the models had then
            if wanted:
                named = set(_tables_in(ast.parse(text)))
                found |= {key for key in wanted if _is_named(key, named)}
        return frozenset(found)

    def declared(self, names: Collection[str]) -> frozenset[str]:
        """Which of these views, functions and triggers some revision makes for the models."""
        found: set[str] = set()
        for path in self.paths():
            text = Path(path).read_text(encoding="utf-8")
            if any(name in text for name in names):
                found.update(set(names) & set(_objects_in(ast.parse(text))))
        return frozenset(found)

    def makes_domains(self, keys: Collection[Key]) -> frozenset[Key]:
        """Which of these domains some revision makes, or a table that it creates."""
        found: set[Key] = set()
        for path in self.paths():
            text = Path(path).read_text(encoding="utf-8")
            if "create_all" in text:
                return frozenset(keys)
            if any(name in text for _, name in keys):
                made = set(_domains_in(ast.parse(text)))
                found.update(key for key in keys if key[1] in made)
        return frozenset(found)

    def written(self, names: Collection[str]) -> frozenset[str]:
        """Which of these views, functions and triggers some revision makes, however it does."""
        texts = [Path(path).read_text(encoding="utf-8") for path in self.paths()]
        return frozenset(
            name
            for name in names
            if any(re.search(_MADE.format(re.escape(name)), text, re.IGNORECASE) for text in texts)
        ) | self.declared(names)

    def options_of(self, table: str) -> frozenset[str]:
        """Which options some revision gives a table as a whole: ``ENGINE``, ``CHARSET``."""
        for path in self.paths():
            if path not in self._read:
                self._read.append(path)
                for name, option in _options_in(Path(path).read_text(encoding="utf-8")):
                    self._options.setdefault(name, set()).add(option)
        return frozenset(self._options.get(table, ()))


def _options_in(text: str) -> Iterator[tuple[str, str]]:
    """Tables and their options, in a revision file."""
    if not _OPTIONS.search(text):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "create_table":
            said = [str(word.arg).partition("_") for word in node.keywords]
            options = {rest for kind, _, rest in said if kind in ("mysql", "mariadb")}
            options.update(_of_postgresql(node))
            names = [a.value for a in node.args[:1] if isinstance(a, ast.Constant)]
            yield from ((str(name), _plain(option)) for name in names for option in options)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for match in _SQL.finditer(node.value):
                rest = node.value[match.end() :]
                yield from ((_bare(match["name"]), _plain(o)) for o in _words(rest))


def _of_postgresql(call: ast.Call) -> Iterator[str]:
    """Storage parameters, and UNLOGGED."""
    for word in call.keywords:
        if word.arg == "postgresql_with" and isinstance(word.value, ast.Dict):
            yield from (str(key.value) for key in word.value.keys if isinstance(key, ast.Constant))
        elif word.arg == "prefixes" and isinstance(word.value, ast.List):
            yield from (
                str(each.value) for each in word.value.elts if isinstance(each, ast.Constant)
            )


def _words(sql: str) -> Iterator[str]:
    return (found[0] for found in _SAID.finditer(sql))


def _plain(option: str) -> str:
    return re.sub(
        r"^(DEFAULT_)?(CHARACTER_SET|CHARSET)$", "CHARSET", option.upper().replace(" ", "_")
    )


def _objects_in(tree: ast.AST) -> Iterator[str]:
    """What our directives are called with."""
    from ..operations.objects import DIRECTIVES

    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in DIRECTIVES:
            name = node.args[0] if node.args else None
            if isinstance(name, ast.Constant):
                yield str(name.value)


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _domains_in(tree: ast.AST) -> Iterator[str]:
    """The domains that a file makes by SQL, or as the type of a table's column."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (_bare(found[1]) for found in _DOMAIN.finditer(node.value))
        elif isinstance(node, ast.Call) and _called(node) == "DOMAIN":
            given = {word.arg: word.value for word in node.keywords}
            name = node.args[0] if node.args else given.get("name")
            if isinstance(name, ast.Constant) and "create_type" not in given:
                yield str(name.value)


_ANY = "*"
"""Some schema, that a file does not name where it names the table."""


def _is_named(key: Key, named: Collection[Key]) -> bool:
    """Whether a table is among those that a file names. The default schema may have a name."""
    if key[0] is None:
        return any(name == key[1] for _, name in named)
    return key in named or (_ANY, key[1]) in named


def _tables_in(tree: ast.AST) -> Iterator[Key]:
    """The tables of a revision file: what operations are given, and what SQL says."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            schema = _schema(node)
            yield from ((schema, name) for name in _arguments(node))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            yield _ANY, str(node.value.value)  # a name that operations are given later
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from ((_ANY, _bare(match["name"])) for match in _SQL.finditer(node.value))


def _schema(call: ast.Call) -> str | None:
    """The schema that an operation is given; one that is computed may be any."""
    given = next((k.value for k in call.keywords if k.arg == "schema"), None)
    if given is None:
        return None
    return given.value if isinstance(given, ast.Constant) else _ANY  # type: ignore[return-value]


def _arguments(call: ast.Call) -> Iterator[str]:
    """The texts that may be a table's name: never a column's."""
    operation = _called(call)
    if operation in ("Column", "execute", "text"):
        return
    is_about_name = "index" in operation or "constraint" in operation or "foreign_key" in operation
    positions = call.args[1:3] if is_about_name else call.args[: 2 if "rename" in operation else 1]
    keywords = [k.value for k in call.keywords if k.arg and "table" in k.arg]
    for value in (*positions, *keywords):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def _bare(name: str) -> str:
    return name.rpartition(".")[2].strip('"`[]')


@dataclass
class Ownership:
    """Leaves alone what is not ours, in one comparison after the other.

    :param ignored: names or patterns of tables that nobody wants to be looked at.
    """

    history: History
    ignored: Sequence[str] = ()
    unmanaged: list[str] = field(default_factory=list)

    def release(self, upgrade: ops.UpgradeOps, elsewhere: Callable[[], Collection[Key]]) -> None:
        """Take out of the operations what is about tables that are not ours.

        :param elsewhere: tables that the database says are not ours, such as an extension's.
        """
        upgrade.ops[:] = [op for op in upgrade.ops if not self.is_ignored(_key(op))]
        dropped = {(o.schema, o.table_name) for o in upgrade.ops if isinstance(o, ops.DropTableOp)}
        if not dropped:
            return
        others = dropped - (self.history.has(dropped) - set(elsewhere()))
        upgrade.ops[:] = [op for op in upgrade.ops if _key(op) not in others]
        self.note(sorted(said(key) for key in others))

    def note(self, names: Iterable[str]) -> None:
        """Remember what was left alone."""
        self.unmanaged += [name for name in names if name not in self.unmanaged]

    def is_ignored(self, key: Key | None) -> bool:
        """Whether nobody wants it to be looked at."""
        if key is None:
            return False
        names = {key[1], said(key)}
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.ignored)


def _key(operation: Any) -> Key | None:
    name = getattr(operation, "table_name", None)
    return None if name is None else (operation.schema, name)
