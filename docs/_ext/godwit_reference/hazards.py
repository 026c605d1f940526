"""The reference of the hazards, from the files in ``flask_godwit.rules``."""

from __future__ import annotations

from collections.abc import Iterator

from flask_godwit.rules import Rule, rules

_NAMES = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "sqlite": "SQLite",
}


def reference() -> str:
    """A section for each rule."""
    return "\n".join(line for rule in rules().values() for line in _section(rule))


def _section(rule: Rule) -> Iterator[str]:
    where = ", ".join(_NAMES[dialect] for dialect in rule.dialects or _NAMES)
    small = "small tables are spared" if rule.spares_small else "also on small tables"
    yield f"(hazard-{rule.id})="
    yield f"### `{rule.id}`"
    yield ""
    yield f"**{rule.title}** {rule.text.partition(chr(10))[2].strip()}"
    yield ""
    yield f"{rule.level}; {where}; {small}"
    yield ""
