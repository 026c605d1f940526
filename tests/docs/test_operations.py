"""The table of operations in the documentation: nothing of the facts or rules is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flask_godwit.dialects import mariadb_locks, mysql_locks, postgresql_locks, sqlite_locks
from flask_godwit.rules import rules

FACTS = {
    "postgresql": postgresql_locks._FACTS,
    "mysql": mysql_locks.FACTS,
    "mariadb": mariadb_locks._FACTS,
    "sqlite": sqlite_locks._FACTS,
}
NO_OPERATION = {"stale-waiver", "concurrently-corrupts"}
"""What is about a line of a script, whatever it does, or about some versions of a server that the
table does not ask.
"""
UNREADABLE = {"opaque"}


@pytest.fixture(scope="module")
def table() -> dict[str, list[Any]]:
    """The rows of the table, by database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2] / "docs/_ext"))
        from godwit_reference import catalogue

        return {dialect: [row for _, row in catalogue.rows(dialect)] for dialect in FACTS}


def test_every_fact_has_a_row(table: dict[str, list[Any]]) -> None:
    """And no row is about something of which there is no fact."""
    for dialect, rows in table.items():
        shown = {action.kind for row in rows for action in row.actions}
        assert not FACTS[dialect].keys() - shown, dialect
        if dialect != "sqlite":  # whose tables are rebuilt for what it can't do
            assert not shown - FACTS[dialect].keys() - UNREADABLE, dialect


def test_every_rule_has_a_row(table: dict[str, list[Any]]) -> None:
    """A rule that no operation brings up would warn of nothing."""
    shown = {rule for rows in table.values() for row in rows for rule in row.rules}
    assert shown == rules().keys() - NO_OPERATION


def test_what_blocks_has_an_answer(table: dict[str, list[Any]]) -> None:
    """A rule warns of it, ``upgrade`` does it otherwise, or the table says why not."""
    for rows in table.values():
        for row in rows:
            assert not row.blocks or row.rules or row.online or row.why, row.sample.title
            assert row.costs
