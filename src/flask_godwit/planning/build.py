"""From what was recorded to a plan: pure, without a connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic.operations import ops

from ..dialects import Database
from ..dialects.costs import worst
from ..diff.words import changes_of
from ..plans import Cost, Facts, PlanStep, Statement
from ..sql.action import Action
from ..sql.read import read
from .consequences import breaks, loses
from .estimate import seconds
from .follow import followed
from .intents import intents
from .rebuilds import as_rebuild, rebuilt
from .recorder import Recorded, Sentence


@dataclass
class _Said:
    """Sentences about one step, each once."""

    breaks: dict[str, None] = field(default_factory=dict)
    loses: dict[str, None] = field(default_factory=dict)


class Builder:
    """Builds the steps of all revisions of one database, in order."""

    def __init__(self, database: Database, facts: Facts) -> None:
        self.database = database
        self.facts = facts

    def steps(self, recorded: Iterable[Recorded]) -> tuple[PlanStep, ...]:
        """The steps of one revision."""
        return tuple(self._step(step) for step in recorded)

    def _step(self, step: Recorded) -> PlanStep:
        texts = tuple(read(sentence.sql, self.facts.dialect) for sentence in step.sentences)
        copies = rebuilt(texts)
        said = _Said()
        statements = []
        for sentence, actions in zip(step.sentences, texts, strict=True):
            meant = as_rebuild(actions, copies)
            statements.append(self._statement(sentence, meant))
            self._follow(meant, said)
        if copies:
            self._follow(intents(step.operations), said)
        return PlanStep(
            in_words(step.operations),
            tuple(statements),
            step.line,
            breaks=" ".join(filter(None, said.breaks)),
            loses=" ".join(filter(None, said.loses)),
        )

    def _follow(self, actions: Sequence[Action], said: _Said) -> None:
        for action in actions:
            said.breaks[breaks(action, self.facts)] = None
            said.loses[loses(action, self.facts)] = None
            self.facts = followed(self.facts, action)

    def _statement(self, sentence: Sentence, actions: Sequence[Action]) -> Statement:
        cost = worst([self._cost(action) for action in actions])
        known = self.facts.table(cost.table)
        size = 0 if cost.table in self.facts.new else known.bytes if known else None
        return Statement(
            sentence.sql,
            sentence.transactional,
            cost,
            sentence.times,
            rows=known.rows if known else None,
            bytes=known.bytes if known else None,
            seconds=seconds(cost, size),
        )

    def _cost(self, action: Action) -> Cost:
        return self.database.cost(action, self.facts)


def in_words(operations: Sequence[Any]) -> tuple[str, ...]:
    """What operations change: "+ column user.name: String(80)"."""
    changes = changes_of(ops.UpgradeOps(ops=list(operations)))
    return tuple(f"{change.sign} {change.text}" for change in changes)
