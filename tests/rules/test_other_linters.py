"""docs/other-linters.md: what it claims of other linters' rules is found in their scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

import flask_godwit
from flask_godwit.rules import rules
from tests.core.apps import Shop
from tests.rules import cases
from tests.rules.others import SCRIPTS

PAGE = Path(__file__).parents[2] / "docs" / "other-linters.md"
NOBODY = "://nobody@127.0.0.1:1/none"  # nobody listens there: whoever asks a database fails
URLS = {
    "postgresql": f"postgresql+psycopg2{NOBODY}",
    "mysql": f"mysql+mysqldb{NOBODY}",
    "sqlite": "sqlite:////nowhere/none.db",
}
MOODS = """
    op.execute("CREATE TABLE moods (id int PRIMARY KEY, m ENUM('a', 'b'), s SET('a', 'b'))")
"""
MORE = {"postgresql": cases.POSTGRESQL, "mysql": MOODS, "sqlite": ""}
NUMBERS = count(2)
Linted = Callable[[str, str], "set[str]"]


class Row(NamedTuple):
    """A line of a table: whose rule, which, and what is said of it."""

    tool: str
    rule: str
    said: str

    @property
    def ours(self) -> set[str]:
        """The rules of ours that it names."""
        return set(re.findall(r"\]\(#hazard-([\w-]+)\)", self.said))


def rows() -> Iterator[Row]:
    """The lines of all tables of the page."""
    tool = ""
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            tool = line[3:]
        elif line.startswith("| ") and not line.startswith("| their rule"):
            rule, said = (cell.strip() for cell in line.strip("| ").split(" | "))
            yield Row(tool, rule.replace("`", ""), said)


ROWS = tuple(rows())
CLAIMS = [row for row in ROWS if row.ours]


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Linted]:
    """The names of the rules that a script breaks, as it stands: ``linted(dialect, script)``."""
    shops: Mapping[str, Shop] = {
        dialect: Shop(tmp_path_factory.mktemp(dialect), url=url, config={"GODWIT_ONLINE": False})
        for dialect, url in URLS.items()
    }
    for dialect, shop in shops.items():
        shop.revision("r1", None, cases.SETUP + MORE[dialect])

    def lint(dialect: str, script: str) -> set[str]:
        shop = shops[dialect]
        # Python keeps the code of a file by its name.
        path = shop.revision(f"r{next(NUMBERS)}", "r1", in_python(script))
        with shop.context():
            found = flask_godwit.lint(revisions="r1:heads")
        path.unlink()
        return {finding.rule for finding in found.findings}

    yield lint
    for shop in shops.values():
        shop.close()


def in_python(script: str) -> str:
    """The statements of SQL as a script executes them."""
    if "op." in script:
        return script
    return "\n".join(f"op.execute({one.strip()!r})" for one in script.split("; "))


def test_each_row_is_answered() -> None:
    """By rules that there are, or by a sentence; and each claim has its scripts."""
    assert set().union(*(row.ours for row in CLAIMS)) <= rules().keys()
    assert all(row.ours or row.said.endswith(".") for row in ROWS)
    claimed = {(row.tool, row.rule) for row in CLAIMS}
    assert claimed == {(tool, rule) for tool, scripts in SCRIPTS.items() for rule in scripts}
    assert len({(row.tool, row.rule) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", CLAIMS, ids=lambda row: f"{row.tool}-{row.rule}")
def test_its_script_is_warned_of(linted: Linted, row: Row) -> None:
    """Each script breaks a rule that the page names, and each of those is broken by one."""
    broken = set()
    for dialect, script in SCRIPTS[row.tool][row.rule]:
        found = linted(dialect, script)
        assert found & row.ours, script
        broken |= found
    assert row.ours <= broken
