"""PostgreSQL: a partition is detached CONCURRENTLY, and looks then as if it had not been.

CONCURRENTLY leaves a CHECK behind that says what the partition held, unless there is one already.
So one of ours is there while it lasts, validated beside the traffic and dropped at the end.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from ..frozen import frozen
from .forms import Part, SafeForm
from .names import own_name

_NAME = r'(?:"(?:[^"]|"")+"|\w+)'
_PLACE = rf"{_NAME}(?:\s*\.\s*{_NAME})?"
_DETACHES = re.compile(
    rf"\s*ALTER\s+TABLE\s+({_PLACE})\s+DETACH\s+PARTITION\s+({_PLACE})\s*;?\s*", re.IGNORECASE
)
_LEAVES = text(
    """
    SELECT relid::regclass::text FROM pg_partition_tree(to_regclass(:parent)) WHERE isleaf
    """
)
_PARTITIONED = text(
    "SELECT count(*) FROM pg_class WHERE oid = to_regclass(:table) AND relkind = 'p'"
)
_CAN_BE = text(
    """
    SELECT count(*) FROM pg_inherits h JOIN pg_partitioned_table p ON p.partrelid = h.inhparent
    WHERE h.inhparent = to_regclass(:parent) AND h.inhrelid = to_regclass(:child)
      AND p.partdefid = 0
    """
)
_PENDING = text(
    """
    SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass(:parent)
      AND inhrelid = to_regclass(:child) AND inhdetachpending
    """
)
_BOUNDS = text("SELECT pg_get_partition_constraintdef(to_regclass(:child))")
_SOME_BOUNDS = "its_bounds"
"""What the journal knows the bounds by: nobody can ask for them once it is detached."""


def detached(statement: str, context: MigrationContext) -> SafeForm | None:
    """The form of ``ALTER TABLE … DETACH PARTITION``; None where a server is too old for it."""
    found = _DETACHES.fullmatch(statement)
    version = getattr(context.dialect, "server_version_info", None)
    if found is None or (version and version < (14,)):
        return None
    return _Detached(found[1], found[2], context).form()


def leaves_of(table: str, context: MigrationContext) -> tuple[str, ...]:
    """A partitioned table has no rows of its own: it is as large as its partitions are."""
    if context.as_sql or (context.dialect.server_version_info or ()) < (12,):
        return ()
    assert context.connection is not None
    return tuple(context.connection.scalars(_LEAVES, {"parent": table}))


def is_whole(table: str, connection: Connection) -> bool:
    """Whether a table has no partitions."""
    return not connection.scalar(_PARTITIONED, {"table": table})


@frozen
class _Detached:
    """One partition that is to be detached, both names as the script writes them."""

    parent: str
    child: str
    context: MigrationContext

    def form(self) -> SafeForm:
        alter = f"ALTER TABLE {self.child}"
        add, detach = f"{alter} ADD CONSTRAINT {self.check}", f"ALTER TABLE {self.parent}"
        drop = f"{alter} DROP CONSTRAINT {self.check}"
        detach += f" DETACH PARTITION {self.child}"
        return SafeForm(
            f"partition {self.child} of {self.parent}: detached CONCURRENTLY",
            self._tables(),
            (
                Part(
                    f"{add} CHECK ({self._bounds()}) NOT VALID",
                    brief=True,
                    undo=drop,
                    name=f"{add} CHECK ({_SOME_BOUNDS}) NOT VALID",
                ),
                Part(f"{alter} VALIDATE CONSTRAINT {self.check}"),
                Part(
                    f"{detach} CONCURRENTLY",
                    rest=partial(self._asked, _PENDING, f"{detach} FINALIZE"),
                ),
                Part(drop, brief=True),
            ),
            applies=lambda connection: bool(self._asked(_CAN_BE, "yes", connection)),
        )

    @property
    def check(self) -> str:
        """The quoted name of our CHECK."""
        bare = re.findall(_NAME, self.child)[-1]
        plain = bare[1:-1].replace('""', '"') if bare.startswith('"') else bare.lower()
        return self.context.dialect.identifier_preparer.quote(own_name(plain, "godwit_bounds"))

    def _tables(self) -> tuple[str, ...]:
        return self.parent, self.child, *leaves_of(self.parent, self.context)

    def _bounds(self) -> str:
        if self.context.as_sql:
            return _SOME_BOUNDS
        assert self.context.connection is not None
        found = self.context.connection.scalar(_BOUNDS, {"child": self.child})
        return str(found or _SOME_BOUNDS).replace("%", "%%")

    def _asked(self, query: Any, answer: str, connection: Connection) -> str:
        given = {"parent": self.parent, "child": self.child}
        return answer if connection.scalar(query, given) else ""
