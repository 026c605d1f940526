"""What a library loads on suspicion, and no command needs."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module

_HIGHLIGHTER = "mako.ext.pygmentplugin"


def load_mako_without_pygments() -> None:
    """Load Mako, of which Alembic makes revision files, without Pygments, which comes with rich.

    Wherever Pygments is installed Mako loads all of it, to colour HTML pages about errors in
    templates. An application that has loaded Mako itself keeps its colours.
    """
    if "mako.exceptions" in sys.modules or _HIGHLIGHTER in sys.modules:
        return
    sys.modules[_HIGHLIGHTER] = None  # type: ignore[assignment]
    try:
        with suppress(ImportError):  # Alembic, which needs it, says so better
            import_module("mako.exceptions")
    finally:
        del sys.modules[_HIGHLIGHTER]
