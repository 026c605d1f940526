"""Pages over HTTP, from a server that is another process."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic, sleep
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

LONGEST_START_SECONDS = 30


@dataclass(frozen=True)
class Page:
    status: int
    text: str
    url: str


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def fetch(url: str, form: Mapping[str, str] | None = None) -> Page:
    """Get a page, or send a form, following redirects; an error page is a page too."""
    data = urlencode(form).encode() if form is not None else None
    try:
        with urlopen(url, data, timeout=LONGEST_START_SECONDS) as answer:
            return Page(answer.status, answer.read().decode(), answer.url)
    except HTTPError as error:
        with error:
            return Page(error.code, error.read().decode(), url)


def wait_for(url: str) -> Page:
    """Get a page from a server that may still be starting."""
    deadline = monotonic() + LONGEST_START_SECONDS
    while True:
        try:
            return fetch(url)
        except URLError:
            if monotonic() > deadline:
                raise
            sleep(0.05)
