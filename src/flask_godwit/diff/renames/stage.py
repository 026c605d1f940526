"""The stage that turns drop-and-add into renames.

It runs when Alembic has compared once. What was renamed is found out; then everything is
compared again, with a database whose things have their new names already. So the script
begins with the renames, and goes on with what else changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Inspector

from ...dialects import dialect_for, name_of
from ...dialects.base import Database
from ...errors import AnswerWrong
from ..answers import Answers
from ..compare.new_schemas import missing_schemas
from ..names import Key, quoted, said
from ..questions import Asker
from ..steps import RenameColumn, RenameSql, RenameTable, Sql
from .find import Finder
from .follow import followers, renaming, replacing, sequences, untangled
from .follower import Follower
from .held_keys import held_keys, not_held
from .leaving import gone_columns, gone_indexes, gone_tables, keys_aside, leaving
from .one_name import refuse_one_name
from .order import moved, ordered
from .readers import Readers, blocking_readers, without_detours
from .values import Renames, namespace
from .view import RenamedInspector


class RenameStage:
    """Finds renames in one comparison, and brings them into its operations.

    :param release: takes out of operations what is about tables of others.
    :param forget: leaves behind what was noted while things had their old names.
    """

    def __init__(
        self,
        context: AutogenContext,
        answers: Answers,
        asker: Asker | None,
        release: Callable[[ops.UpgradeOps], None],
        forget: Callable[[], None],
    ) -> None:
        assert context.connection is not None
        self.context = context
        self.answers = answers
        self.asker = asker
        self.release = release
        self.forget = forget
        self.inspector: Inspector = context.inspector
        self.database: Database = dialect_for(
            context.connection.engine.url, context.connection.dialect
        )
        self.used: set[str] = set()
        self.leaving: list[ops.MigrateOperation] = []
        """What is dropped before the renames, since another thing takes its name."""
        self.steps: Sequence[ops.MigrateOperation] = ()
        """What gives things their new names, at the beginning of the operations."""
        self.last: list[ops.MigrateOperation] = []
        """What is there again when all is done: keys that were in the way of new names."""
        self.first: list[ops.MigrateOperation] = []
        """What was found before anything was known to be renamed."""

    def run(self, upgrade: ops.UpgradeOps) -> Renames:
        """Change the operations, where something was renamed; returns what was."""
        finder = self._finder(upgrade)
        tables = finder.tables()
        renames = Renames(tables, gone_tables=gone_tables(self.inspector, finder.models, tables))
        self.used |= finder.used
        if renames:
            self._compare_again(upgrade, renames)
            finder = self._finder(upgrade)
        found = finder.columns(tables)
        if self.asker is not None:
            refuse_one_name(finder, tables, found, self.database)
        columns = keys_aside(self.inspector, finder.models, found, tables)
        gone = gone_columns(self.inspector, finder.models, columns, tables)
        renames = replace(renames, columns=columns, gone=gone)
        self.used |= finder.used
        if not renames:
            return renames
        there = self._there(finder, renames)
        if {"table", "ix"} <= {*self.database.shared_names}:
            called = gone_indexes(self.inspector, there, tables)
            renames = replace(renames, gone_indexes=called)
        self.leaving = leaving(self.context, self.inspector, there, renames)
        steps = self._steps(finder, renames)
        renames = self._with_names(finder, renames)
        self._compare_again(upgrade, renames)
        self.steps = without_detours(steps, upgrade)
        upgrade.ops[:0] = self.steps
        upgrade.ops += without_detours(self.last, upgrade)
        return renames

    def _finder(self, upgrade: ops.UpgradeOps) -> Finder:
        return Finder(self.context, self.inspector, upgrade.ops, self.answers, self.asker)

    def _there(self, finder: Finder, renames: Renames) -> list[Key]:
        """The tables of the database that are looked at, by their old keys."""
        known = list(map(renames.old_key, finder.models))
        schemas = {schema for schema, _ in known} & {None, *self.inspector.get_schema_names()}
        there = {(s, name) for s in schemas for name in self.inspector.get_table_names(schema=s)}
        return [*(key for key in known if key in there), *finder.dropped_tables]

    def _compare_again(self, upgrade: ops.UpgradeOps, renames: Renames) -> None:
        self.first = self.first or list(upgrade.ops)
        upgrade.ops.clear()
        self.forget()
        self.context.inspector = RenamedInspector(self.inspector, renames)
        dispatch = self.context.comparators.dispatch(
            "autogenerate", qualifier=name_of(self.context.dialect)
        )
        dispatch(self.context, upgrade)
        self.release(upgrade)
        self.context.inspector = self.inspector

    def _with_names(self, finder: Finder, renames: Renames) -> Renames:
        """The renames, and the names that follow them by a statement of ours."""
        names: dict[Key, dict[tuple[str, str], str]] = {}
        for follower in followers(self.context, finder.models, renames, self.database):
            if self._step(follower) or self._comes_back(follower):
                place = (namespace(follower.kind), follower.old)
                names.setdefault(follower.table, {})[place] = follower.new
        if self.database.indexes_foreign_keys:
            for known in names.values():
                # The index that the server made for a key gets its name, when that is made anew.
                keys = [(old, new) for (kind, old), new in known.items() if kind == "fk"]
                for before, after in keys:
                    known.setdefault((namespace("ix"), before), after)
        for old, new in renames.tables.items():
            for kind, name in self._constraints(old):
                now = self.database.name_after_rename(name, old[1], new[1])
                if now != name:
                    known = names.setdefault(new, {})
                    known[kind, name] = known.pop((kind, now), now)
        return replace(renames, names=names)

    def _constraints(self, table: Key) -> Iterator[tuple[str, str]]:
        """The names of a table's foreign keys and CHECKs."""
        schema, name = table
        for key in self.inspector.get_foreign_keys(name, schema=schema):
            yield "fk", str(key["name"])
        for check in self.inspector.get_check_constraints(name, schema=schema):
            yield "ck", str(check["name"])

    def _steps(self, finder: Finder, renames: Renames) -> list[ops.MigrateOperation]:
        blocking = list(blocking_readers(self.context, finder.models, renames, self.database))
        following = list(followers(self.context, finder.models, renames, self.database))
        aside = list(held_keys(self.context, renames, self.database))
        self.last = [create for _, create in aside]
        following = not_held(aside, following, lambda follower: bool(self._step(follower)))
        blocked = {(check.table_name, name) for check, _, name in blocking}
        return [
            *missing_schemas(self.context, renames.schemas()),
            *self._tables(renames),
            *(drop for drop, _ in aside),
            *(drop for drop, _, _ in blocking),
            *self._columns(renames),
            *sequences(self.context, finder.models, renames, self.database),
            *(create for _, create, _ in blocking),
            *self._following([f for f in following if (f.table[1], f.old) not in blocked]),
        ]

    def _following(self, found: list[Follower]) -> Iterator[ops.MigrateOperation]:
        for follower in untangled(found):
            if step := self._step(follower):
                yield step

    def _step(self, follower: Follower) -> ops.MigrateOperation | None:
        """What gives something its new name."""
        return renaming(follower, self.context, self.database) or replacing(
            follower, self.context.dialect, self.database
        )

    def _comes_back(self, follower: Follower) -> bool:
        """Whether it is a CHECK that is made again when the columns have their names."""
        return follower.kind == "ck" and self.database.readers_block_renames

    def _tables(self, renames: Renames) -> Iterator[ops.MigrateOperation]:
        moves = {old: new for old, new in renames.tables.items() if old[0] != new[0]}
        there = {(schema, name) for schema, _ in moves.values() for name in self._names(schema)}
        for old, new in moved(moves, there - {*renames.gone_tables}):
            yield self._move(old, new)
        by_schema: dict[str | None, dict[str, str]] = {}
        for old, new in renames.tables.items():
            by_schema.setdefault(new[0], {})[old[1]] = new[1]
        for schema, names in by_schema.items():
            gone = {*renames.gone_tables, *moves}
            taken = [name for name in self._names(schema) if (schema, name) not in gone]
            taken += [old[1] for old, new in moves.items() if new[0] == schema]
            for before, after in ordered(names, taken, schema or "the database"):
                yield RenameTable(before, after, schema=schema)

    def _names(self, schema: str | None) -> list[str]:
        return list(self.inspector.get_table_names(schema=schema))

    def _move(self, old: Key, new: Key) -> Sql:
        default = self.context.dialect.default_schema_name or ""
        dialect = self.context.dialect
        there, here = new[0] or default, old[0] or default
        source, target = quoted(dialect, *old), quoted(dialect, new[0], old[1])
        up, down = (
            self.database.move_table(table, quoted(dialect, schema), quoted(dialect, old[1]))
            for table, schema in ((source, there), (target, here))
        )
        if not up:
            raise AnswerWrong(
                f"{self.database.name} moves no table to another database: {said(old)} can't"
                f" become {said(new)}.",
                hint=f"--no-rename {said(old)}    drops it with its rows, and makes a new one: copy"
                " the rows first, in a revision before this one.",
            )
        return RenameSql(
            up,
            down,
            words=f"table {said(old)} -> {there}.{old[1]}",
            back=f"table {there}.{old[1]} -> {said(old)}",
        )

    def _columns(self, renames: Renames) -> Iterator[ops.MigrateOperation]:
        for key, names in renames.columns.items():
            schema, table = renames.old_key(key)
            found = self.inspector.get_columns(table, schema=schema)
            taken = [c["name"] for c in found if c["name"] not in renames.gone.get(key, ())]
            readers = Readers(self.context, self.database, renames, key)
            for old, new in ordered(names, taken, said(key)):
                yield self._column(key, old, new, readers.renamed(old, new))

    def _column(
        self, key: Key, old: str, new: str, said_anew: tuple[str, str]
    ) -> ops.MigrateOperation:
        dialect = self.context.dialect
        table = quoted(dialect, *key)
        before, after = quoted(dialect, old), quoted(dialect, new)
        statement = self.database.rename_column(table, before, after)
        if not statement:
            return RenameColumn(key[1], old, schema=key[0], modify_name=new)
        renames = RenameSql(
            statement + said_anew[0],
            self.database.rename_column(table, after, before) + said_anew[1],
            words=f"column {said(key, old)} -> {new}",
            back=f"column {said(key, new)} -> {old}",
        )
        renames.column = (key, old, new)
        return renames
