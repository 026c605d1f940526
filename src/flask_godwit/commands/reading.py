"""Commands that only read: the revision files, and what the version tables say."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from ..alembic_config import Config
from ..environment import Migrations
from ..errors import GodwitError, UnknownRevision
from ..parts import bind_of
from ..revision_files import info
from ..steps import database_url
from ..values import BranchPoint, Current, Project, RevisionInfo, Template
from .recorded import shown_from_ledger

_HISTORY: dict[str, Any] = {
    "include_branches": True,
    "include_doc": True,
    "include_parents": True,
}


def list_templates() -> tuple[Template, ...]:
    """The templates that ``init -t`` knows by name."""
    folder = Path(Config().get_template_directory())
    names = sorted(entry.name for entry in folder.iterdir() if (entry / "README").is_file())
    return tuple(
        Template(name, (folder / name / "README").read_text().splitlines()[0]) for name in names
    )


def heads(
    project: Project, *, verbose: bool = False, resolve_dependencies: bool = False
) -> tuple[RevisionInfo, ...]:
    """The newest revision of each branch."""
    with Migrations(project).loaded() as scripts:
        symbol = "heads" if resolve_dependencies else scripts.get_heads()
        return tuple(
            info(script, verbose=verbose, include_branches=True, tree_indicators=False)
            for script in _scripts(scripts, symbol)
        )


def branches(project: Project, *, verbose: bool = False) -> tuple[BranchPoint, ...]:
    """The revisions that have several successors."""
    with Migrations(project).loaded() as scripts:
        return tuple(
            _branch_point(scripts, script, verbose)
            for script in scripts.walk_revisions()
            if script.is_branch_point
        )


def _branch_point(scripts: ScriptDirectory, script: Script, verbose: bool) -> BranchPoint:
    successors = _scripts(scripts, tuple(script.nextrev))
    return BranchPoint(
        info(script, verbose=verbose, include_branches=True),
        tuple(info(s, include_branches=True, include_doc=verbose) for s in successors),
    )


def history(
    project: Project,
    rev_range: str | None = None,
    *,
    verbose: bool = False,
    indicate_current: bool = False,
) -> tuple[RevisionInfo, ...]:
    """The revisions, newest first.

    :param rev_range: ``START:END``; either may be missing, or ``current``.
    :param indicate_current: ask the database and mark the revisions that it is at.
    """
    base, head = _range(rev_range)
    migrations = Migrations(project)
    asks = indicate_current or "current" in (base, head)
    if asks or migrations.config.get_alembic_boolean_option("revision_environment"):
        at = _current_heads(migrations)
    else:
        at = ()
    with migrations.loaded() as scripts:
        start: str | tuple[str, ...] = at if base == "current" else base
        end: str | tuple[str, ...] = at if head == "current" else head
        found = scripts.walk_revisions(start or "base", end or "heads")  # type: ignore[arg-type]
        shown = at if indicate_current else ()
        return tuple(
            info(script, current=shown, marked=True, verbose=verbose, **_HISTORY)
            for script in found
        )


def _range(text: str | None) -> tuple[str, str]:
    if text is None:
        return "base", "heads"
    start, colon, end = text.strip().partition(":")
    if not colon:
        raise GodwitError(
            f"{text!r} is no range of revisions.", hint="A range is START:END, START: or :END."
        )
    return start or "base", end or "heads"


def show(project: Project, revision: str = "head") -> tuple[RevisionInfo, ...]:
    """The revisions that a symbol means: an identifier, ``head``, ``heads``, ``current`` …

    One that has no file any more is shown as the databases' ledgers remember it.
    """
    migrations = Migrations(project)
    symbol = _current_heads(migrations) if revision == "current" else revision
    try:
        with migrations.loaded() as scripts:
            return tuple(info(script, verbose=True) for script in _scripts(scripts, symbol))
    except UnknownRevision:
        with suppress(GodwitError):  # no database: then there is nothing to add to the error
            remembered = shown_from_ledger(project, revision)
            if remembered:
                return remembered
        raise


def current(project: Project, *, verbose: bool = False) -> tuple[Current, ...]:
    """What each database's version table says."""
    migrations = Migrations(project)
    found: list[Current] = []

    def look(at: tuple[str, ...], context: MigrationContext) -> None:
        scripts = migrations.scripts
        known = sorted(scripts.get_all_current(at), key=lambda script: script.revision)
        texts = tuple(info(script, current=at, verbose=verbose) for script in known)
        newest = tuple(scripts.get_heads())
        found.append(
            Current(bind_of(context), database_url(context), texts, newest, set(at) == set(newest))
        )

    migrations.look(look)
    return tuple(found)


def _current_heads(migrations: Migrations) -> tuple[str, ...]:
    """The revisions that the databases are at."""
    found: dict[str, None] = {}

    def look(at: tuple[str, ...], context: MigrationContext) -> None:
        found.update(dict.fromkeys(at))

    migrations.look(look)
    return tuple(found)


def _scripts(scripts: ScriptDirectory, symbol: str | tuple[str, ...] | list[str]) -> list[Script]:
    return [script for script in scripts.get_revisions(tuple_or_text(symbol)) if script is not None]


def tuple_or_text(symbol: str | tuple[str, ...] | list[str]) -> str | tuple[str, ...]:
    """A symbol as Alembic takes it."""
    return symbol if isinstance(symbol, str) else tuple(symbol)
