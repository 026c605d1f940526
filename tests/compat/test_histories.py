"""Real histories do odd things, and run with us as they run under Flask-Migrate.

Each oddity is a file in ``histories/``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.compat.scenario import Scenario, on_each_database


@pytest.mark.parametrize(("scenario", "database_kind"), on_each_database("histories"))
def test_runs_as_under_flask_migrate(
    scenario: Scenario, runs_as_under_flask_migrate: Callable[[Scenario], None]
) -> None:
    """After every command: the same schema, rows, version table, scripts and exit code."""
    runs_as_under_flask_migrate(scenario)
