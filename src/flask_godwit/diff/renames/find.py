"""Which tables and columns got another name: told by options, by the models, or asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column, Inspector, MetaData, Select, Table, literal_column, select

from ...errors import AnswerWrong
from ...frozen import frozen
from ..answers import Answers
from ..names import Key, find_table, said, split_column
from ..questions import Asker, Question, Reading
from ..steps import added_column
from .hints import due
from .likeness import Likeness, of_columns, of_tables

HINT = "renamed_from"
"""The key in ``info`` of a model's Column or Table that tells its former name."""


@frozen
class Candidate:
    """Something that goes, and something like it that comes."""

    old: str
    new: str
    likeness: Likeness
    keys: tuple[Any, Any]


class Finder:
    """Finds the renames of one database.

    :param context: the comparison, after it has run once.
    :param inspector: the database, by its old names.
    :param operations: what that comparison found.
    """

    def __init__(
        self,
        context: AutogenContext,
        inspector: Inspector,
        operations: Sequence[ops.MigrateOperation],
        answers: Answers,
        asker: Asker | None,
    ) -> None:
        self.context = context
        self.inspector = inspector
        self.answers = answers
        self.asker = asker
        flat = list(_flat(operations))
        self.dropped_tables = {_key(op): op for op in flat if isinstance(op, ops.DropTableOp)}
        self.created_tables = [_key(op) for op in flat if isinstance(op, ops.CreateTableOp)]
        dropped = [op for op in flat if isinstance(op, ops.DropColumnOp)]
        added = [adds for op in flat if (adds := added_column(op)) is not None]
        # A column that is made anew under its own name was not renamed.
        anew = {(*_key(op), op.column.name) for op in added}
        anew &= {(*_key(op), op.column_name) for op in dropped}
        self.dropped_columns = [op for op in dropped if (*_key(op), op.column_name) not in anew]
        self.added_columns = [op for op in added if (*_key(op), op.column.name) not in anew]
        self.used: set[str] = set()

    def tables(self) -> dict[Key, Key]:
        """Old and new keys of renamed tables."""
        told = dict(self._told_tables())
        told |= self._due_tables(told)
        return told | dict(self._asked(self._table_candidates(told), "table", self._filled_table))

    def columns(self, tables: dict[Key, Key]) -> dict[Key, dict[str, str]]:
        """Old and new names of renamed columns, by the new key of their table."""
        found: dict[Key, dict[str, str]] = {}
        for key, old, new in self._told_columns(tables):
            found.setdefault(key, {})[old] = new
        for key in dict.fromkeys(map(_key, self.added_columns)):
            found.setdefault(key, {}).update(self._due_columns(key, found.get(key, {})))
        for key in dict.fromkeys(map(_key, self.dropped_columns)):
            found.setdefault(key, {}).update(self._taking_over(key, found.get(key, {}), tables))
        has_values = partial(self._filled_column, tables)
        asked = self._asked(self._column_candidates(found), "column", has_values)
        for (key, old), (_, new) in asked:
            found.setdefault(key, {})[old] = new
        return {key: names for key, names in found.items() if names}

    # told

    def _told_tables(self) -> Iterator[tuple[Key, Key]]:
        for old, new in self.answers.rename_tables.items():
            source = find_table(old, self._database)
            target = find_table(new, self.models)
            taken = target in self._database and said(target) not in self.answers.rename_tables
            stays = source in self.models and old not in self.answers.rename_tables.values()
            if source and target and not (taken and stays):
                self.used.add(old)
                yield source, target

    def _due_tables(self, told: dict[Key, Key]) -> dict[Key, Key]:
        """What the models tell; there is nothing to it when no table is new."""
        if not any(self.models[key].info.get(HINT) for key in self.created_tables):
            return {}
        stay = self.models.keys() & set(self._database)
        there = {*self.dropped_tables, *stay}
        hints = {
            key: source
            for key, table in self.models.items()
            if (hint := table.info.get(HINT)) and (source := find_table(str(hint), there))
        }
        return due(hints, there, told)

    def _told_columns(self, tables: dict[Key, Key]) -> Iterator[tuple[Key, str, str]]:
        for left, right in self.answers.renames.items():
            found = self._told_column(left, right, tables)
            if found:
                self.used.add(left)
                yield found

    def _due_columns(self, key: Key, told: dict[str, str]) -> dict[str, str]:
        """The same for the columns of one table that has new ones."""
        columns = self.models[key].columns
        new = {op.column.name for op in self.added_columns if _key(op) == key}
        gone = {op.column_name for op in self.dropped_columns if _key(op) == key}
        hints = {c.name: str(c.info[HINT]) for c in columns if c.info.get(HINT)}
        return due(hints, gone | {c.name for c in columns} - new, told)

    def _taking_over(
        self, key: Key, told: Mapping[str, str], tables: Mapping[Key, Key]
    ) -> Iterator[tuple[str, str]]:
        """Hints by which a column takes the name of one that is there, which has to go for that."""
        gone = {op.column_name for op in self.dropped_columns if _key(op) == key}
        for column in self.models[key].columns:
            old, new = str(column.info.get(HINT)), column.name
            if old not in gone or old in told or new in {*told, *told.values()}:
                continue
            if self.answers.means_drop(said(key, old)) or not self._has_column(key, new, tables):
                continue
            if self._means_to_take(key, old, new, tables):
                yield old, new

    def _means_to_take(self, key: Key, old: str, new: str, tables: Mapping[Key, Key]) -> bool:
        """Whether the values that are there may go. A hint may be of a rename long ago: ask."""
        if self.asker is None:
            return False
        if self.answers.means_drop(said(key, new)) or not self._filled_column(tables, (key, new)):
            return True
        return self.asker.ask([_taking(said(key, old), said(key, new))])[0] == 0

    def _told_column(
        self, left: str, right: str, tables: dict[Key, Key]
    ) -> tuple[Key, str, str] | None:
        """The table's new key, the old and the new name of a column.

        Where two tables change places, the right side tells which one is meant on the left.
        """
        new = split_column(right, self.models) or self._by_old_table(right, tables)
        name = new[1] if new else right
        for key, old in self._readings(left, tables):
            is_meant = not new or new[0] == key
            is_there = key in self.models and name in self.models[key].c
            if is_meant and is_there and self._has_column(key, old, tables):
                return key, old, name
        return None

    def _readings(self, left: str, tables: Mapping[Key, Key]) -> Iterator[tuple[Key, str]]:
        """A table's new key and an old column, where the table has its old name, or its new one."""
        if found := split_column(left, self._database):
            yield tables.get(found[0], found[0]), found[1]
        if found := split_column(left, tables.values()):
            yield found

    def _by_old_table(self, right: str, tables: dict[Key, Key]) -> tuple[Key, str] | None:
        """A new column that is named with the former name of its table."""
        found = split_column(right, tables)
        return (tables[found[0]], found[1]) if found else None

    def _has_column(self, key: Key, name: str, tables: Mapping[Key, Key]) -> bool:
        schema, table = old_key(key, tables)
        found = self.inspector.get_columns(table, schema=schema)
        return name in {column["name"] for column in found}

    # asked

    def _table_candidates(self, told: dict[Key, Key]) -> Iterator[Candidate]:
        for old, op in self.dropped_tables.items():
            for new in self.created_tables:
                if old in told or new in told.values() or self.answers.means_drop(said(old)):
                    continue
                likeness = of_tables(op.to_table(), self.models[new], self.same_type)
                if likeness:
                    yield Candidate(said(old), said(new), likeness, (old, new))

    def _column_candidates(self, told: dict[Key, dict[str, str]]) -> Iterator[Candidate]:
        for gone in self.dropped_columns:
            key, old = _key(gone), gone.to_column()
            known = told.get(key, {})
            if old.name in known or self.answers.means_drop(said(key, old.name)):
                continue
            for op in self.added_columns:
                if _key(op) != key or op.column.name in known.values():
                    continue
                likeness = of_columns(old, op.column, self.same_type)
                if likeness:
                    names = said(key, old.name), said(key, op.column.name)
                    yield Candidate(*names, likeness, ((key, old.name), (key, op.column.name)))

    def _asked(
        self, candidates: Iterable[Candidate], kind: str, has_rows: Any
    ) -> Iterator[tuple[Any, Any]]:
        if self.asker is None:
            return
        best = _best_pairs(candidates)
        doubtful = [c for c in best if c.likeness.sure or has_rows(c.keys[0])]
        if not doubtful:
            return
        given = self.asker.ask([_question(candidate, kind) for candidate in doubtful])
        yield from (c.keys for c, answer in zip(doubtful, given, strict=True) if answer == 0)

    def _filled_table(self, key: Key) -> bool:
        return self._any_row(self.dropped_tables[key].to_table())

    def _filled_column(self, tables: Mapping[Key, Key], place: tuple[Key, str]) -> bool:
        key, name = place
        schema, table = old_key(key, tables)
        there = Table(table, MetaData(), Column(name), schema=schema)
        return self._any_row(there, there.columns[name])

    def _any_row(self, table: Table, column: Column[Any] | None = None) -> bool:
        query: Select[tuple[str]] = select(literal_column("1")).select_from(table).limit(1)
        if column is not None:
            query = query.where(column.is_not(None))
        assert self.context.connection is not None
        return self.context.connection.execute(query).first() is not None

    # facts

    @cached_property
    def models(self) -> dict[Key, Table]:
        """The models' tables, as autogenerate knows them."""
        return models_of(self.context)

    @cached_property
    def _database(self) -> list[Key]:
        asked = {said(key).rpartition(".")[0] or None for key in self.models}
        named = [*self.answers.rename_tables, *self.answers.renames]
        schemas = asked | {name.partition(".")[0] for name in named if "." in name} | {None}
        known = set(self.inspector.get_schema_names()) | {None}
        return [
            (schema, name)
            for schema in sorted(schemas & known, key=str)
            for name in self.inspector.get_table_names(schema=schema)
        ]

    def same_type(self, old: Column[Any], new: Column[Any]) -> bool:
        """Whether the database sees no difference between two columns' types."""
        return not self.context.migration_context.impl.compare_type(old, new)


