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
    facts = read_facts(every)
    done = []
    for recorded in revisions:
        steps = []
        for step in recorded:
            sentences = []
            for sentence in step.sentences:
                actions = read(sentence.sql, facts.dialect)
                cost = worst([database.cost(action, facts) for action in actions])
                sentences.append(_with_clause(sentence, cost))
                for action in actions:
                    facts = followed(facts, action)
            steps.append(replace(step, sentences=tuple(sentences)))
        done.append(tuple(steps))
    return done


def _with_clause(sentence: Sentence, cost: Cost) -> Sentence:
    if cost.blocks != "nothing" or not cost.sure:
        return sentence
    name = f"ALGORITHM={cost.algorithm}"
    clause = next((c for c in sentence.clauses if c.strip(", ").split()[0].strip(",") == name), "")
    return replace(sentence, sql=f"{sentence.sql}{clause}")
