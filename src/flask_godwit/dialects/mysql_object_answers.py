"""What MySQL and MariaDB answer about views, routines and triggers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, ClassVar

from .object_answers import VIEW, ObjectAnswers

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .objects import ObjectKey, Objects


class MySQLObjectAnswers(ObjectAnswers):
    """Both let go what a view or trigger reads."""

    replaces: ClassVar[frozenset[str]] = frozenset({VIEW})
    or_replace: ClassVar[frozenset[str]] = frozenset({VIEW})

    def objects(self, connection: Connection) -> Objects:
        from .mysql_objects import objects

        return objects(connection)

    def broken_readers(
        self, found: Objects, gone: Mapping[str, Collection[str]]
    ) -> Mapping[ObjectKey, tuple[str, str]]:
        from .mysql_readers import broken_readers

        return broken_readers(found, gone)
