"""Sequences that stand on their own: made before their users, changed, and dropped after them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Sequence

from ...dialects.counters import changed_options
from ..names import Key, quoted, said
from ..ownership import OWNERSHIP
from ..steps import Sql
from .sides import sides_of

Options = Mapping[str, str]


def compare_sequences(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Bring the sequences of the models into the operations of a comparison."""
    assert context.connection is not None
    wanted = dict(_wanted(context))
    found = sides_of(context).database.sequences(context.connection)
    if not wanted and not found:
        return
    usual = sides_of(context).database.usual_sequence
    made = [_made(context, key, wanted[key]) for key in wanted if key not in found]
    changed = [
        _changed(context, key, found[key], wanted[key])
        for key in wanted
        if key in found and changed_options(found[key], wanted[key], usual)
    ]
    gone = [key for key in found if key not in wanted and _is_looked_at(context, key)]
    ours = _ours(context, {name for _, name in gone})
    dropped = [_made(context, key, found[key]).reverse() for key in gone if key[1] in ours]
    upgrade.ops[:] = [*made, *changed, *upgrade.ops, *dropped]


def _wanted(context: AutogenContext) -> Iterator[tuple[Key, Options]]:
    dialect = context.dialect
    assert dialect is not None
    if not dialect.supports_sequences:
        return
    given: Any = context.metadata
    for metadata in given if isinstance(given, list | tuple) else [given]:
        for sequence in metadata._sequences.values():
            # An optional one is for databases that have nothing else.
            if not (sequence.optional and dialect.sequences_optional):
                schema = sequence.schema
                yield (
                    (None if schema == dialect.default_schema_name else schema, sequence.name),
                    _options(sequence),
                )


def _options(sequence: Sequence) -> Options:
    """What a model says that is not the usual."""
    start = getattr(sequence, "start", None)
    said = {
        "start": None if start in (None, 1) else f"START WITH {start}",
        "increment": _clause("INCREMENT BY", sequence.increment, usual=1),
        "minimum": _clause("MINVALUE", sequence.minvalue),
        "maximum": _clause("MAXVALUE", sequence.maxvalue),
        "cache": _clause("CACHE", sequence.cache, usual=1),
        "cycle": "CYCLE" if sequence.cycle else None,
    }
    return {option: clause for option, clause in said.items() if clause}


def _clause(word: str, value: int | None, usual: int | None = None) -> str | None:
    return None if value is None or value == usual else f"{word} {value}"


def _made(context: AutogenContext, key: Key, options: Options) -> Sql:
    assert context.dialect is not None
    name = quoted(context.dialect, *key)
    create = " ".join((f"CREATE SEQUENCE {name}", *options.values()))
    return Sql(
        create,
        f"DROP SEQUENCE {name}",
        words=f"create sequence {said(key)}",
        back=f"drop sequence {said(key)}",
    )


def _changed(context: AutogenContext, key: Key, before: Options, after: Options) -> Sql:
    assert context.dialect is not None
    name = quoted(context.dialect, *key)
    usual = sides_of(context).database.usual_sequence
    there, back = changed_options(before, after, usual), changed_options(after, before, usual)
    return Sql(
        f"ALTER SEQUENCE {name} {' '.join(there)}",
        f"ALTER SEQUENCE {name} {' '.join(back)}",
        words=f"sequence {said(key)}: {', '.join(there).lower()}",
        back=f"sequence {said(key)}: {', '.join(back).lower()}",
    )


def _ours(context: AutogenContext, names: set[str]) -> frozenset[str]:
    """Which sequences some revision made; all others are left alone."""
    ownership = context.opts.get(OWNERSHIP)
    return ownership.history.has(names) if ownership and names else frozenset()


def _is_looked_at(context: AutogenContext, key: Key) -> bool:
    """Whether the comparison is about its schema."""
    return key[0] is None or bool(context.opts.get("include_schemas"))
