"""PostgreSQL: how far a statement is, by its ``pg_stat_progress_…`` views, and who blocks it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Engine

from .observer import Observer, Query, ServerObserver, Sight

# Each gives phase, what is done, the whole of it, and rows.
_VIEWS = (
    (
        "SELECT phase, CASE WHEN blocks_total > 0 THEN blocks_done ELSE tuples_done END,"
        " CASE WHEN blocks_total > 0 THEN blocks_total ELSE tuples_total END,"
        " nullif(tuples_done, 0) FROM pg_stat_progress_create_index WHERE pid = {pid}"
    ),
    (
        "SELECT command || ': ' || phase, heap_blks_scanned, heap_blks_total,"
        " nullif(heap_tuples_written, 0) FROM pg_stat_progress_cluster WHERE pid = {pid}"
    ),
    (
        "SELECT 'VACUUM: ' || phase, heap_blks_scanned, heap_blks_total, NULL"
        " FROM pg_stat_progress_vacuum WHERE pid = {pid}"
    ),
    (
        "SELECT 'ANALYZE: ' || phase, sample_blks_scanned, sample_blks_total, NULL"
        " FROM pg_stat_progress_analyze WHERE pid = {pid}"
    ),
    (
        "SELECT command, bytes_processed, bytes_total, tuples_processed"
        " FROM pg_stat_progress_copy WHERE pid = {pid}"
    ),
)
_BLOCKERS = (
    "SELECT pid, usename, coalesce(host(client_addr), 'local'),"
    " to_char(xact_start, 'HH24:MI:SS'), left(query, 80) FROM pg_stat_activity"
    " WHERE pid = ANY(pg_blocking_pids({pid})) ORDER BY xact_start LIMIT 5"
)


def observer(engine: Engine, pid: int | None) -> Observer:
    """Who looks at a session's statement, if the driver knows the server's process for it."""
    return ServerObserver(engine, partial(look_postgresql, pid)) if pid else Observer()


def look_postgresql(pid: int, query: Query) -> Sight:
    """What the server says of the statement of a session."""
    found = next(filter(None, (query(view.format(pid=pid)) for view in _VIEWS)), ())
    phase, part, rows = _read(found)
    waits_for = tuple(
        f"session {row[0]}, {row[1]}@{row[2]}, since {row[3]}: {row[4]}"
        for row in query(_BLOCKERS.format(pid=pid))
    )
    return Sight(phase, part, rows, waits_for)


def _read(found: Sequence[Any]) -> tuple[str, float | None, int | None]:
    if not found:
        return "", None, None
    phase, done, whole, rows = found[0]
    return phase, (min(done / whole, 1.0) if whole else None), rows
