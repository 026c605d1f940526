"""MySQL's and MariaDB's clauses as a run asserts them: the cheapest algorithm, by the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
    facts: Callable[[], Facts],
) -> list[tuple[Recorded, ...]]:
    """What revisions ask for, with the clause that the server agrees to.

    A run tries one clause after the other. Where only a copy of the table does it, it asserts
    nothing; nor does a plan.

    :param facts: what is known of the tables that the statements touch.
    """
    if not any(sentence.clauses for sentence in sentences_of(revisions)):
        return list(revisions)
    asserting = _Asserting(database, facts())
    return [tuple(map(asserting.step, recorded)) for recorded in revisions]


def sentences_of(revisions: Sequence[tuple[Recorded, ...]]) -> Iterator[Sentence]:
    """All that revisions ask for, in order."""
    return (s for recorded in revisions for step in recorded for s in step.sentences)


class _Asserting:
    """One statement after the other, each by what those before it have made of the tables."""

    def __init__(self, database: Database, facts: Facts) -> None:
        self.database = database
        self.facts = facts

    def step(self, step: Recorded) -> Recorded:
        return replace(step, sentences=tuple(map(self._sentence, step.sentences)))

    def _sentence(self, sentence: Sentence) -> Sentence:
        actions = read(sentence.sql, self.facts.dialect)
        costs = [self.database.cost(action, self.facts) for action in actions]
        for action in actions:
            self.facts = followed(self.facts, action)
        return _with_clause(_with_no_copy(sentence, costs), worst(costs))


def _with_no_copy(sentence: Sentence, costs: Sequence[Cost]) -> Sentence:
    """Asked only about what may need a copy: it is several questions."""
    if sentence.ask_no_copy is None or all(c.sure and c.algorithm != "COPY" for c in costs):
        return sentence
    return replace(sentence, no_copy=sentence.ask_no_copy())


def _with_clause(sentence: Sentence, cost: Cost) -> Sentence:
    if cost.blocks != "nothing" or not cost.sure:
        return sentence
    name = f"ALGORITHM={cost.algorithm}"
    found = (clause for clause in sentence.clauses if name in clause.replace(",", " ").split())
    clause = next(found, "")
    return replace(sentence, sql=sentence.sql + clause)
