"""What a rule finds."""

from __future__ import annotations

from .frozen import frozen


@frozen
class RuleFinding:
    """A hazard. ``level`` is "error", "warning" or "info", ``advice`` the lines to type instead.

    ``waived`` is the reason that somebody gave for doing it all the same.
    """

    rule: str
    level: str
    what: str
    advice: str = ""
    file: str = ""
    line: int = 0
    waived: str = ""