def models_of(context: AutogenContext) -> dict[Key, Table]:
    """The models' tables; the default schema is None, as in what a database reflects."""
    default = context.dialect.default_schema_name
    return {(t.schema if t.schema != default else None, t.name): t for t in context.sorted_tables}


def _best_pairs(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Each thing once, the most alike first."""
    taken: set[str] = set()
    best = []
    for candidate in sorted(candidates, key=lambda c: (-c.likeness.score, c.old, c.new)):
        if not {f"-{candidate.old}", f"+{candidate.new}"} & taken:
            taken |= {f"-{candidate.old}", f"+{candidate.new}"}
            best.append(candidate)
    return best


def _question(candidate: Candidate, kind: str) -> Question:
    option = "--rename-table" if kind == "table" else "--rename"
    lost = "rows" if kind == "table" else "values"
    old, new = candidate.old, candidate.new
    return Question(
        f"Was the {kind} {old} renamed to {new}?",
        (
            Reading(f"yes, renamed: its {lost} stay", f"{option} {old}:{new}"),
            Reading(f"no: {old} is dropped with its {lost}, {new} is new", f"--no-rename {old}"),
        ),
    )


def _taking(old: str, new: str) -> Question:
    """What a hint says, and what that costs."""
    return Question(
        f"{new} is to be what {old} was, but there is a {new} with values. Is it dropped for that?",
        (
            Reading(
                f"yes: {old} takes its name, what {new} holds is lost", f"--rename {old}:{new}"
            ),
            Reading(f"no: {old} is dropped with its values", f"--no-rename {old}"),
        ),
    )


def old_key(key: Key, tables: Mapping[Key, Key]) -> Key:
    """What a table was called."""
    return next((old for old, new in tables.items() if new == key), key)


def refuse_unused(answers: Answers, used: set[str]) -> None:
    """An answer that fits nothing is a mistake, unless it comes from a file of former answers.

    :raises AnswerWrong: an old name is not in the database, or a new one not in the models.
    """
    if answers.lenient:
        return
    told = {**answers.rename_tables, **answers.renames}
    unused = [f"{old}:{new}" for old, new in told.items() if old not in used]
    if unused:
        raise AnswerWrong(
            f"There is nothing to rename for {', '.join(unused)}.",
            hint="The old name must be in the database, the new one in the models. Where the"
            " database has both, the models must not have the old one.",
        )
    unused = [name for name in answers.casts if name not in used]
    if unused:
        raise AnswerWrong(
            f"There is nothing to convert for {', '.join(unused)}.",
            hint="--using is for a column of PostgreSQL whose type changes: TABLE.COLUMN=SQL.",
        )
    unused = [name for name in answers.fills if name not in used]
    if unused:
        raise AnswerWrong(
            f"There is nothing to fill for {', '.join(unused)}.",
            hint="A fill is for a column that the models make NOT NULL: TABLE.COLUMN=VALUE.",
        )


def _key(operation: Any) -> Key:
    return operation.schema, operation.table_name


def _flat(operations: Iterable[ops.MigrateOperation]) -> Iterator[ops.MigrateOperation]:
    for operation in operations:
        if isinstance(operation, ops.OpContainer):
            yield from _flat(operation.ops)
        else:
            yield operation
