"""From what was recorded to a plan: pure, without a connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from alembic.operations import ops

from ..dialects import Database
from ..dialects.costs import worst
from ..diff.detours import Detours, Renaming, is_detour, renamings
from ..diff.words import changes_of
from ..operations.backfill import BackfillOp
from ..plans import COPY_BESIDE, Cost, Facts, PlanStep, RuleFinding, Statement
from ..rules.case import Case
from ..sql.action import Action
from ..sql.read import read
from .consequences import breaks, loses
from .estimate import seconds
from .follow import followed
from .intents import intents
from .judge import Judge
from .rebuilds import as_rebuild, changes_places, rebuilt
from .recorder import Recorded, Sentence


@dataclass
class _Said:
    """What is said about one step, each sentence once."""

    breaks: dict[str, None] = field(default_factory=dict)
    loses: dict[str, None] = field(default_factory=dict)
    findings: dict[RuleFinding, None] = field(default_factory=dict)


class Builder:
    """Builds the steps of all revisions of one database, in order."""

    def __init__(self, database: Database, facts: Facts) -> None:
        self.database = database
        self.facts = facts
        self.judge = Judge("", (), date.today())
        self.earlier: list[Action] = []
        self.held: list[Action] = []
        self.detours = Detours()

    def steps(self, recorded: Iterable[Recorded], judge: Judge) -> tuple[PlanStep, ...]:
        """The steps of one revision."""
        self.judge = judge
        self.earlier, self.held = [], []
        every = tuple(recorded)
        self.detours = Detours.of(_renamings(every, self.facts.dialect))
        steps = tuple(self._step(step) for step in every)
        stale = judge.stale()
        if stale and steps:
            return (*steps[:-1], replace(steps[-1], findings=(*steps[-1].findings, *stale)))
        return steps

    def _step(self, step: Recorded) -> PlanStep:
        sentences = tuple(sentence for sentence in step.sentences if not sentence.is_setting)
        texts = tuple(read(sentence.sql, self.facts.dialect) for sentence in sentences)
        copies = rebuilt(texts)
        said = _Said()
        statements = []
        backfills = any(isinstance(op, BackfillOp) and not op.later for op in step.operations)
        for sent, actions in zip(sentences, texts, strict=True):
            batched = backfills or sent.in_batches
            meant = in_batches(actions) if batched else as_rebuild(actions, copies)
            if sent.no_copy == "":
                meant = beside(meant)
            sentence = replace(sent, transactional=sent.transactional and not batched)
            statements.append(self._statement(sentence, meant))
            self._follow(meant, step, sentence, said)
        if copies:
            self._follow(intents(step.operations), step, sentences[0], said)
        return PlanStep(
            self._words(step, texts),
            tuple(statements),
            step.line,
            breaks=" ".join(filter(None, said.breaks)),
            loses=" ".join(filter(None, said.loses)),
            findings=tuple(said.findings),
        )

    def _follow(
        self, actions: Sequence[Action], step: Recorded, sentence: Sentence, said: _Said
    ) -> None:
        if not sentence.transactional:
            self.held = []  # what came before is committed
        for action in actions:
            if changes_places(action, step.operations):
                self.facts = followed(self.facts, action)
                continue
            if not any(map(self.detours.hides, _renames(action))):
                self._say(action, step, sentence, said)
            self.facts = followed(self.facts, action)
            self.earlier.append(action)
            self.held += [action] if sentence.transactional else []

    def _say(self, action: Action, step: Recorded, sentence: Sentence, said: _Said) -> None:
        """What an action means, in names that somebody knows."""
        words = partial(self.detours.in_words, table=action.table)
        said.breaks[words(breaks(action, self.facts))] = None
        said.loses[words(loses(action, self.facts))] = None
        case = self._case(action, step, sentence)
        for found in self.judge.findings(case, step.line, step.assured):
            finding = replace(found, what=words(found.what), advice=words(found.advice))
            said.findings[finding] = None

    def _case(self, action: Action, step: Recorded, sentence: Sentence) -> Case:
        cost = self._cost(action)
        known = self.facts.table(cost.table)
        return Case(
            action,
            cost,
            self.facts,
            sentence.sql,
            sentence.transactional,
            seconds(cost, known.bytes if known else None),
            tuple(self.earlier),
            tuple(self.held),
            step.operations[0] if step.operations else None,
            sentence.no_copy or "",
        )

    def _words(self, step: Recorded, texts: Sequence[Sequence[Action]]) -> tuple[str, ...]:
        """What a step changes. A statement is shown anyway: one that renames something is said as
        the operation that does, and one with names for the moment not at all.
        """
        if not all(isinstance(op, ops.ExecuteSQLOp) for op in step.operations):
            return in_words(step.operations, self.detours)
        actions = [action for each in texts for action in each]
        if len(actions) == 1:
            for table, old, new in _renames(actions[0]):
                if self.detours.hides((table, old, new)):
                    return ()
                words = self.detours.in_words(f"{old} -> {new}", table)
                return (f"~ column {table}.{words}" if table else f"~ table {words}",)
        if any(is_detour(str(op.sqltext)) for op in step.operations):
            return ()
        return in_words(step.operations, self.detours)

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
        cost = self.database.cost(action, self.facts)
        if cost.algorithm != "COPY" or not action.has("beside"):
            return cost
        return replace(cost, lock="metadata", blocks="nothing", algorithm=COPY_BESIDE)


def in_batches(actions: Sequence[Action]) -> tuple[Action, ...]:
    """The actions of op.backfill, which commits as it goes along."""
    return tuple(replace(action, traits=action.traits | {"in batches"}) for action in actions)


def beside(actions: Sequence[Action]) -> tuple[Action, ...]:
    """The actions of a statement for which the table is copied while others write to it."""
    return tuple(replace(action, traits=action.traits | {"beside"}) for action in actions)


def _renamings(recorded: Iterable[Recorded], dialect: str) -> Iterator[Renaming]:
    """What gets another name for the moment, or from that the one that it keeps."""
    for step in recorded:
        yield from renamings(step.operations)
        for sentence in step.sentences:
            if is_detour(sentence.sql):
                for action in read(sentence.sql, dialect):
                    yield from _renames(action)


def _renames(action: Action) -> Iterator[Renaming]:
    if action.kind == "rename_column":
        yield action.table, action.name, action.expression
    elif action.kind == "rename_table":
        yield "", action.table, action.expression


def in_words(operations: Sequence[Any], detours: Detours) -> tuple[str, ...]:
    """What operations change: "+ column user.name: String(80)"."""
    changes = changes_of(ops.UpgradeOps(ops=list(operations)), detours=detours)
    return tuple(f"{change.sign} {change.text}" for change in changes)
