"""MySQL's and MariaDB's clauses as a run asserts them: the cheapest algorithm, by the facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..dialects import Database
from ..dialects.costs import worst
from ..plans import Cost, Facts
from ..sql.read import read
from .follow import followed
from .recorder import Recorded, Sentence


def asserted(
    revisions: Sequence[tuple[Recorded, ...]],
    database: Database,
    read_facts: Callable[[Sequence[Sentence]], Facts],
) -> list[tuple[Recorded, ...]]:
    """What revisions ask for, with the clause that the server agrees to.

    A run tries one clause after the other. Where only a copy of the table does it, it asserts
    nothing; nor does a plan.

    :param read_facts: what is known of the tables that some statements touch.
    """
    every = [s for recorded in revisions for step in recorded for s in step.sentences]
    if not any(sentence.clauses for sentence in every):
        return list(revisions)
    asserting = _Asserting(database, read_facts(every))
    return [tuple(map(asserting.step, recorded)) for recorded in revisions]


class _Asserting:
    """One statement after the other, each by what those before it have made of the tables."""

    def __init__(self, database: Database, facts: Facts) -> None:
        self.database = database
        self.facts = facts

    def step(self, step: Recorded) -> Recorded:
        return replace(step, sentences=tuple(map(self._sentence, step.sentences)))

    def _sentence(self, sentence: Sentence) -> Sentence:
        actions = read(sentence.sql, self.facts.dialect)
        cost = worst([self.database.cost(action, self.facts) for action in actions])
        for action in actions:
            self.facts = followed(self.facts, action)
        return _with_clause(sentence, cost)


def _with_clause(sentence: Sentence, cost: Cost) -> Sentence:
    if cost.blocks != "nothing" or not cost.sure:
        return sentence
    name = f"ALGORITHM={cost.algorithm}"
    found = (clause for clause in sentence.clauses if name in clause.replace(",", " ").split())
    clause = next(found, "")
    return replace(sentence, sql=sentence.sql + clause)
