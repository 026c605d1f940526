"""``prove``, and what ``migrate`` says about its own proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .complete import complete_revisions
from .options import Call, bind_option, command, json_option, wait_option, x_option

if TYPE_CHECKING:
    from ..proofs import Proof, TargetProof

_STYLES = {"proved": "green", "failed": "bold red", "not proved": "yellow"}


def register(db: click.Group) -> None:
    """Add the command to the group."""
    meant = click.argument(
        "rev_range", metavar="[RANGE]", default="head", shell_complete=complete_revisions
    )
    command(db, x_option, bind_option, wait_option, json_option, meant)(prove)


def prove(call: Call, rev_range: str) -> None:
    """Show on a scratch database that revisions go up and down as they should"""
    from ..commands.proving import prove as show

    proofs = show(call.project, rev_range)
    call.show(proofs, _print_proofs)
    if not all(proof.is_proved for proof in proofs):
        click.get_current_context().exit(1)


def _print_proofs(call: Call, proofs: tuple[Proof, ...]) -> None:
    for proof in proofs:
        call.console.result(f"{proof.revision}, {proof.message}", "bold")
        _print_proof(call, proof)
    if not proofs:
        call.console.say("There are no revisions to prove.")


def _print_proof(call: Call, proof: Proof) -> None:
    """The result for each database, and exactly what differs."""
    for target in proof.targets:
        where = f"[{target.bind}] " if target.bind else ""
        title = f"  {where}{target.database}: {target.words}"
        call.console.result(title, _STYLES[target.verdict])
        _print_details(call, target)


def print_own_proof(call: Call, proof: Proof) -> None:
    """What ``migrate`` says about the revision that it wrote."""
    for target in proof.targets:
        where = f"[{target.bind}] " if target.bind else ""
        words = f"{where}{target.words[0].upper()}{target.words[1:]}"
        show = {"proved": call.console.say, "failed": call.console.result}
        show.get(target.verdict, call.console.note)(words)
        _print_details(call, target)


def _print_details(call: Call, target: TargetProof) -> None:
    for finding in target.findings:
        for line in finding.differences:
            call.console.result(f"    {line}")
    for note in target.notes:
        call.console.note(f"    {note}")
    if target.hint:
        call.console.note(f"-> {target.hint}")
