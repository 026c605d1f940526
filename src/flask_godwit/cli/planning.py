"""``plan``, and the same plan for ``upgrade --dry-run`` and ``downgrade --dry-run``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import GodwitError
from .options import (
    Call,
    bind_option,
    command,
    json_option,
    output_option,
    revision_argument,
    wait_option,
    x_option,
)
from .units import size

if TYPE_CHECKING:
    from ..plans import (
        Cost,
        Plan,
        PlannedRevision,
        PlanScript,
        PlanStep,
        RuleFinding,
        Statement,
        TargetPlan,
    )

_WORK = {
    "catalogue": "at once",
    "rows": "rows are written",
    "scan": "all rows are read",
    "index": "an index is built",
    "rewrite": "the table is written anew",
}
_STYLES = {"error": "bold red", "warning": "yellow", "info": ""}


def register(db: click.Group) -> None:
    """Add the command to the group."""
    back = click.option("--downgrade", is_flag=True, help="What downgrade to REVISION would do")
    sql = click.option(
        "--sql", is_flag=True, help="Write it as a script for psql, mysql, mariadb or sqlite3"
    )
    shared = (bind_option, wait_option, json_option, sql, output_option)
    command(db, x_option, *shared, back, revision_argument("head"))(plan)


def plan(call: Call, sql: bool, output: str | None, downgrade: bool, revision: str) -> None:
    """Show what an upgrade would do, and change nothing"""
    show_plan(call, revision, downgrade=downgrade, sql=sql, output=output)


def show_plan(
    call: Call,
    revision: str,
    *,
    downgrade: bool = False,
    sql: bool = False,
    output: str | None = None,
) -> None:
    """Print the plan, or write it as a script."""
    from ..commands.planning import plan as make
    from ..commands.scripting import plan_sql

    if sql or output:
        scripts = plan_sql(call.project, revision, downgrade=downgrade)
        return call.show(scripts, _write_scripts, output)

    return call.show(make(call.project, revision, downgrade=downgrade), _print_plan)


def _write_scripts(call: Call, scripts: Sequence[PlanScript], output: str | None) -> None:
    if not scripts:
        call.console.note("Nothing to do.")
    elif output and output != "-":
        for script in scripts:
            path = _file_of(script, Path(output), alone=len(scripts) == 1)
            path.write_text(script.sql, encoding="utf-8")
            call.console.say(f"{path}, to be run by {script.client}")
    elif len(scripts) > 1:
        raise GodwitError(
            "Several databases have something to do, and a script is for one.",
            hint="\n".join(
                [f"flask db plan --sql --bind {s.bind or 'default'}" for s in scripts]
                + ["flask db plan --sql -o plan.sql    writes a file for each"]
            ),
        )
    else:
        call.console.script(scripts[0].sql)
    if scripts and (output or sys.stdout.isatty() or sys.stderr.isatty()):
        call.console.note(
            "Run by hand, this leaves no row in the ledger: flask db log won't show it."
        )


def _file_of(script: PlanScript, path: Path, *, alone: bool) -> Path:
    """``plan.sql``, or with the bind where there are several: ``plan.users.sql``."""
    bind = script.bind or "default"
    return path if alone else path.with_name(f"{path.stem}.{bind}{path.suffix}")


def _print_plan(call: Call, plan: Plan) -> None:
    for target in plan.targets:
        _print_target(call, target)


def _print_target(call: Call, target: TargetPlan) -> None:
    where = f"[{target.bind}] " if target.bind else ""
    if not target.revisions:
        place = ", ".join(target.current) or "base"
        call.console.say(f"{where}Nothing to do: the database is at {place}.")
        return
    call.console.result(f"{where}{target.database}, {target.server}", "dim")
    for revision in target.revisions:
        call.console.result("")
        _print_revision(call, revision)


def _print_revision(call: Call, revision: PlannedRevision) -> None:
    title = f"{revision.direction} {revision.revision}, {revision.message}"
    call.console.result(title, "bold")
    if not revision.steps and not revision.unplannable:
        call.console.result("  nothing to do here", "dim")
    for step in revision.steps:
        _print_step(call, step)
    if revision.reads:
        lines = ", ".join(revision.reads)
        call.console.result(f"  reads the database, and may do something else later: {lines}")
    if revision.unplannable:
        call.console.result("  what comes now is not known:", "bold red")
        call.console.result(f"    {revision.unplannable}")
    if revision.undo:
        call.console.result(f"  to undo it: {revision.undo}", "dim")


def _print_step(call: Call, step: PlanStep) -> None:
    for words in step.operations:
        call.console.result(f"  {words}", "bold")
    for statement in step.statements:
        for line in _sql(statement):
            call.console.result(f"    {line}", "cyan")
        if statement.cost.work != "none":
            call.console.result(f"      {_sentence(statement)}", _style(statement.cost))
    if step.breaks:
        call.console.result(f"    while old code runs: {step.breaks}", "yellow")
    if step.loses:
        call.console.result(f"    lost for ever: {step.loses}", "yellow")
    for row in step.rows:
        call.console.result(f"    {row.in_words}", "bold red" if row.is_certain else "yellow")
    for finding in step.findings:
        print_finding(call, finding)


def print_finding(call: Call, finding: RuleFinding) -> None:
    """A hazard, and what to type instead."""
    if finding.waived:
        call.console.result(f"    {finding.rule}: assured, {finding.waived}", "dim")
        return
    call.console.result(f"    {finding.level} {finding.rule}", _STYLES[finding.level])
    for line in finding.what.splitlines():
        call.console.result(f"      {line}")
    for line in finding.advice.splitlines():
        call.console.result(f"        {line}", "green")


def _sql(statement: Statement) -> Iterator[str]:
    lines = [line for line in statement.sql.splitlines() if line.strip()]
    yield from lines[:-1]
    times = f"    ({statement.times} times)" if statement.times > 1 else ""
    yield f"{lines[-1] if lines else ''};{times}"


def _sentence(statement: Statement) -> str:
    cost = statement.cost
    parts = [
        lock_in_words(cost),
        work_in_words(cost),
        _size(statement),
        _duration(statement),
        "" if statement.transactional else "not in a transaction",
    ]
    return ", ".join(part for part in parts if part)


def lock_in_words(cost: Cost) -> str:
    """The lock that a statement takes, and who waits for it."""
    if not cost.lock:
        return "locks nothing that is in use"
    on = "" if cost.is_of_database else _on(cost)
    who = "nobody waits" if cost.blocks == "nothing" else f"{cost.blocks} wait"
    return f"lock {cost.lock}{on}: {who}"


def _on(cost: Cost) -> str:
    tables = [name for name in (cost.table, *cost.also) if name]
    return f" on {' and '.join(tables)}" if tables else ""


def work_in_words(cost: Cost) -> str:
    """What it does to the rows of a table."""
    words = _WORK.get(cost.work, "")
    algorithm = f" ({cost.algorithm})" if cost.algorithm else ""
    return f"{words}{algorithm}" + ("" if cost.sure else " at worst")


def _size(statement: Statement) -> str:
    if statement.rows is None or statement.cost.work == "catalogue":
        return ""
    return f"{statement.rows:,} rows, {size(statement.bytes or 0)}"


def _duration(statement: Statement) -> str:
    if statement.seconds is None or statement.cost.work in ("none", "catalogue"):
        return ""
    return f"about {max(statement.seconds, 0.1):.1f} s"


def _style(cost: Cost) -> str:
    heavy = cost.work not in ("none", "catalogue") and cost.blocks != "nothing"
    return "yellow" if heavy else "dim"
