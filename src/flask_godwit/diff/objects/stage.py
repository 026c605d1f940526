"""The stage that brings views, functions and triggers into the operations of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Engine, MetaData

from ...dialects import dialect_for
from ...dialects.objects import Objects
from ...operations.surroundings import surroundings_of
from ..ownership import Ownership
from ..renames.values import Renames
from .compare import ObjectComparison
from .steps import ObjectStep
from .touched import touches
from .wanted import NotCompared, Wanted, declares, may_declare, views_in, wanted


@dataclass
class ObjectStage:
    """For all databases of one run.

    :param engines: those of the application, to which nothing may be sent.
    :param makes_way: whether a script is written, in which dependents of a table make way.
    :param refuses: whether it stops where something of others would have to.
    """

    engines: Sequence[Engine] = ()
    makes_way: bool = True
    refuses: bool = True
    notes: list[str] = field(default_factory=list)

    def run(
        self,
        context: AutogenContext,
        upgrade: ops.UpgradeOps,
        renames: Renames,
        ownership: Ownership | None,
    ) -> None:
        """Add the steps to the operations, which are known in full by now.

        :raises ViewInTheWay: something that is not ours would have to go.
        """
        connection = context.connection
        if connection is None or ownership is None:
            return
        metadatas = metadatas_of(context)
        database = dialect_for(connection.engine.url, connection.dialect)
        found = database.objects(connection)
        if not found and not may_declare(metadatas):
            return
        models = self._wanted(context, metadatas)
        if models is None:
            return
        comparison = ObjectComparison(
            database,
            _looked_at(context, found, models, ownership),
            models,
            touches(upgrade, renames),
            ownership.history.declared,
            ownership.history.written,
            self.refuses,
        )
        steps = comparison.steps(makes_way=self.makes_way)
        upgrade.ops[:] = in_phases(upgrade.ops, steps)
        ownership.note(sorted(key.words for key in comparison.unmanaged))

    def _wanted(self, context: AutogenContext, metadatas: Sequence[MetaData]) -> Wanted | None:
        assert context.connection is not None
        assert context.migration_context is not None
        scratch_url = surroundings_of(context.migration_context).settings.scratch_url
        try:
            return wanted(metadatas, context.connection.engine, scratch_url, self.engines)
        except NotCompared as reason:
            note = f"Views, functions and triggers were not compared: {reason}"
            if note not in self.notes and declares(metadatas):
                self.notes.append(note)
            return None


def metadatas_of(context: AutogenContext) -> list[MetaData]:
    """The models, which may stand in several."""
    given: Any = context.metadata
    return list(given) if isinstance(given, list | tuple) else [given]


def in_phases(
    operations: Sequence[ops.MigrateOperation], steps: Sequence[ObjectStep]
) -> list[ops.MigrateOperation]:
    """The operations on tables, with the steps before and after them."""
    early = [step for step in steps if step.early]
    return [*early, *operations, *(step for step in steps if not step.early)]


def apart(operations: ops.OpContainer) -> list[ObjectStep]:
    """Take the steps out, so that the order of the others can be seen to."""
    steps = [operation for operation in operations.ops if isinstance(operation, ObjectStep)]
    operations.ops = [one for one in operations.ops if not isinstance(one, ObjectStep)]
    return steps


def without_views(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Take out what Alembic does with views that stand among the tables of the models."""
    views = {(table.schema, table.name) for table in views_in(metadatas_of(context))}
    if views:
        upgrade.ops[:] = [op for op in upgrade.ops if _key(op) not in views]


def _key(operation: Any) -> tuple[Any, Any]:
    return getattr(operation, "schema", None), getattr(operation, "table_name", None)


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
