"""The documentation is built as `make docs` builds it, and leaves nothing out."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

import flask_godwit
from flask_godwit import errors
from flask_godwit.cli.group import db
from flask_godwit.settings import PREFIX, Settings

from .page import DOCS, without_what_varies

pytest.importorskip("sphinx", reason="the documentation needs `pip install --group docs`")

PACKAGE = Path(flask_godwit.__file__).parent


class Ids(HTMLParser):
    """Every id of a page, which is what a link can lead to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.update(value for name, value in attrs if name == "id" and value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. A warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run(
        [*command, "-d", folder / "doctrees", DOCS, folder / "html"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_every_page_is_built(site: Path) -> None:
    """A page that is in no table of contents would have been a warning."""
    assert {page.stem for page in DOCS.glob("*.md")} <= {page.stem for page in site.glob("*.html")}


def test_every_command_is_documented(site: Path) -> None:
    """With a section of its own, and every option and argument in it."""
    ids = Ids(site / "commands.html").found
    assert {f"flask-db-{name}" for name in db.commands} <= ids
    missing = [
        (name, param.name)
        for name, command in db.commands.items()
        for param in command.params
        if not {_anchor(f"flask-db-{name}", param), _anchor("flask-db", param)} & ids
    ]
    assert not missing


def _anchor(program: str, param: click.Parameter) -> str:
    """What Sphinx calls an option, or an argument by its name in the usage line."""
    if isinstance(param, click.Option):
        return f"cmdoption-{program}-{param.opts[-1].lstrip('-')}"
    return f"cmdoption-{program}-arg-{str(param.name).upper()}"


def test_every_setting_is_documented(site: Path) -> None:
    """By its key."""
    ids = Ids(site / "configuration.html").found
    keys = {f"confval-{PREFIX}{field.name.upper()}" for field in fields(Settings)}
    assert keys <= ids


def test_every_public_name_is_documented(site: Path) -> None:
    """Functions under their public name; classes under their module's."""
    text = (site / "api.html").read_text(encoding="utf-8")
    missing = [
        name for name in flask_godwit.__all__ if not re.search(rf'id="[\w.]*\b{name}"', text)
    ]
    assert missing == ["Config", "alembic_version"]  # kept for Flask-Migrate's sake


def test_every_error_is_explained() -> None:
    """An error that a user can meet has a section in Troubleshooting."""
    page = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    kinds = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    leaves = {kind.__name__ for kind in kinds if not kind.__subclasses__()}
    assert leaves <= set(re.findall(r"~flask_godwit\.errors\.(\w+)", page))


def test_every_module_is_in_the_architecture() -> None:
    """The map shows every house."""
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    places = [
        path
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    ]
    assert {path.stem for path in places} <= set(re.findall(r"`(\w+)`", page))


def test_the_recorded_terminal_is_what_happens_today() -> None:
    """The picture in the README shows what the commands print."""
    code = "import record_terminal; print(record_terminal.record().plain)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=DOCS / "tools",
        capture_output=True,
        text=True,
        check=True,
    )
    recorded = (DOCS / "_static" / "terminal.txt").read_text(encoding="utf-8")
    assert without_what_varies(done.stdout).split() == without_what_varies(recorded).split()


def test_links_of_the_readme_lead_somewhere() -> None:
    """Every relative link and picture of the README is a file of the repository."""
    readme = DOCS.parent / "README.md"
    text = readme.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^):]+)\)|src=\"([^\"]+)\"", text)
    missing = [
        name for pair in links for name in pair if name and not (DOCS.parent / name).exists()
    ]
    assert links
    assert not missing
