"""MySQL and MariaDB: how far a statement is, by the performance schema or the list of processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .mysql_blockers import blockers
from .observer import Query, Sight

# Empty where nobody has switched the consumer `events_stages_current` on.
_STAGES = (
    "SELECT s.event_name, s.work_completed, s.work_estimated"
    " FROM performance_schema.events_stages_current s"
    " JOIN performance_schema.threads t ON t.thread_id = s.thread_id"
    " WHERE t.processlist_id = {session}"
)
_STATE = "SELECT state FROM information_schema.processlist WHERE id = {session}"
_MARIADB_STATE = (
    "SELECT state, stage, max_stage, progress, nullif(examined_rows, 0)"
    " FROM information_schema.processlist WHERE id = {session}"
)


def look_mysql(session: int, query: Query) -> Sight:
    """What MySQL says of the statement of a session."""
    state = _first(query(_STATE.format(session=session)))
    stage = _first(query(_STAGES.format(session=session)))
    phase = stage[0].rpartition("/")[2] if stage else (state[0] if state else "")
    part = min(stage[1] / stage[2], 1.0) if stage and stage[2] else None
    return Sight(phase or "", part, None, _waits(phase or "", session, query))


def look_mariadb(session: int, query: Query) -> Sight:
    """What MariaDB says; its progress is that of one stage of several."""
    found = _first(query(_MARIADB_STATE.format(session=session)))
    if not found:
        return Sight()
    phase, stage, stages, percent, rows = found
    part = (stage - 1 + float(percent) / 100) / stages if stages else None
    return Sight(phase or "", part, rows, _waits(phase or "", session, query))


def _waits(phase: str, session: int, query: Query) -> tuple[str, ...]:
    if not phase.lower().startswith("waiting for") or "lock" not in phase:
        return ()
    return blockers(query, session)


def _first(rows: Sequence[Any]) -> Any:
    return rows[0] if rows else None
