"""What was measured, and the few figures that are drawn from it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import Sample
from bench.tools import BASELINE


@dataclass(frozen=True)
class Result:
    """One job of one size on one database: the samples of each tool."""

    database: str
    job: str
    size: int
    samples: dict[str, list[Sample]]

    def median(self, tool: str, what: str) -> float | None:
        """The tool's median of `wall`, `cpu` or `memory`; None if it does not run this job."""
        found = self.samples.get(tool)
        return float(median(getattr(sample, what) for sample in found)) if found else None

    def spread(self, tool: str, what: str) -> float:
        """Half the distance between the slowest and the fastest run, as a part of the median."""
        values = [getattr(sample, what) for sample in self.samples[tool]]
        return float((max(values) - min(values)) / 2 / median(values))

    def ratio(self, tool: str, what: str) -> float | None:
        """How much of the baseline's need the tool has: below 1.00 it needs less.

        Each run is set against the baseline's run of the same turn, seconds away, and the median
        of these pairs is taken: a machine that speeds up or slows down between turns (any
        virtual one does) moves both sides of a pair, but would tell two separate medians apart.
        """
        pairs = zip(self.samples.get(tool, []), self.samples.get(BASELINE, []), strict=False)
        ratios = [getattr(ours, what) / getattr(theirs, what) for ours, theirs in pairs]
        return float(median(ratios)) if ratios else None


@dataclass(frozen=True)
class Report:
    """A whole run: where and with what it was made, and its results."""

    machine: dict[str, str]
    results: list[Result]

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def load(path: Path) -> Report:
    """What `Report.save` wrote."""
    read = json.loads(path.read_text())
    return Report(read["machine"], [_result(**found) for found in read["results"]])


def _result(database: str, job: str, size: int, samples: dict[str, list[dict[str, Any]]]) -> Result:
    made = {tool: [Sample(**sample) for sample in found] for tool, found in samples.items()}
    return Result(database, job, size, made)
