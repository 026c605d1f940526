"""Projects made with Flask-Migrate 4.1 run unchanged when they import us instead.

Each is a file in ``projects/``; Flask-Migrate's own commands make it, on SQLite.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.compat.scenario import Scenario, on_each_database


@pytest.mark.parametrize(("scenario", "database_kind"), on_each_database("projects"))
def test_runs_as_under_flask_migrate(
    scenario: Scenario, runs_as_under_flask_migrate: Callable[[Scenario], None]
) -> None:
    """After every command: the same schema, version table, scripts, exit code and listings."""
    runs_as_under_flask_migrate(scenario)
