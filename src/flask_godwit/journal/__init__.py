"""What was done to a database, written down while it is done. Knows its own tables, no plan."""

from __future__ import annotations

from typing import Any

IN_TRANSACTIONS: dict[str, Any] = {
    f"{dialect}_{name}": value
    for dialect in ("mysql", "mariadb")
    for name, value in (("engine", "InnoDB"), ("charset", "utf8mb4"))
}
"""Options of our tables on MySQL: whatever a database's defaults are, they take part in
transactions and hold any text."""
