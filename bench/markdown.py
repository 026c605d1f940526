"""The results as Markdown, between two markers of a page that people wrote."""

from __future__ import annotations

from pathlib import Path

from bench.jobs import JOBS
from bench.report import figures, tools_of
from bench.results import Report, Result
from bench.tools import BASELINE, TOOLS

BEGIN = "<!-- bench: begin (written by `python -m bench --markdown`) -->"
END = "<!-- bench: end -->"


def write_page(report: Report, page: Path) -> None:
    """Replace what stands between the markers; everything else on the page stays."""
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} lacks the markers {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{_body(report)}\n{END}{after}")


def _body(report: Report) -> str:
    databases = dict.fromkeys(result.database for result in report.results)
    sections = [_machine(report.machine)]
    sections += [_section(name, report.results) for name in databases]
    return "\n".join(sections)


def _machine(machine: dict[str, str]) -> str:
    return _table(["", ""], [[name, value] for name, value in machine.items()])


def _section(database: str, results: list[Result]) -> str:
    found = [result for result in results if result.database == database]
    others = [tool for tool in tools_of(found) if tool != BASELINE]
    headings = ["Job", "Size", TOOLS[BASELINE].title, *(TOOLS[tool].title for tool in others)]
    return f"### {database}\n\n{_table(headings, [_row(result, others) for result in found])}"


def _row(result: Result, others: list[str]) -> list[str]:
    job = JOBS[result.job]
    cells = [_cell(result, tool) for tool in others]
    return [job.title, f"{result.size} {job.unit}", figures(result, BASELINE), *cells]


def _cell(result: Result, tool: str) -> str:
    found = [result.ratio(tool, what) for what in ("wall", "cpu", "memory")]
    return " · ".join("-" if ratio is None else f"{ratio:.2f}" for ratio in found)


def _table(headings: list[str], rows: list[list[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
