"""The stage that brings views, functions and triggers into the operations of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...dialects import dialect_for
from .declaring import may_declare, metadatas_of

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations import ops
    from sqlalchemy import Engine

    from ..ownership import Ownership
    from ..renames.values import Renames


@dataclass
class ObjectStage:
    """For all databases of one run.

    :param engines: those of the application, to which nothing may be sent.
    :param makes_way: whether a script is written, in which dependents of a table make way.
    :param refuses: whether it stops where something of others would have to.
    :param leaving: what is dropped before everything else, in the names that there are now.
    :param renaming: how many operations at the beginning give things their new names.
    """

    engines: Sequence[Engine] = ()
    makes_way: bool = True
    refuses: bool = True
    leaving: Sequence[ops.MigrateOperation] = ()
    renaming: int = 0
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
        database = dialect_for(connection.engine.url, connection.dialect)
        found = database.objects(connection)
        if not found and not may_declare(metadatas_of(context)):
            return
        from .bringing import Bringing

        Bringing(self, context, ownership, database).run(upgrade, renames, found)
