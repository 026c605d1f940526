"""The clauses of ALTER TABLE."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from .action import Action
from .column import column
from .constraint import constraint
from .cursor import Cursor

_DROPPED = {
    "CONSTRAINT": "drop_constraint",
    "FOREIGN KEY": "drop_foreign_key",
    "PRIMARY KEY": "drop_primary_key",
    "CHECK": "drop_check",
    "INDEX": "drop_index",
    "KEY": "drop_index",
    "PARTITION": "drop_partition",
}
_REBUILDS = ("ENGINE", "FORCE", "ROW_FORMAT", "KEY_BLOCK_SIZE")
_SETTINGS = ("ALGORITHM", "LOCK", "WAIT", "NOWAIT")


def alter_table(cursor: Cursor) -> Iterator[Action]:
    """What ``ALTER TABLE`` does, clause by clause."""
    cursor.take_any("IF EXISTS")
    cursor.take_any("ONLY")
    table = cursor.name()
    settings = set()
    found: list[Action] = []
    for clause in cursor.split():
        if clause.peek() in _SETTINGS:
            settings.add(" ".join(word.plain for word in clause.words if word.plain != "="))
        else:
            found += _clause(table, clause)
    for action in _one_key(found):
        yield replace(action, traits=action.traits | {word.lower() for word in settings})


def _one_key(actions: list[Action]) -> list[Action]:
    """A primary key that is dropped and added in one statement is replaced."""
    kinds = {action.kind for action in actions}
    if not kinds >= {"drop_primary_key", "add_primary_key"}:
        return actions
    kept = [action for action in actions if action.kind != "drop_primary_key"]
    return [
        replace(action, kind="replace_primary_key") if action.kind == "add_primary_key" else action
        for action in kept
    ]


def _clause(table: str, clause: Cursor) -> list[Action]:
    first = clause.peek()
    read = _READERS.get(first)
    if read is not None:
        clause.text()
        return list(read(table, clause))
    if first in _REBUILDS:
        return [Action("rebuild", table)]
    if first in ("CONVERT", "DEFAULT", "CHARACTER", "CHARSET", "COLLATE"):
        kind = "convert_charset" if first == "CONVERT" else "table_option"
        return [Action(kind, table, expression=clause.until())]
    if first in ("COMMENT", "AUTO_INCREMENT", "OWNER"):
        return [Action("table_option", table, expression=clause.until())]
    return [Action("alter_table", table, expression=clause.until())]


def _add(table: str, clause: Cursor) -> Iterator[Action]:
    if clause.take("PARTITION"):
        yield Action("add_partition", table)
        return
    found = constraint(table, clause)
    if found is not None:
        yield found
        return
    clause.take("COLUMN")
    clause.take("IF", "NOT", "EXISTS")
    if clause.peek() == "(":  # MySQL: several columns
        inner = Cursor(clause.sql, clause.words[clause.at + 1 : -1])
        yield from (column("add_column", table, part) for part in inner.split())
    else:
        yield column("add_column", table, clause)


def _drop(table: str, clause: Cursor) -> Iterator[Action]:
    phrase = clause.take_any(*_DROPPED)
    kind = _DROPPED.get(phrase, "drop_column")
    if not phrase:
        clause.take("COLUMN")
    clause.take("IF", "EXISTS")
    name = "" if kind == "drop_primary_key" else clause.text()
    traits = frozenset({"cascade"}) if clause.has("CASCADE") else frozenset()
    yield Action(kind, table, name, traits)


def _rename(table: str, clause: Cursor) -> Iterator[Action]:
    if clause.take("CONSTRAINT"):
        kind = "rename_constraint"
    elif clause.take("INDEX") or clause.take("KEY"):
        kind = "rename_index"
    elif clause.take("TO") or clause.take("AS"):
        yield Action("rename_table", table, expression=clause.name())
        return
    else:
        clause.take("COLUMN")
        kind = "rename_column"
    name = clause.text()
    if not clause.take("TO"):  # MySQL: RENAME users
        yield Action("rename_table", table, expression=name)
        return
    yield Action(kind, table, name, expression=clause.text())


def _alter(table: str, clause: Cursor) -> Iterator[Action]:
    if clause.take("CONSTRAINT"):
        yield Action("alter_constraint", table, clause.text())
        return
    if clause.take("INDEX"):
        yield Action("alter_index", table, clause.text())
        return
    if clause.take("CHECK"):
        yield Action("alter_constraint", table, clause.text())
        return
    clause.take("COLUMN")
    yield _altered(table, clause.text(), clause)


_COLUMN_CLAUSES = {
    "SET NOT NULL": "set_not_null",
    "DROP NOT NULL": "drop_not_null",
    "SET DEFAULT": "set_default",
    "DROP DEFAULT": "drop_default",
    "SET DATA TYPE": "alter_type",
    "TYPE": "alter_type",
    "ADD GENERATED": "add_identity",
    "DROP IDENTITY": "drop_identity",
    "DROP EXPRESSION": "drop_expression",
    "SET EXPRESSION": "set_expression",
    "SET STATISTICS": "set_statistics",
    "SET STORAGE": "set_storage",
}


def _altered(table: str, name: str, clause: Cursor) -> Action:
    phrase = clause.take_any(*_COLUMN_CLAUSES)
    kind = _COLUMN_CLAUSES.get(phrase, "alter_column")
    if kind != "alter_type":
        return Action(kind, table, name, expression=clause.until())
    type_ = " ".join(clause.until("USING", "COLLATE").split())
    traits = {word.lower() for word in ("USING", "COLLATE") if clause.has(word)}
    clause.seek("USING")
    return Action(kind, table, name, frozenset(traits), type=type_, expression=clause.until())


def _modify(table: str, clause: Cursor) -> Iterator[Action]:
    clause.take("COLUMN")
    yield column("modify_column", table, clause)


def _change(table: str, clause: Cursor) -> Iterator[Action]:
    clause.take("COLUMN")
    old = clause.text()
    changed = column("modify_column", table, clause)
    if changed.name != old:
        yield Action("rename_column", table, old, expression=changed.name)
    yield replace(changed, name=old)


def _validate(table: str, clause: Cursor) -> Iterator[Action]:
    clause.take("CONSTRAINT")
    yield Action("validate_constraint", table, clause.text())


_PARTITIONS = {
    "ATTACH": "attach_partition",
    "DETACH": "detach_partition",
    "EXCHANGE": "exchange_partition",
    "PARTITION": "partition_by",
    "REMOVE": "partition_by",
    "TRUNCATE": "truncate",
}


def _partition(kind: str) -> Callable[[str, Cursor], Iterator[Action]]:
    def read(table: str, clause: Cursor) -> Iterator[Action]:
        traits = frozenset({"concurrently"}) if clause.has("CONCURRENTLY") else frozenset()
        clause.take("PARTITION")
        yield Action(kind, table, clause.name(), traits)

    return read


def _set(table: str, clause: Cursor) -> Iterator[Action]:
    rewrites = clause.take_any("LOGGED", "UNLOGGED", "TABLESPACE", "ACCESS METHOD")
    if clause.take("SCHEMA"):
        yield Action("set_schema", table, expression=clause.text())
    else:
        yield Action("rebuild" if rewrites else "set_parameters", table, expression=rewrites)


def _reset(table: str, _clause: Cursor) -> Iterator[Action]:
    yield Action("set_parameters", table)


def _security(table: str, clause: Cursor) -> Iterator[Action]:
    is_trigger = clause.has("TRIGGER")
    yield Action("alter_trigger" if is_trigger else "alter_security", table)


_READERS: dict[str, Callable[[str, Cursor], Iterator[Action]]] = {
    "ADD": _add,
    "DROP": _drop,
    "RENAME": _rename,
    "ALTER": _alter,
    "MODIFY": _modify,
    "CHANGE": _change,
    "VALIDATE": _validate,
    "SET": _set,
    "RESET": _reset,
    "ENABLE": _security,
    "DISABLE": _security,
    **{word: _partition(kind) for word, kind in _PARTITIONS.items()},
}
