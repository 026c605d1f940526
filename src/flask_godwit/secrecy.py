"""Where passwords stand in a database's URL, and texts without them.

Not only before the ``@``: drivers take them in the query as well, as ``?password=…``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

if TYPE_CHECKING:
    from sqlalchemy import URL

_KEYS = "password|passwd|passphrase|pwd|sslpassword|ssl_key_password"
_BEFORE_HOST = re.compile(r"(://[^:/@\s]*:)([^@\s]+)(?=@)")
_IN_QUERY = re.compile(rf"([?&](?:{_KEYS})=)([^&#\s]+)", re.IGNORECASE)
_KEY = re.compile(_KEYS, re.IGNORECASE)


def without_passwords(text: str) -> str:
    """A text whose URLs show no password."""
    return _IN_QUERY.sub(r"\1***", _BEFORE_HOST.sub(r"\1***", text))


def shown(url: URL) -> str:
    """A URL as it may be seen."""
    return without_passwords(url.render_as_string(hide_password=True))


def written_in(text: str) -> set[str]:
    """The passwords in a URL that was written by hand, as they stand there and decoded."""
    found = [*re.findall(r"://[^:/@]*:([^@]*)@", text), *(m[2] for m in _IN_QUERY.finditer(text))]
    return {form for secret in found for form in (secret, unquote(secret), unquote_plus(secret))}


def held_by(url: URL) -> Iterator[str]:
    """The passwords of a URL that was understood."""
    if url.password:
        yield str(url.password)
    for key, value in url.query.items():
        if _KEY.fullmatch(key):
            yield from (value,) if isinstance(value, str) else value
