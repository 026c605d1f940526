"""A plan as a script that somebody else can run: every statement, and all that is set around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

from alembic.runtime.migration import HeadMaintainer, MigrationContext
from sqlalchemy import inspect
from sqlalchemy.schema import CreateTable

from ..errors import NotPlannable
from ..retry import Limits
from .recorder import Recorded, Sentence
from .replay import Rehearsal, Replayed

_COPIES = "-- flask db upgrade copies the table for this while others write to it; here they wait."


class ScriptWriter:
    """Writes the script of one database. ``lock`` is what takes its deploy lock in SQL."""

    def __init__(self, rehearsal: Rehearsal, limits: Limits, lock: str) -> None:
        self.rehearsal = rehearsal
        self.limits = limits
        self.lock = lock
        self.style = rehearsal.database.script(rehearsal.connection)
        self.versions = _Versions(rehearsal)

    def write(self, title: str) -> str:
        """The whole script.

        :raises NotPlannable: what a revision does is not known.
        """
        for one in self.rehearsal.replayed:
            _refuse_unknown(one)
        chapters = ["\n".join(self._chapter(one)) for one in self.rehearsal.replayed]
        return "\n\n".join([self._head(title), *chapters]) + "\n"

    def _head(self, title: str) -> str:
        place = ", ".join(self.rehearsal.current) or "base"
        statements = [
            text
            for one in self.rehearsal.replayed
            for sentence in _sentences(one.recorded)
            for text in sentence.texts
        ]
        lines = [
            f"-- {title}",
            f"-- for {self.rehearsal.database.name} at {self.rehearsal.url}, which is at {place}",
            f"-- to be run by {self.style.client}; it stops at the first error",
            *self.style.opening(self.limits, statements),
            *self.style.checks(self.versions.are_these(self.rehearsal.current), self.lock),
        ]
        if not self.versions.has_table:
            lines.append(self.style.terminated(self.versions.creation))
        return "\n".join(lines)

    def _chapter(self, one: Replayed) -> Iterator[str]:
        info = one.step.info
        doc = getattr(info.up_revision, "doc", "") or ""
        direction = "upgrade" if info.is_upgrade else "downgrade"
        yield _comment(f"{direction} {info.up_revision_id}, {doc}")
        for place in one.reads:
            yield _comment(f"what follows depends on what the database said at {place}")
        limits = self.limits.of(getattr(info.up_revision, "module", None))
        sentences = _sentences(one.recorded)
        inside = False
        for number, sentence in enumerate(sentences):
            outside = not sentence.transactional or self.style.is_outside(sentence.sql)
            if inside and outside:
                yield from self.style.commit()
                yield from self.style.finished()
            elif not (inside or outside):
                yield from self.style.begin(limits, _rest(sentences[number:]))
            inside = not outside
            if sentence.no_copy == "" and "ALGORITHM=" not in sentence.sql:
                yield _COPIES
            write = self.style.outside if outside else self.style.terminated
            yield from map(write, sentence.texts)
        if not inside:
            yield from self.style.begin(limits, ())
        yield from map(self.style.terminated, self.versions.after(one))
        yield from self.style.commit()
        yield from self.style.finished()


class _Versions:
    """The statements for Alembic's table of versions, as Alembic writes them."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        real = rehearsal.context
        self.output = StringIO()
        options = {
            **real.opts,
            "as_sql": True,
            "output_buffer": self.output,
            "literal_binds": True,
            "transactional_ddl": False,
        }
        self.context = MigrationContext.configure(
            url=rehearsal.connection.engine.url,
            dialect_opts={"paramstyle": "named"},
            opts=options,
        )
        self.heads = HeadMaintainer(self.context, set(rehearsal.current))
        table = self.context._version
        self.has_table = inspect(rehearsal.connection).has_table(table.name, table.schema)

    @property
    def creation(self) -> str:
        """What makes the table."""
        return str(CreateTable(self.context._version).compile(dialect=self.context.dialect))

    def are_these(self, current: Sequence[str]) -> str:
        """A condition: these versions are in the table, and no others; "" without a table."""
        if not self.has_table:
            return ""
        table: Any = self.context.dialect.identifier_preparer.format_table(self.context._version)
        counted = f"(SELECT count(*) FROM {table}"
        listed = ", ".join("'" + one.replace("'", "''") + "'" for one in current)
        these = f"{counted} WHERE version_num IN ({listed})) = {len(current)} AND "
        return f"{these if current else ''}{counted}) = {len(current)}"

    def after(self, one: Replayed) -> list[str]:
        """What a step changes in the table."""
        before = self.output.tell()
        self.heads.update_to_step(one.step)
        self.output.seek(before)
        text = self.output.read()
        return [part.strip() for part in text.split(";\n") if part.strip()]


def _refuse_unknown(one: Replayed) -> None:
    if one.unplannable:
        raise NotPlannable(
            f"What revision {one.step.info.up_revision_id} does is not known beforehand.",
            detail=f"  {one.unplannable}",
            hint="flask db upgrade    runs it\n"
            "flask db plan --sql REVISION    writes a script up to a revision before it",
        )


def _sentences(recorded: Sequence[Recorded]) -> list[Sentence]:
    return [sentence for step in recorded for sentence in step.sentences]


def _rest(sentences: Sequence[Sentence]) -> list[str]:
    """The statements of a transaction that begins here."""
    return [text for sentence in sentences for text in sentence.texts]


def _comment(text: str) -> str:
    return "-- " + " ".join(text.split())
