"""Views, functions and triggers, which there are some of, among the operations on tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from ...dialects import Database
from ...dialects.objects import ObjectKey, Objects
from ...errors import ViewInTheWay
from ...frozen import frozen
from ...surroundings import surroundings_of
from ..compare.new_schemas import missing_schemas
from ..names import said
from ..ownership import Ownership
from ..renames.values import Renames
from .among import bring_among
from .compare import ObjectComparison
from .declaring import declares, metadatas_of
from .phases import in_phases
from .stage import ObjectStage
from .steps import MakeObject, ObjectStep
from .touched import dropped_columns, dropped_tables, named_anew, renamed, touches
from .wanted import NotCompared, Wanted, wanted

_NO_LONGER = "it will no longer work"
_ANOTHER = "it reads the table that takes the name then, and keeps to it on a downgrade"


@frozen
class Bringing:
    """The work of the stage on one database."""

    stage: ObjectStage
    context: AutogenContext
    ownership: Ownership
    database: Database

    def run(self, upgrade: ops.UpgradeOps, renames: Renames, found: Objects) -> None:
        """Add the steps to the operations.

        :raises ViewInTheWay: something that is not ours would have to go.
        """
        models = self._wanted()
        if models is None:
            return
        comparison = ObjectComparison(
            self.database,
            _looked_at(self.context, found, models, self.ownership),
            models,
            [*touches(ops.UpgradeOps(self.stage.leaving), Renames()), *touches(upgrade, renames)],
            named_anew(renames),
            self.ownership.history.declared,
            self.ownership.history.written,
            self._broken(upgrade, renames, found),
            self.stage.refuses,
        )
        steps = comparison.steps(makes_way=self.stage.makes_way)
        among = [step for step in steps if step.is_among]
        if among:
            named = ops.UpgradeOps(upgrade.ops[self.stage.renaming :])
            bring_among(self.context, named, renames, among, found)
            upgrade.ops[self.stage.renaming :] = named.ops
        upgrade.ops[:] = in_phases(upgrade.ops, steps)
        upgrade.ops[:0] = missing_schemas(self.context, _new_schemas(upgrade, steps, renames))
        self.ownership.note(sorted(key.words for key in comparison.unmanaged))
        if self.stage.makes_way:
            others = {key: found[key] for key in comparison.unmanaged}
            tables = {table: set[str]() for table in dropped_tables(upgrade)}
            self._note_broken(others, self._dropped(upgrade, renames) | tables, "drops")
            if not self.database.follows_renames:
                self._note_broken(others, renamed(renames), "renames")
            self._note_lost(others, tables)
            self._refuse_renames(others, renames)

    def _note_broken(self, others: Objects, gone: Mapping[str, set[str]], verb: str) -> None:
        """Say what the database lets a migration break."""
        if not (others and gone):
            return
        for key, place in sorted(self.database.broken_readers(others, gone).items()):
            name = key._replace(of=key.of or others[key].table).words
            self.stage.notes.append(
                f"The {name} reads {said((None, place[0]), place[1])}, which this revision {verb}:"
                f" it will no longer work. {self.database.name} does not hold that up, and the"
                " models don't declare it."
            )

    def _note_lost(self, others: Objects, tables: Collection[str]) -> None:
        """The same, where the database tells by trying; and who reads another table then."""
        assert self.context.connection is not None
        taken = dropped_tables(ops.UpgradeOps(self.stage.leaving)) if others else set()
        for table in sorted({*tables, *taken} if others else ()):
            lost = self.database.broken_without(self.context.connection, {table: ()})
            for key in sorted(key for key in lost if key in others):
                if others[key].table.lower() == table.lower():
                    continue  # it goes with its table
                what = _ANOTHER if table in taken else _NO_LONGER
                self.stage.notes.append(
                    f"The {key.words} reads {table}, which this revision drops: {what}, and the"
                    " models don't declare it."
                )

    def _refuse_renames(self, others: Objects, renames: Renames) -> None:
        """:raises ViewInTheWay: something of others would not follow a rename."""
        columns = {table: names for table, names in renamed(renames).items() if names}
        if not (others and columns and self.stage.refuses):
            return
        assert self.context.connection is not None
        key = self.database.stopping_renames(self.context.connection, columns)
        if key is not None and key in others:
            names = ", ".join(
                said((None, table), name) for table in columns for name in sorted(columns[table])
            )
            raise ViewInTheWay(
                f"The {key.words} does not follow what is renamed ({names}), and"
                f" {self.database.name} refuses that. The models don't declare it.",
                hint="Declare it in the models, drop it in a revision before this one, or drop it"
                " by hand and create it again afterwards.\n"
                "--no-row-check writes the script all the same.",
            )

    def _dropped(self, upgrade: ops.UpgradeOps, renames: Renames) -> dict[str, set[str]]:
        """Columns by table."""
        gone: dict[str, set[str]] = {}
        for part, names in ((ops.UpgradeOps(self.stage.leaving), Renames()), (upgrade, renames)):
            for table, columns in dropped_columns(part, names).items():
                gone.setdefault(table, set()).update(columns)
        return gone

    def _broken(
        self, upgrade: ops.UpgradeOps, renames: Renames, found: Objects
    ) -> Collection[ObjectKey]:
        if not (found and self.stage.makes_way):
            return ()
        gone = self._dropped(upgrade, renames)
        assert self.context.connection is not None
        return self.database.broken_without(self.context.connection, gone) if gone else ()

    def _wanted(self) -> Wanted | None:
        context, metadatas = self.context, metadatas_of(self.context)
        assert context.connection is not None
        assert context.migration_context is not None
        scratch_url = surroundings_of(context.migration_context).settings.scratch_url
        try:
            return wanted(metadatas, context.connection.engine, scratch_url, self.stage.engines)
        except NotCompared as reason:
            note = f"Views, functions and triggers were not compared: {reason}"
            if note not in self.stage.notes and declares(metadatas):
                self.stage.notes.append(note)
            return None


def _new_schemas(
    upgrade: ops.UpgradeOps, steps: Sequence[ObjectStep], renames: Renames
) -> set[str]:
    """Where objects come to, but for schemas that tables come to: those are made already."""
    made = {step.new.key.schema for step in steps if isinstance(step, MakeObject)}
    tables = {op.schema for op in upgrade.ops if isinstance(op, ops.CreateTableOp)}
    return {schema for schema in made if schema} - tables - renames.schemas()


def _looked_at(
    context: AutogenContext, found: Objects, models: Wanted, ownership: Ownership
) -> Objects:
    """What the comparison is about: its schemas, without what nobody wants to be looked at."""
    schemas = {None, *(one.key.schema for one in models.objects)}
    schemas |= {table.schema for one in metadatas_of(context) for table in one.tables.values()}
    return {
        key: one
        for key, one in found.items()
        if (context.opts.get("include_schemas") or key.schema in schemas)
        and not ownership.is_ignored((key.schema, key.name))
    }
