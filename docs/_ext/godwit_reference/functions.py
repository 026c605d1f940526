"""The reference of the functions: every public function of ``flask_godwit``, by autodoc."""

from __future__ import annotations

from inspect import isfunction

import flask_godwit


def reference() -> str:
    """The functions, in the order of their modules, under the name that one imports."""
    public = [getattr(flask_godwit, name) for name in flask_godwit.__all__]
    found = [item for item in public if isfunction(item)]
    found.sort(key=lambda function: (function.__module__, function.__code__.co_firstlineno))
    return "\n".join(
        ["```{eval-rst}", *(_directive(function.__name__) for function in found), "```"]
    )


def _directive(name: str) -> str:
    return f".. autofunction:: flask_godwit.{name}"
