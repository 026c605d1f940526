"""Where a column's numbers come from, and the statements that change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from ..frozen import frozen
from .usual_sequence import USUAL

IDENTITY = "identity"
SERIAL = "serial"
AUTO_INCREMENT = "AUTO_INCREMENT"


@frozen
class Counter:
    """What gives a column its next number.

    :param kind: ``IDENTITY``, ``SERIAL`` or ``AUTO_INCREMENT``.
    :param always: an identity whose numbers can't be chosen.
    :param options: SQL of the sequence's options that are not the usual ones, by option.
    :param sequence: the name of the sequence behind it; no part of a comparison.
    """

    kind: str
    always: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    sequence: str = field(default="", compare=False)

    def __str__(self) -> str:
        said = [self.kind, *(["always"] if self.always else [])]
        return ", ".join([*said, *(option.lower() for option in self.options.values())])


@frozen
class CountedColumn:
    """A column before or after a change.

    :param schema: quoted and with its dot; "" where the table's name is enough.
    :param quote: quotes a name for SQL.
    :param type: in the server's words.
    :param default: the server's words for a default that is no counter.
    :param definition: the whole column, where the server has that.
    """

    schema: str
    table_name: str
    name: str
    quote: Callable[[str], str]
    counter: Counter | None
    type: str = ""
    default: str | None = None
    definition: str | None = None

    @property
    def table(self) -> str:
        """The table as SQL names it."""
        return self.beside(self.table_name)

    @property
    def column(self) -> str:
        """The column as SQL names it."""
        return self.quote(self.name)

    def beside(self, name: str) -> str:
        """Something else in the table's schema, as SQL names it."""
        return self.schema + self.quote(name)


def changed_options(
    before: Mapping[str, str], after: Mapping[str, str], usual: Mapping[str, str] = USUAL
) -> list[str]:
    """The clauses that lead from one sequence's options to another's."""
    return [
        after.get(option, clause)
        for option, clause in usual.items()
        if before.get(option, clause) != after.get(option, clause)
    ]
