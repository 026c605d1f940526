"""Commands that make revision files without comparing anything, or open them."""

from __future__ import annotations

from collections.abc import Sequence

from alembic.util import open_in_editor, rev_id

from ..environment import Migrations
from ..errors import GodwitError
from ..values import Project, Script
from .comparing import NewRevision, run_writer, writer_for
from .reading import _current_heads, tuple_or_text
from .writing import refuse_unusable, script_of, value_of


def revision(
    project: Project, new: NewRevision, *, autogenerate: bool = False, sql: bool = False
) -> Script | None:
    """Write a revision file, empty or filled by comparing models and database.

    :returns: None when there was nothing to fill it with.
    """
    if autogenerate:
        from .generating import migrate

        return migrate(project, new, sql=sql)
    migrations = Migrations(project)
    writer = writer_for(migrations, new.arguments(autogenerate=False, sql=sql))
    if migrations.config.get_alembic_boolean_option("revision_environment"):
        run_writer(migrations, writer.run_no_autogenerate, writer, as_sql=sql)
    elif sql:
        raise GodwitError("revision --sql needs `revision_environment = true` in alembic.ini.")
    with migrations.loaded() as scripts:
        refuse_unusable(scripts, new)
        return script_of(writer, ())


def merge(project: Project, revisions: Sequence[str], new: NewRevision) -> Script:
    """Join several heads with a revision that has them all as parents.

    :raises GodwitError: fewer than two revisions were named, directly or by ``heads``.
    """
    migrations = Migrations(project)
    with migrations.loaded() as scripts:
        found = scripts.get_revisions(tuple_or_text(list(revisions)))
        if len(set(found)) < 2:
            raise GodwitError(
                f"A merge needs at least two revisions, not {len(set(found))}.",
                hint="flask db merge heads" if len(scripts.get_heads()) > 1 else "flask db heads",
            )
        refuse_unusable(scripts, new)
        written = scripts.generate_revision(
            new.rev_id or rev_id(),
            new.message,
            refresh=True,
            head=tuple(revisions),
            splice=new.splice,
            branch_labels=new.branch_label,
            config=migrations.config,
            **migrations.template_args,
        )
        assert written is not None
        return value_of(written, ())


def edit(project: Project, revision: str = "current") -> tuple[str, ...]:
    """Open revision files in the editor that ``$EDITOR`` names.

    :returns: the files.
    """
    migrations = Migrations(project)
    symbol = _current_heads(migrations) if revision == "current" else revision
    with migrations.loaded() as scripts:
        found = [script for script in scripts.get_revisions(tuple_or_text(symbol)) if script]
        if not found:
            raise GodwitError(
                f"No revision file for {revision!r}.", hint="flask db history    lists them"
            )
        for script in found:
            open_in_editor(script.path)
        return tuple(script.path for script in found)
