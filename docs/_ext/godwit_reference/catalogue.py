"""What each operation takes on each database: asked of the facts, the rules and the safe forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from io import StringIO
from textwrap import shorten

import alembic.op
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, StaticPool, create_engine

import flask_godwit.operations  # noqa: F401  teaches Alembic our directives
from flask_godwit.cli.planning import lock_in_words, work_in_words
from flask_godwit.dialects import dialect_for, operations
from flask_godwit.online.asserted import OPERATIONS
from flask_godwit.online.rehearsed import rehearsal_of
from flask_godwit.online.run import carried_out_by
from flask_godwit.online.seen import seen_in
from flask_godwit.planning.build import Builder
from flask_godwit.planning.follow import followed
from flask_godwit.planning.judge import Judge
from flask_godwit.planning.offline import written
from flask_godwit.planning.recorder import Recorded, Recorder
from flask_godwit.planning.wiretap import Tap, tapped
from flask_godwit.plans import Cost, Facts, PlanStep
from flask_godwit.retry import Limits
from flask_godwit.settings import Settings
from flask_godwit.sql.action import Action
from flask_godwit.sql.read import read
from flask_godwit.surroundings import OPTION, Surroundings

from .samples import ALL, CHAPTERS, FREE, MARIADB, MYSQL, POSTGRESQL, SETUP, SQLITE, Chapter, Sample

NAMES = {POSTGRESQL: "PostgreSQL", MYSQL: "MySQL", MARIADB: "MariaDB", SQLITE: "SQLite"}
VERSIONS: dict[str, Sequence[tuple[int, ...]]] = {
    POSTGRESQL: ((10,), (11,), (12,), (15,), (18,)),
    MYSQL: ((8, 0, 20), (8, 0, 28), (8, 0, 29), (8, 4)),
    MARIADB: ((10, 6), (11, 4)),
    SQLITE: ((3, 37), (3, 45)),
}
"""The versions that are asked about; the last of them stands for what is newer."""
_WHY = {SQLITE: "SQLite has one write lock, which every change takes for as long as it lasts"}
"""Why a whole database is not warned of what blocks."""
_ROWS = 5_000_000
_FILE = "<sample>"
_LONGEST = 110


@dataclass(frozen=True)
class Row:
    """One operation on one database."""

    dialect: str
    sample: Sample
    actions: tuple[Action, ...]
    costs: tuple[tuple[str, Cost], ...]
    """From which version on, and what it takes there as it is written."""
    rules: tuple[str, ...]
    online: tuple[str, ...]
    """The statements that ``upgrade`` sends in its place, or the clause that it asserts."""

    @property
    def why(self) -> str:
        """Why no rule warns of it, "" where that needs no reason."""
        return self.sample.why or (_WHY.get(self.dialect, "") if self.blocks else "")

    @property
    def blocks(self) -> bool:
        """Whether somebody waits for as long as the table is big, as it is written."""
        cost = self.costs[-1][1]
        return "writes" in cost.blocks and cost.work not in ("none", "catalogue")


def reference() -> str:
    """A chapter for each database, with a table for each kind of operation."""
    return "\n".join(line for dialect in ALL for line in _database(dialect))


def rows(dialect: str) -> Iterator[tuple[Chapter, Row]]:
    """What is known of every operation that a database has."""
    for chapter in CHAPTERS:
        for sample in chapter.samples:
            if script := sample.on(dialect):
                yield chapter, _row(sample, script, dialect)


def _database(dialect: str) -> Iterator[str]:
    yield f"## {NAMES[dialect]}"
    yield ""
    found = list(rows(dialect))
    for chapter in CHAPTERS:
        mine = [row for where, row in found if where is chapter]
        if mine:
            yield from (f"### {chapter.title} on {NAMES[dialect]}", "")
            yield "| operation | as it is written | what `upgrade` does on large tables | hazards |"
            yield "| --- | --- | --- | --- |"
            yield from map(_line, mine)
            yield ""


def _line(row: Row) -> str:
    costs = "<br>".join(f"{since}{_in_words(cost)}" for since, cost in row.costs)
    safe = "<br>".join(f"`{_short(statement)}`" for statement in row.online)
    hazards = ", ".join(f"[{rule}](#hazard-{rule})" for rule in row.rules) or row.why
    return f"| {row.sample.title} | {costs} | {safe or 'the same'} | {hazards} |"


def _in_words(cost: Cost) -> str:
    return ", ".join(filter(None, (lock_in_words(cost), work_in_words(cost))))


def _short(statement: str) -> str:
    return shorten(" ".join(statement.split()), _LONGEST, placeholder=" …").replace("|", "\\|")


def _row(sample: Sample, script: str, dialect: str) -> Row:
    plain = _recorded(script, dialect, online=False)
    safe = plain if dialect == SQLITE else _recorded(script, dialect, online=True)
    builder = _builder(dialect, VERSIONS[dialect][-1])
    steps = builder.steps(plain, _judge())
    found = [finding.rule for step in steps for finding in step.findings]
    return Row(
        dialect,
        sample,
        tuple(builder.earlier),
        _costs(plain, dialect),
        tuple(dict.fromkeys(found)),
        _online(plain, safe, steps),
    )


def _online(
    plain: Sequence[Recorded], safe: Sequence[Recorded], steps: Sequence[PlanStep]
) -> tuple[str, ...]:
    before, after = ([s.sql for one in each for s in one.sentences] for each in (plain, safe))
    if before != after:
        return tuple(after)
    asked = all(isinstance(op, OPERATIONS) for one in plain for op in one.operations)
    cost = steps[0].statements[0].cost if steps and steps[0].statements else Cost()
    if not (asked and plain and plain[0].operations and cost.algorithm):
        return ()
    return (f"ALGORITHM={cost.algorithm}",) if cost.blocks == "nothing" else ()


def _costs(recorded: Sequence[Recorded], dialect: str) -> tuple[tuple[str, Cost], ...]:
    """What it takes on each version, where that differs from the version before."""
    found: list[tuple[str, Cost]] = []
    for version in VERSIONS[dialect]:
        builder = _builder(dialect, version)
        steps = builder.steps(recorded, _judge())
        costs = [statement.cost for step in steps for statement in step.statements]
        cost = max(costs, key=lambda one: (one.blocks != "nothing", one.work), default=Cost())
        if not found:
            found.append(("", cost))
        elif found[-1][1] != cost:
            found.append((f"from {'.'.join(map(str, version))}: ", cost))
    return tuple(found)


def _judge() -> Judge:
    return Judge("", (), date.today())


def _builder(dialect: str, version: tuple[int, ...]) -> Builder:
    facts = replace(_facts(dialect), version=version)
    return Builder(dialect_for(URL.create(dialect)), facts)


@cache
def _facts(dialect: str) -> Facts:
    """What is known of the tables that the samples are about."""
    facts = Facts(dialect, small_rows=1)
    for statement in SETUP.get(dialect, SETUP[MYSQL]):
        for action in read(statement, dialect):
            facts = followed(facts, action)
    large = {name: replace(table, rows=_ROWS) for name, table in facts.tables.items()}
    return replace(facts, tables=large, new=frozenset())


def _recorded(script: str, dialect: str, *, online: bool) -> tuple[Recorded, ...]:
    """What a script asks for, as a run sends it."""
    recorder = Recorder(_FILE)
    with ExitStack() as around:
        listen = _in_memory if dialect == SQLITE else _as_script
        around.enter_context(listen(recorder, dialect, Settings(online=online)))
        exec(compile(script, _FILE, "exec"), {"op": alembic.op, "sa": sa})
    return recorder.steps


@contextmanager
def _as_script(recorder: Recorder, dialect: str, settings: Settings) -> Iterator[None]:
    opts = {
        "as_sql": True,
        "output_buffer": StringIO(),
        "transaction_per_migration": True,
        OPTION: Surroundings(settings=settings),
    }
    context = MigrationContext.configure(dialect_name=dialect, opts=opts)
    forms = rehearsal_of(context, Limits(0, 0))
    with (
        operations(context),
        Operations.context(context),
        carried_out_by(forms) if forms else nullcontext(),
        recorder.listening(),
        written(recorder, context),
        context.begin_transaction(_per_migration=True),
    ):
        seen_in(context).columns.add(FREE)
        yield


@contextmanager
def _in_memory(recorder: Recorder, dialect: str, settings: Settings) -> Iterator[None]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        for statement in SETUP[dialect]:
            connection.exec_driver_sql(statement)
        context = MigrationContext.configure(connection)
        tap = Tap(connection, (), carries_out=True, schema_rolls_back=True)
        with (
            operations(context),
            Operations.context(context),
            recorder.listening(),
            tapped(recorder, tap),
        ):
            yield
    engine.dispose()
