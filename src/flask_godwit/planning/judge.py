"""The findings of a revision: every rule is shown every action, and waivers are honoured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from ..assurance import Assurance
from ..failure import short_path
from ..plans import RuleFinding
from ..rules import rules
from ..rules.case import Case
from .waivers import Waiver, waivers_in

STALE = "stale-waiver"


class Judge:
    """Judges one revision. ``file`` is its path as a person reads it."""

    def __init__(self, file: str, waivers: Iterable[Waiver], today: date) -> None:
        self.file = file
        self.waivers = tuple(waivers)
        self.today = today
        self.assured: dict[Assurance, int] = {}
        self.used: set[Assurance | Waiver] = set()

    def findings(
        self, case: Case, line: int, assured: tuple[Assurance, ...]
    ) -> tuple[RuleFinding, ...]:
        """What the rules say of one case."""
        for assurance in assured:
            self.assured.setdefault(assurance, line)
        found = []
        for rule in rules().values():
            hazard = rule.hazard(case) if rule.applies(case) else None
            if hazard is not None:
                finding = RuleFinding(
                    rule.id, rule.level, hazard.what, hazard.advice, self.file, line
                )
                found.append(replace(finding, waived=self._waived(finding, assured)))
        return tuple(found)

    def stale(self) -> tuple[RuleFinding, ...]:
        """What is said of waivers that waive nothing, once the revision was judged."""
        found = [
            (line, f"assured({assurance.reason!r}) concerns no hazard: take it away.")
            for assurance, line in self.assured.items()
            if assurance not in self.used
        ]
        for waiver in self.waivers:
            if waiver.rule not in rules():
                found.append((waiver.line, f"There is no rule {waiver.rule!r}."))
            elif waiver.is_over(self.today):
                found.append((waiver.line, f"The waiver of {waiver.rule} ended {waiver.until}."))
            elif waiver not in self.used:
                found.append((waiver.line, f"{waiver.rule} finds nothing here: take it away."))
        level = rules()[STALE].level
        return tuple(
            RuleFinding(STALE, level, what, file=self.file, line=line) for line, what in found
        )

    def _waived(self, finding: RuleFinding, assured: tuple[Assurance, ...]) -> str:
        for waiver in self.waivers:
            if waiver.rule == finding.rule and waiver.covers(finding.line):
                if waiver.is_over(self.today):
                    continue
                self.used.add(waiver)
                return waiver.reason
        if assured:
            self.used.update(assured)
            return assured[-1].reason
        return ""


def judge_of(path: str) -> Judge:
    """The judge of the revision in a file."""
    try:
        source = Path(path).read_text(encoding="utf-8")
    except OSError:
        source = ""
    return Judge(short_path(path), waivers_in(source), date.today())
