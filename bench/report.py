"""The results as a table for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bench.results import Report, Result
from bench.tools import BASELINE, TOOLS

#: Ratios this close to one are noise; only beyond them is a colour given.
NOISE = 0.03


def show(report: Report, console: Console) -> None:
    """Each database a table: the baseline's figures, then every other tool's ratios to it."""
    for database in dict.fromkeys(result.database for result in report.results):
        found = [result for result in report.results if result.database == database]
        console.print(_table(database, found))


def _table(database: str, results: list[Result]) -> Table:
    others = [tool for tool in tools_of(results) if tool != BASELINE]
    table = Table(title=database, caption="Ratios: wall · CPU · memory; below 1.00 needs less")
    for heading in ("job", "size"):
        table.add_column(heading)
    table.add_column(TOOLS[BASELINE].title, justify="right")
    for tool in others:
        table.add_column(TOOLS[tool].title, justify="right")
    for result in results:
        ratios = [_ratios(result, tool) for tool in others]
        table.add_row(result.job, str(result.size), figures(result, BASELINE), *ratios)
    return table


def tools_of(results: list[Result]) -> list[str]:
    """The tools that took part, in the order of the table of tools."""
    present = {tool for result in results for tool in result.samples}
    return [tool for tool in TOOLS if tool in present]


def figures(result: Result, tool: str) -> str:
    """Wall time with its spread, CPU time, peak memory: ``1.24 s ±3%, CPU 0.98 s, 61 MB``."""
    wall, cpu, memory = (result.median(tool, what) for what in ("wall", "cpu", "memory"))
    if wall is None or cpu is None or memory is None:
        return "-"
    spread = result.spread(tool, "wall")
    return f"{_seconds(wall)} ±{spread:.0%}, CPU {_seconds(cpu)}, {memory / 2**20:.0f} MB"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _ratios(result: Result, tool: str) -> str:
    found = [result.ratio(tool, what) for what in ("wall", "cpu", "memory")]
    return " · ".join(_coloured(ratio) for ratio in found)


def _coloured(ratio: float | None) -> str:
    if ratio is None:
        return "-"
    colour = "red" if ratio > 1 + NOISE else "green" if ratio < 1 - NOISE else "default"
    return f"[{colour}]{ratio:.2f}[/]"
