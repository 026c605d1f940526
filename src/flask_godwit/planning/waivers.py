"""Comments that waive a rule: ``# godwit: assured RULE REASON [until 2027-01-01]``."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from datetime import date

from ..frozen import frozen

_COMMENT = re.compile(r"#\s*godwit:\s*assured\s+(?P<rule>[\w-]+)\s*(?P<rest>.*)")
_UNTIL = re.compile(r"\s*\buntil\s+(\d{4}-\d{2}-\d{2})\s*$")


@frozen
class Waiver:
    """One comment. It is about the statement from line ``first`` to ``last``."""

    rule: str
    reason: str
    until: date | None
    line: int
    first: int
    last: int

    def covers(self, line: int) -> bool:
        """Whether it is about what stands in a line."""
        return self.first <= line <= self.last

    def is_over(self, today: date) -> bool:
        """Whether it has ended."""
        return self.until is not None and today >= self.until


def waivers_in(source: str) -> tuple[Waiver, ...]:
    """The waivers in a script."""
    try:
        spans = _spans(ast.parse(source))
        return tuple(_waivers(source, spans))
    except (SyntaxError, tokenize.TokenError):
        return ()


def _waivers(source: str, spans: list[tuple[int, int]]) -> Iterator[Waiver]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        found = _COMMENT.match(token.string) if token.type == tokenize.COMMENT else None
        if found:
            line = token.start[0]
            alone = not token.line[: token.start[1]].strip()
            first, last = _span(spans, line + 1 if alone else line)
            yield _waiver(found["rule"], found["rest"], line, first, last)


def _waiver(rule: str, rest: str, line: int, first: int, last: int) -> Waiver:
    ends = _UNTIL.search(rest)
    reason = _UNTIL.sub("", rest).strip()
    until = date.fromisoformat(ends[1]) if ends else None
    return Waiver(rule, reason or "(no reason given)", until, line, first, last)


def _spans(tree: ast.AST) -> list[tuple[int, int]]:
    """The lines of each simple statement."""
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and not hasattr(node, "body")
    ]


def _span(spans: list[tuple[int, int]], line: int) -> tuple[int, int]:
    around = [span for span in spans if span[0] <= line <= span[1]]
    return min(around, key=lambda span: span[1] - span[0], default=(line, line))
