"""How a migration is written down as a script for a database's own client.

The base knows transactions and comments. What it writes is text for people to read first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from sqlalchemy import Connection

from ..retry import Limits

ELSEWHERE = "the database is at another revision"
OTHERS = "another migration is running"
ORPHANS = "rows would refer to rows that do not exist"
CHECKS = "godwit_checks"
"""A temporary table whose CHECKs stop the script, with their names as the reason."""


class Script:
    """Writes for one kind of database. Asks its connection first, then no more."""

    client: ClassVar[str] = "a client"
    """What runs the script, as it is typed."""
    temporary: ClassVar[str] = "TEMPORARY"

    def __init__(self, connection: Connection) -> None:
        self.preparer = connection.dialect.identifier_preparer

    def opening(self, limits: Limits, statements: Collection[str]) -> Sequence[str]:
        """What is set for the whole script, of which all statements are given."""
        return ()

    def checks(self, at: str, lock: str) -> Sequence[str]:
        """Stop here if something is not as it was, or somebody else is migrating.

        :param at: a condition that is true where the script begins; "" for none.
        :param lock: an expression that takes the deploy lock; "" for none.
        """
        wanted = {ELSEWHERE: at, OTHERS: lock}
        return self._checked({name: test for name, test in wanted.items() if test})

    def begin(self, limits: Limits, statements: Sequence[str]) -> Sequence[str]:
        """A revision's transaction, which these statements are part of."""
        return ("BEGIN;",)

    def commit(self) -> Sequence[str]:
        """Its end."""
        return ("COMMIT;",)

    def finished(self) -> Sequence[str]:
        """After a revision, when its transaction is committed."""
        return ()

    def is_outside(self, statement: str) -> bool:
        """Whether a statement can't be in a transaction."""
        return False

    def outside(self, statement: str) -> str:
        """A statement that is in no transaction."""
        return self.terminated(statement)

    def terminated(self, statement: str) -> str:
        """A statement as the client takes it."""
        text = statement.strip()
        while text.endswith(";"):
            text = text[:-1].rstrip()
        last = text.rpartition("\n")[2]
        return f"{text}\n;" if "--" in last or "#" in last else f"{text};"

    def _checked(self, tests: dict[str, str]) -> Sequence[str]:
        if not tests:
            return ()
        columns = {name: f"c{number}" for number, name in enumerate(tests)}
        quote = self.preparer.quote_identifier
        checks = [f"CONSTRAINT {quote(name)} CHECK ({c} = 1)" for name, c in columns.items()]
        defined = ["id INTEGER PRIMARY KEY", *(f"{c} INTEGER" for c in columns.values()), *checks]
        values = [f"CASE WHEN {test} THEN 1 ELSE 0 END" for test in tests.values()]
        return (
            f"CREATE {self.temporary} TABLE {CHECKS} (\n    " + ",\n    ".join(defined) + "\n);",
            f"INSERT INTO {CHECKS}\n    SELECT 1, " + ",\n    ".join(values) + ";",
            self._drop_checks(),
        )

    def _drop_checks(self) -> str:
        return f"DROP TABLE {CHECKS};"
