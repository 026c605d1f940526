"""What a proof says, as values."""

from __future__ import annotations

from .frozen import frozen

PROVED, FAILED, UNPROVED = "proved", "failed", "not proved"


@frozen
class Finding:
    """What was other than it should be.

    ``stage`` is "upgrade", "further changes" or "downgrade". ``differences`` are lines with
    a sign: "+" is there and should not be, "-" is missing, "~" is another.
    """

    stage: str
    text: str
    differences: tuple[str, ...] = ()


@frozen
class TargetProof:
    """What was proved of one revision for one database.

    ``verdict`` is "proved", "failed" or "not proved"; ``shown`` is what holds, in words;
    ``reason`` is why nothing could be shown, and ``hint`` what to do for it; ``notes`` are no
    defects of this revision.
    """

    bind: str
    database: str
    verdict: str
    shown: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    hint: str = ""

    @property
    def words(self) -> str:
        """The result in one line."""
        if self.verdict == PROVED:
            return f"proved: {', '.join(self.shown)}"
        if self.verdict == UNPROVED:
            return f"not proved, because {self.reason}"
        return "the proof failed: " + "; ".join(finding.text for finding in self.findings)


@frozen
class Proof:
    """What was proved of one revision, on each of the application's databases."""

    revision: str
    message: str
    path: str
    targets: tuple[TargetProof, ...]

    @property
    def is_proved(self) -> bool:
        """Whether everything holds on every database."""
        return all(target.verdict == PROVED for target in self.targets)

    @property
    def has_failed(self) -> bool:
        """Whether a defect was found."""
        return any(target.verdict == FAILED for target in self.targets)
