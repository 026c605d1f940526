"""How far something is that takes long."""

from __future__ import annotations

from ..frozen import frozen


@frozen
class Progress:
    """How far a statement of a revision is, as the server tells it.

    ``phase`` is the server's word for what it does, ``percent`` and ``rows`` are None where it
    does not say; ``waits_for`` names the sessions that are in the way.
    """

    bind: str
    revision: str
    statement: str
    seconds: float
    phase: str
    percent: float | None
    rows: int | None
    waits_for: tuple[str, ...]


@frozen
class BackfillProgress:
    """How far a backfill is. ``seen`` of about ``total`` rows were looked at, ``rows`` changed.

    ``seconds`` are those of this run, in which ``seen_now`` rows were looked at. With ``copies``
    rows are not changed, but copied into the table that takes this one's place.
    """

    bind: str
    revision: str
    table: str
    rows: int
    seen: int
    total: int
    seconds: float
    seen_now: int
    done: bool = False
    copies: bool = False

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.seen_now / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """About how long it will take, None where nobody can say."""
        if self.done:
            return 0.0
        return max(0, self.total - self.seen) / self.rate if self.rate and self.total else None


@frozen
class DueBackfill:
    """A backfill that a revision left for later. ``seen`` rows were looked at, ``rows`` changed."""

    bind: str
    revision: str
    table: str
    rows: int
    seen: int


@frozen
class Backfilled:
    """A backfill that ``backfill`` has done; ``rows`` were changed, in all its runs together."""

    bind: str
    revision: str
    table: str
    rows: int
    seconds: float
