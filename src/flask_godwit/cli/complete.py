"""Shell completion of revisions and binds. An error here must never reach the shell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem
from flask.cli import ScriptInfo

if TYPE_CHECKING:
    from ..values import Project

_SYMBOLS = ("head", "heads", "base", "current")


def complete_revisions(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The symbols, and the revisions with their messages."""

    def revisions(project: Project) -> list[CompletionItem]:
        from ..commands.reading import history

        found = [(item.revision, item.message) for item in history(project)]
        return [CompletionItem(name, help=text) for name, text in found]

    symbols = [CompletionItem(symbol) for symbol in _SYMBOLS]
    return _matching([*symbols, *_from_project(ctx, revisions)], incomplete)


def complete_binds(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The names of the application's databases."""

    def binds(project: Project) -> list[CompletionItem]:
        return [CompletionItem(target.label) for target in project.targets()]

    return _matching(_from_project(ctx, binds), incomplete)


def _from_project(
    ctx: click.Context, items: Callable[[Project], list[CompletionItem]]
) -> list[CompletionItem]:
    from ..extension import app_migrations

    try:
        app = ctx.ensure_object(ScriptInfo).load_app()
        with app.app_context():
            return items(app_migrations(app).project(ctx.params.get("directory")))
    except Exception:
        return []


def _matching(items: list[CompletionItem], incomplete: str) -> list[CompletionItem]:
    return [item for item in items if str(item.value).startswith(incomplete)]
