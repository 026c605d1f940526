"""Ctrl-C that an error hides: what was cut off fails again while it is tidied up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from .errors import Interrupted


@contextmanager
def interrupts_shown() -> Iterator[None]:
    """Raise the interrupt again in the place of an error that came of it.

    :raises KeyboardInterrupt: it was raised in here, and is in the history of the error.
    """
    before = sys.exc_info()[1]  # was handled already: what fails now did not come of it
    try:
        yield
    except Interrupted:
        raise
    except Exception as error:
        cause = _interrupt_behind(error, before)
        if isinstance(cause, Interrupted):
            raise cause from None
        if cause is not None:
            raise KeyboardInterrupt from error
        raise


@contextmanager
def failures_ignored() -> Iterator[None]:
    """What fails in here is of no account. An interrupt is no failure, also where one hides it."""
    with suppress(Exception), interrupts_shown():
        yield


def _interrupt_behind(error: BaseException, before: BaseException | None) -> BaseException | None:
    left: list[BaseException | None] = [error]
    seen = {id(before), id(None)}
    while left:
        one = left.pop()
        if id(one) in seen or one is None:
            continue
        if isinstance(one, KeyboardInterrupt | Interrupted):
            return one
        seen.add(id(one))
        left += [one.__cause__, one.__context__]
    return None
