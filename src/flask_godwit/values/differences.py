"""What differs, in words, and what is written about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..frozen import frozen
from .names import DEFAULT_BIND

if TYPE_CHECKING:
    from ..findings import RuleFinding
    from ..proofs import Proof
    from .recorded import LogEntry


@frozen
class Change:
    """One difference in words: ``sign`` is "+", "-" or "~", ``text`` e.g. "table user".

    ``warning`` says what the change may lose, "" when nothing.
    """

    sign: str
    text: str
    bind: str = DEFAULT_BIND
    warning: str = ""

    def __str__(self) -> str:
        where = f"[{self.bind}] " if self.bind else ""
        return f"{self.sign} {where}{self.text}"


@frozen
class Script:
    """A revision file that was written, and what it changes.

    ``unmanaged`` are tables, views and the like that neither models nor revisions know; they were
    left alone. ``notes`` say what was not compared, and why, and which rows are in the way here.
    ``proof`` is None where nobody wanted one. ``findings`` are its hazards, on tables of any size.
    """

    revision: str
    path: str
    message: str
    changes: tuple[Change, ...] = ()
    unmanaged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    proof: Proof | None = None
    findings: tuple[RuleFinding, ...] = ()


@frozen
class Differences:
    """What separates the databases from the models; empty when nothing does.

    ``edited`` are the ledger's entries of applied revisions whose file was changed since,
    ``unmanaged`` tables, views and the like that neither models nor revisions know. ``notes`` say
    what was not compared, and why.
    """

    changes: tuple[Change, ...]
    edited: tuple[LogEntry, ...] = ()
    unmanaged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)
