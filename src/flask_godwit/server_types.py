"""Types that a database has and SQLAlchemy does not know: ``point``, ``xml``, those of extensions.

SQLAlchemy reads nothing of them, or on SQLite only what is like them. A script that says of such a
column what it was, to change it or to bring it back, needs the database's own words.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import SAWarning
from sqlalchemy.types import UserDefinedType

_WORDS = "_godwit_words"


class ServerType(UserDefinedType[Any]):
    """A type in the words of the database; a script may say it."""

    cache_ok = True

    def __init__(self, words: str) -> None:
        self.words = words

    def get_col_spec(self, **_: Any) -> str:
        return self.words


def keep_words(kind: Any, words: str) -> None:
    """Have a type, that is only like what was read, keep what the database called it."""
    setattr(kind, _WORDS, words)


def as_written(kind: Any) -> ServerType | None:
    """The type by the words that were kept; None where it says itself what it is."""
    words = getattr(kind, _WORDS, None)
    return None if words is None else ServerType(words)


@contextmanager
def without_doubts() -> Iterator[None]:
    """SQLAlchemy warns of each type that it does not know."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Did not recognize type", SAWarning)
        yield
