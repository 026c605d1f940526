"""Values of PostgreSQL's arrays, in the words that the server reads: ``{1,2}``."""

from __future__ import annotations

import json
from typing import Any


def array_words(given: Any) -> str:
    """A list, its JSON, or such words themselves.

    :raises ValueError: it is none of them.
    """
    text = given.strip() if isinstance(given, str) else given
    if isinstance(text, str) and text.startswith("{") and text.endswith("}"):
        return text
    found = json.loads(text) if isinstance(text, str) else text
    if not isinstance(found, list):
        raise ValueError(given)
    return _words(found)


def _words(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return "{" + ",".join(map(_words, value)) + "}"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return json.dumps(value)
