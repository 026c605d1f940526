"""``revision``, ``migrate``, ``edit``, ``merge``, ``check``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from .complete import complete_revisions
from .options import (
    Call,
    Callback,
    bind_option,
    command,
    json_option,
    revision_argument,
    sql_option,
    wait_option,
    x_option,
)
from .planning import print_finding
from .proving import print_own_proof
from .questions import asker, given_answers
from .recorded import edited_since
from .setup import short_path

if TYPE_CHECKING:
    from ..values import Change, Differences, Script

_message = click.option("-m", "--message", default=None, help="Revision message")
_branch_label = click.option(
    "--branch-label", default=None, help="Specify a branch label to apply to the new revision"
)
_rev_id = click.option(
    "--rev-id", default=None, help="Specify a hardcoded revision id instead of generating one"
)
_depends_on = click.option(
    "--depends-on",
    multiple=True,
    shell_complete=complete_revisions,
    help="A revision that this one needs, without being its parent",
)
_autogenerate = click.option(
    "--autogenerate",
    is_flag=True,
    help="Populate revision script with candidate migration operations, based on comparison"
    " of database to model",
)
_new_revision: Sequence[Callable[[Callback], Callback]] = (
    sql_option,
    click.option(
        "--head",
        default="head",
        shell_complete=complete_revisions,
        help="Specify head revision or <branchname>@head to base new revision on",
    ),
    click.option(
        "--splice",
        is_flag=True,
        help='Allow a non-head revision as the "head" to splice onto',
    ),
    _branch_label,
    click.option(
        "--version-path", default=None, help="Specify specific path from config for version file"
    ),
    _rev_id,
)


_answers: Sequence[Callable[[Callback], Callback]] = (
    click.option(
        "--rename",
        multiple=True,
        metavar="TABLE.OLD:TABLE.NEW",
        help="This column was renamed: users.fullname:users.name",
    ),
    click.option(
        "--rename-table",
        multiple=True,
        metavar="OLD:NEW",
        help="This table was renamed: users:accounts",
    ),
    click.option(
        "--no-rename",
        multiple=True,
        metavar="NAME",
        help="This table or column was not renamed, it goes: users.fullname, or a pattern",
    ),
    click.option(
        "--fill",
        multiple=True,
        metavar="TABLE.COLUMN=VALUE",
        help="What existing rows get in a column that becomes NOT NULL; sql:EXPRESSION works too",
    ),
    click.option(
        "--using",
        multiple=True,
        metavar="TABLE.COLUMN=SQL",
        help="How PostgreSQL converts a column whose type changes",
    ),
    click.option(
        "--no-row-check",
        is_flag=True,
        help="Don't look whether the rows fit their column's new type",
    ),
    click.option(
        "--answers",
        type=click.Path(exists=True, dir_okay=False),
        default=None,
        metavar="FILE",
        help="Answers to questions, as JSON or TOML",
    ),
    click.option(
        "--no-input", is_flag=True, help="Never ask, even on a terminal; stop where one would"
    ),
)


def register(db: click.Group) -> None:
    """Add the commands to the group."""
    prove = click.option(
        "--prove/--no-prove",
        default=None,
        help="Try the revision out on a scratch database (default: GODWIT_PROVE, which is on)",
    )
    allow_drop = click.option(
        "--allow-drop", is_flag=True, help="Write the script even if it drops most tables"
    )
    from_history = click.option(
        "--from-history",
        is_flag=True,
        help="Compare with what the revisions make on a scratch database, not with the"
        " application's own, which need not be up to date then",
    )
    splice = click.option(
        "--splice", is_flag=True, help="Allow revisions that are no heads to be merged"
    )
    merged = click.argument("revisions", nargs=-1, shell_complete=complete_revisions)
    shared = (bind_option, wait_option, json_option)
    command(db, _message, _autogenerate, *_new_revision, _depends_on, json_option)(revision)
    how = (allow_drop, prove, from_history)
    command(db, _message, *_new_revision, x_option, _depends_on, *how, *_answers, *shared)(migrate)
    command(db, revision_argument("head"))(edit)
    command(db, _message, _branch_label, _rev_id, splice, json_option, merged)(merge)
    command(db, *shared)(check)


def revision(call: Call, autogenerate: bool, sql: bool, **new: Any) -> None:
    """Create a new revision file."""
    from ..commands.revising import revision as write

    script = write(call.project, _new(new), autogenerate=autogenerate, sql=sql)
    call.show(script, _wrote)


def migrate(
    call: Call, sql: bool, allow_drop: bool, prove: bool | None, from_history: bool, **options: Any
) -> None:
    """Autogenerate a new revision file (Alias for 'revision --autogenerate')"""
    from ..commands.generating import has_models
    from ..commands.generating import migrate as write

    project = call.project
    questions = asker(call.console, options.pop("no_input"))
    answers = given_answers(options)
    check_rows = not options.pop("no_row_check")
    script = write(
        project,
        _new(options),
        sql=sql,
        allow_drop=allow_drop,
        answers=answers,
        questions=questions,
        check_rows=check_rows,
        prove=prove,
        from_history=from_history,
    )
    if script is None and not has_models(project):
        call.console.warn(
            "the application has no models. Define some, and import their module where the"
            " application is made."
        )
    for change in script.changes if script else ():
        if change.warning:
            call.console.warn(f"{change}: {change.warning}")
    call.show(script, _wrote)
    if script and script.proof and script.proof.has_failed:
        call.console.failure(
            "The script is written, but it does not do what it should.",
            hint=f"Correct it, then: flask db prove {script.revision}",
        )
        click.get_current_context().exit(1)


def edit(call: Call, revision: str) -> None:
    """Edit a revision file"""
    from ..commands.revising import edit as open_files

    for path in open_files(call.project, revision):
        call.console.say(f"Edited {short_path(path)}")


def merge(call: Call, revisions: Sequence[str], **new: Any) -> None:
    """Merge two revisions together, creating a new revision file"""
    from ..commands.revising import merge as write

    script = write(call.project, revisions, _new(new))
    call.show(script, _wrote)


def check(call: Call) -> None:
    """Check if there are any new operations to migrate"""
    from ..commands.checking import check as compare

    differences = compare(call.project)
    for entry in differences.edited:
        call.console.warn(edited_since(entry))
    call.show(differences, _print_differences)
    if differences:
        click.get_current_context().exit(1)


def _print_differences(call: Call, differences: Differences) -> None:
    _note(call, differences)
    if not differences:
        call.console.say("No new upgrade operations detected.")
        return
    _print_changes(call, differences.changes)
    call.console.failure(
        f"New upgrade operations detected: {len(differences.changes)}.",
        hint="flask db migrate    writes the revision",
    )


def _new(options: dict[str, Any]) -> Any:
    from ..commands.comparing import NewRevision

    depends_on = options.pop("depends_on", ())
    return NewRevision(**options, depends_on=list(depends_on) or None)


def _wrote(call: Call, script: Script | None) -> None:
    if script is None:
        call.console.say("No changes in schema detected.")
        return
    _note(call, script)
    _print_changes(call, script.changes)
    call.console.result(f"Wrote {short_path(script.path)}")
    if script.proof:
        print_own_proof(call, script.proof)
    for finding in () if call.console.quiet else script.findings:
        call.console.result(f"{finding.file}:{finding.line}")
        print_finding(call, finding)
    call.console.say("Next: read it, then flask db upgrade")


def _note(call: Call, found: Script | Differences) -> None:
    for note in found.notes:
        call.console.warn(note)
    if found.unmanaged:
        names = ", ".join(found.unmanaged)
        call.console.note(f"Unmanaged, left alone (no model and no revision knows them): {names}")


def _print_changes(call: Call, changes: Sequence[Change]) -> None:
    styles = {"+": "green", "-": "red", "~": "yellow"}
    for change in changes:
        call.console.result(str(change), styles[change.sign])
