"""Values as JSON."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any


def as_json(value: Any) -> Any:
    """A value as JSON-ready dicts, lists and scalars; properties are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value, dict_factory=_plain)
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value


def _plain(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a value, moments in ISO 8601."""
    return {name: getattr(value, "isoformat", lambda v=value: v)() for name, value in fields}
