"""The file of a new revision: what Alembic is told to write, and what was written, as a value."""

from __future__ import annotations

import re
from typing import Any

from alembic.autogenerate import RevisionContext
from alembic.autogenerate.render import _render_cmd_body
from alembic.operations import ops
from alembic.script import Script as AlembicScript
from alembic.script import ScriptDirectory

from ..diff.compare.plugin import load
from ..diff.naming import message_for
from ..diff.rendering import fill_gaps
from ..diff.step_texts import write_our_own
from ..diff.tidy import tidy
from ..errors import RevisionError
from ..script_text import laid_out
from ..values import Change, Script
from .comparing import Comparison, NewRevision


def write(comparison: Comparison) -> Script | None:
    """Write what a comparison found; None where Alembic was told to write nothing."""
    fill_gaps()
    write_our_own()
    for script in comparison.writer.generated_revisions:
        tidy(script)
        script.message = script.message or message_for(comparison.changes)
        _render(comparison, script)
    with comparison.migrations.loaded() as scripts:
        refuse_unusable(scripts, comparison.new)
        return script_of(
            comparison.writer, comparison.changes, comparison.unmanaged, comparison.notes
        )


def _render(comparison: Comparison, script: ops.MigrationScript) -> None:
    """Write the operations as Python, as Alembic does, and lay that out."""
    context = comparison.writer._last_autogen_context
    load(context.migration_context)  # for the run, its impl was another one
    context.imports = set(script.imports)
    given: dict[str, Any] = comparison.writer.template_args
    for up, down in zip(script.upgrade_ops_list, script.downgrade_ops_list, strict=True):
        for token, operations in ((up.upgrade_token, up), (down.downgrade_token, down)):
            given[token] = laid_out(_render_cmd_body(operations, context)).lstrip()
    given["imports"] = "\n".join(sorted(context.imports))
    given["changes"] = comparison.changes
    script._needs_render = False  # by Alembic, its own way


_MEANINGS = ("base", "head", "heads", "current")
_STRAY = re.compile(r"""[\s/\\'"`,:]""")


def refuse_unusable(scripts: ScriptDirectory, new: NewRevision) -> None:
    """A name of which there are two breaks the whole history; others can't be typed.

    :raises RevisionError: the identifier or the label is of such a kind.
    """
    files = list(scripts.walk_revisions())
    if new.rev_id in {script.revision for script in files}:
        raise RevisionError(
            f"The revision {new.rev_id!r} exists already.",
            hint=f"Name another one with --rev-id, or look at it: flask db show {new.rev_id}",
        )
    label = new.branch_label
    if any(label == script.revision or label in script._orig_branch_labels for script in files):
        raise RevisionError(
            f"There is a revision or branch label {label!r} already.",
            hint=f"Name another one with --branch-label, or look at it: flask db show {label}",
        )
    for name in filter(None, (new.rev_id, label)):
        if name in _MEANINGS:
            raise RevisionError(f"{name!r} has a meaning already.", hint="Name another one.")
        if stray := _STRAY.search(name):
            raise RevisionError(
                f"{name!r} has a character in it that does not belong there: {stray[0]!r}",
                hint="Use letters, digits and underscores.",
            )


def script_of(
    writer: RevisionContext,
    changes: tuple[Change, ...],
    unmanaged: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Script | None:
    """Write the file; None where Alembic was told to write nothing."""
    files = [script for script in writer.generate_scripts() if script is not None]
    return value_of(files[0], changes, unmanaged, notes) if files else None


def value_of(
    script: AlembicScript,
    changes: tuple[Change, ...],
    unmanaged: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Script:
    """A revision file as a value."""
    return Script(script.revision, script.path, script.doc, changes, unmanaged, notes)
