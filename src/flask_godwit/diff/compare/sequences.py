"""Sequences that stand on their own: made before their users, changed, and dropped after them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column, Dialect, Sequence, inspect

from ...dialects.counters import changed_options
from ...dialects.usual_sequence import SequenceValues, unusual_options
from ..names import Key, quoted, said
from ..ownership import OWNERSHIP
from ..steps import Sql, Together, flat
from ..taken_names import freed_names, taken_names
from .sides import has_own_sequence, sides_of

Options = Mapping[str, str]


def compare_sequences(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Bring the sequences of the models into the operations of a comparison."""
    assert context.connection is not None
    _leave_to_sequences(context, upgrade)
    wanted = dict(_wanted(context))
    found = sides_of(context).database.sequences(context.connection)
    if not wanted and not found:
        return
    usual = sides_of(context).database.usual_sequence
    inspector = inspect(context.connection)
    made = {
        key: _made(context, key, options)
        for key, options in wanted.items()
        # One that belongs to a SERIAL column is no less there.
        if key not in found and not inspector.has_sequence(key[1], key[0])
    }
    changed = [
        _changed(context, key, found[key], wanted[key])
        for key in wanted
        if key in found and changed_options(found[key], wanted[key], usual)
    ]
    gone = [key for key in found if key not in wanted and _is_looked_at(context, key)]
    ours = _ours(context, gone)
    dropped = {key: _made(context, key, found[key]).reverse() for key in gone if key in ours}
    free, taken = _names(context, upgrade)
    upgrade.ops[:] = [
        *(op for key, op in dropped.items() if key in taken),
        *(op for key, op in made.items() if key not in free),
        *changed,
        *upgrade.ops,
        *(op for key, op in made.items() if key in free),
        *(op for key, op in dropped.items() if key not in taken),
    ]


def _names(context: AutogenContext, upgrade: ops.UpgradeOps) -> tuple[set[Key], set[Key]]:
    """The names of tables, types and indexes that are given free, and those that are taken."""
    shared = sides_of(context).database.shared_names
    steps = [step for holder in upgrade.ops for step in flat(ops.UpgradeOps([holder]))]
    free, taken = (
        {
            (schema, name)
            for step in steps
            for schema, table, name in names(step, shared)
            if table is None
        }
        for names in (freed_names, taken_names)
    )
    return free, taken


def _leave_to_sequences(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Have no new column count by itself that a sequence of the models gives its numbers.

    The script does not name that sequence, which the application asks for each number.
    """
    assert context.dialect is not None
    for operation in flat(upgrade):
        if isinstance(operation, ops.CreateTableOp):
            operation.columns = [_counted(context.dialect, item) for item in operation.columns]
        elif isinstance(operation, ops.AddColumnOp):
            operation.column = _counted(context.dialect, operation.column)


def _counted(dialect: Dialect, item: Any) -> Any:
    if not isinstance(item, Column) or not has_own_sequence(dialect, item):
        return item
    copy = item._copy()
    copy.autoincrement = False
    return copy


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
                key = (None if schema == dialect.default_schema_name else schema, sequence.name)
                yield key, _options(context, sequence)


def _options(context: AutogenContext, sequence: Sequence) -> Options:
    """What a model says that is not the usual, be it spelled out or not."""
    compiler: Any = context.dialect.type_compiler_instance
    database = sides_of(context).database
    usual = database.usual_sequence
    kind = compiler.process(sequence.data_type).lower() if sequence.data_type else ""
    increment = sequence.increment or 1
    lowest, highest = database.sequence_bounds(kind or "bigint", increment)
    minimum = lowest if sequence.minvalue is None else sequence.minvalue
    maximum = highest if sequence.maxvalue is None else sequence.maxvalue
    cache = int(usual["cache"].rpartition(" ")[2])
    start = getattr(sequence, "start", None)
    values = SequenceValues(
        (minimum if increment > 0 else maximum) if start is None else start,
        increment,
        minimum,
        maximum,
        cache if sequence.cache is None else sequence.cache,
        bool(sequence.cycle),
    )
    typed = {"type": f"AS {kind}"} if kind and f"AS {kind}" != usual["type"] else {}
    _, usual_end = database.sequence_bounds(kind or "bigint", 1)
    return {**typed, **unusual_options(values, usual_end, cache)}


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


def _changed(context: AutogenContext, key: Key, before: Options, after: Options) -> Together:
    assert context.dialect is not None
    name = quoted(context.dialect, *key)
    database = sides_of(context).database
    there, back = (
        [Sql(statement) for statement in database.sequence_changes(name, *ends)]
        for ends in ((before, after), (after, before))
    )
    for statements, ends in ((there, (before, after)), (back, (after, before))):
        clauses = changed_options(*ends, database.usual_sequence)
        statements[0].words = f"sequence {said(key)}: {', '.join(clauses).lower()}"
    return Together(there, back)


def _ours(context: AutogenContext, keys: list[Key]) -> frozenset[Key]:
    """Which sequences some revision made; all others are left alone."""
    ownership = context.opts.get(OWNERSHIP)
    return ownership.history.has(keys) if ownership and keys else frozenset()


def _is_looked_at(context: AutogenContext, key: Key) -> bool:
    """Whether the comparison is about its schema."""
    if key[0] is None:
        return True
    wanted = bool(context.opts.get("include_schemas"))
    return wanted and context.run_name_filters(key[0], "schema", {})
