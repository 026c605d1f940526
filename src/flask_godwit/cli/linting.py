"""``lint``: what the rules say of revisions, for people, CI and code review."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from .options import Call, bind_option, command
from .planning import print_finding

if TYPE_CHECKING:
    from ..plans import Lint, RuleFinding

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def register(db: click.Group) -> None:
    """Add the command to the group."""
    formats = click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", "sarif", "github"]),
        default="text",
        help="For people, machines, code scanning, or annotations of a pull request",
    )
    since = click.option(
        "--since",
        default=None,
        metavar="GITREF",
        help="Only revisions that are new or changed since (default: the branch to be merged into)",
    )
    every = click.option("--all", "every", is_flag=True, help="Also revisions that are not new")
    chosen = click.argument("revisions", metavar="RANGE", default="")
    command(db, bind_option, formats, since, every, chosen)(lint)


def lint(call: Call, form: str, since: str | None, every: bool, revisions: str) -> None:
    """Judge revisions without a database; exit code 1 when there are errors"""
    from ..commands.linting import lint as judge

    found = judge(call.project, revisions, since="" if every else since)
    _PRINTERS[form](call, found)
    if found.errors:
        click.get_current_context().exit(1)


def _text(call: Call, found: Lint) -> None:
    for finding in found.findings:
        call.console.result(f"{finding.file}:{finding.line}")
        print_finding(call, finding)
    waived = sum(bool(finding.waived) for finding in found.findings)
    hazards = len(found.findings) - waived
    which = f" since {found.since}" if found.since else ""
    call.console.say(
        f"{_counted(len(found.revisions), 'revision')}{which}: {_counted(hazards, 'hazard')}"
        f" ({_counted(len(found.errors), 'error')}), {waived} waived."
    )


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _json(call: Call, found: Lint) -> None:
    call.console.json(found)


def _github(call: Call, found: Lint) -> None:
    for finding in found.open:
        level = _GITHUB_LEVELS[finding.level]
        text = "\n".join(filter(None, (finding.what, finding.advice)))
        text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        place = f"file={finding.file},line={finding.line},title={finding.rule}"
        call.console.result(f"::{level} {place}::{text}")


def _sarif(call: Call, found: Lint) -> None:
    from importlib.metadata import version

    from ..rules import rules

    described = [
        {"id": rule.id, "shortDescription": {"text": rule.title}, "help": {"text": rule.text}}
        for rule in rules().values()
    ]
    driver = {"name": "Flask-Godwit", "version": version("Flask-Godwit"), "rules": described}
    run = {"tool": {"driver": driver}, "results": [_result(one) for one in found.findings]}
    log = {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}
    call.console.result(json.dumps(log, indent=2))


def _result(finding: RuleFinding) -> dict[str, Any]:
    text = "\n".join(filter(None, (finding.what, finding.advice)))
    place = {
        "artifactLocation": {"uri": finding.file},
        "region": {"startLine": max(finding.line, 1)},
    }
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _SARIF_LEVELS[finding.level],
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }
    if finding.waived:
        result["suppressions"] = [{"kind": "inSource", "justification": finding.waived}]
    return result


_PRINTERS = {"text": _text, "json": _json, "github": _github, "sarif": _sarif}
