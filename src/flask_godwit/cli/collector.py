"""The garbage collector, in the process of a command: it rests while modules are loaded."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 100_000
"""So many new ones are looked through at a time: some megabytes, where Python's own is some 700."""


@contextmanager
def resting_collector() -> Iterator[None]:
    """No collection within, none of what was loaded within, and fewer afterwards.

    The modules of an application stay until the process ends. To go through them again and again
    while they come is a sixth of what a small command takes. What the application itself says
    of its collector stands.
    """
    before = gc.get_threshold()
    gc.set_threshold(0)
    try:
        yield
    finally:
        gc.freeze()
        if gc.get_threshold()[0] == 0:
            least, *generations = before
            gc.set_threshold(max(least, _OBJECTS) if least else 0, *generations)
