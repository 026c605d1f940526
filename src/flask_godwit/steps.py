"""What a context of Alembic's says of its transaction, its revisions and its database."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from typing import Any

from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError

from .secrecy import shown
from .targets import DEFAULT_VERSION_TABLE


def spans_revisions(context: MigrationContext) -> bool:
    """Whether somebody else, an env.py or an option, began one transaction for all revisions."""
    return context._in_external_transaction or context._transaction is not None


def commit_what_is_open(context: MigrationContext) -> None:
    """Keep the revision's version, also when the revision itself ended Alembic's transaction.

    After a ``op.get_bind().commit()`` in it nobody else would.
    """
    connection = None if context.as_sql else context.connection
    if connection is not None and connection.in_transaction() and not spans_revisions(context):
        connection.commit()


def sees_what_others_commit(context: MigrationContext) -> bool:
    """Whether what is read now is there now; a transaction of somebody else's may not see it."""
    connection = context.connection
    assert connection is not None
    return not spans_revisions(context) or connection.get_isolation_level() == "READ COMMITTED"


def applied_in(scripts: ScriptDirectory, heads: Collection[str]) -> set[str]:
    """The heads, and all revisions that they build on."""
    try:
        found = scripts.iterate_revisions(tuple(heads), "base", inclusive=True) if heads else ()
        return {script.revision for script in found}
    except (CommandError, RevisionError):  # a head without a file
        return set(heads)


def steps_back(scripts: ScriptDirectory, revision: str, at: tuple[str, ...]) -> list[RevisionStep]:
    """The way back to a revision, from where a database is.

    Alembic warns, with a line of its own code, where ``-N`` is ambiguous; it takes the first head.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "downgrade .* from multiple heads is ambiguous")
        return list(scripts._downgrade_revs(revision, at))  # type: ignore[arg-type]


def database_url(context: MigrationContext) -> str:
    """The URL of a context's database, without password."""
    assert context.connection is not None
    return shown(context.connection.engine.url)


def version_table(options: Mapping[str, Any]) -> tuple[str, str | None]:
    """Name and schema of the version table, by the options of Alembic's ``configure()``."""
    return (
        options.get("version_table") or DEFAULT_VERSION_TABLE,
        options.get("version_table_schema"),
    )
