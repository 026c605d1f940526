"""The reference of the settings, from the comments in ``flask_godwit.settings``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, fields

from sphinx.pycode import ModuleAnalyzer

from flask_godwit.settings import PREFIX, Settings


def reference() -> str:
    """Every setting: its key, keyword, type, default, and what it does."""
    comments = ModuleAnalyzer.for_module(Settings.__module__).find_attr_docs()
    lines: list[str] = []
    for field in fields(Settings):
        comment = comments[Settings.__name__, field.name]
        lines += _setting(field, "\n".join(comment).strip())
    return "\n".join(lines)


def _setting(field: Field[object], comment: str) -> Iterator[str]:
    yield f"```{{confval}} {PREFIX}{field.name.upper()}"
    yield f":type: `{field.type}`"
    yield f":default: `{field.default!r}`"
    yield ""
    yield comment
    yield ""
    yield f"As an argument: `Migrate({field.name}=…)`."
    yield "```"
    yield ""
