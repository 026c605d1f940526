"""The steps of a script that make, replace and drop views, functions and triggers.

Each knows its inverse, and what it is in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import indent
from typing import TypeVar

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from ...dialects.object_answers import MATERIALIZED_VIEW, TRIGGER, VIEW
from ...dialects.objects import ObjectKey, header, tidy
from ...frozen import frozen
from ...operations.objects import ObjectOp, statement_of

_WIDTH = 90


@frozen
class Definition:
    """What an object is: its statement, and statements for what stands on it."""

    key: ObjectKey
    statement: str
    more: tuple[str, ...] = ()
    table: str = ""
    """A trigger's table."""
    is_ours: bool = True
    """Whether the models declare it; a revision's own is made as its author did."""


class ObjectStep(ops.MigrateOperation):
    """One step. ``early`` ones come before the changes of tables, the others after them.

    :param sign: "+", "-" or "~" where it is a change in words; "" where it only makes way.
    """

    verb: str
    is_among = False
    """Whether it stands among the changes of tables: what these say by it makes way for it."""

    def __init__(self, new: Definition, sign: str, *, early: bool) -> None:
        self.new = new
        self.sign = sign
        self.early = early

    @property
    def text(self) -> str:
        """``view recent_posts``, ``trigger stamp on posts``."""
        key = self.new.key
        return key._replace(of=key.of or self.new.table).words if key.kind == TRIGGER else key.words


_Step = TypeVar("_Step", bound=ObjectStep)


def _as(known: ObjectStep, step: _Step) -> _Step:
    """The step, among others if another one is."""
    step.is_among = known.is_among
    return step


class MakeObject(ObjectStep):
    """``op.create_view()`` and its like."""

    verb = "create"

    def reverse(self) -> DropObject:
        return _as(self, DropObject(self.new, _INVERSE[self.sign], early=not self.early))


class DropObject(ObjectStep):
    """``op.drop_view()`` and its like."""

    verb = "drop"

    def reverse(self) -> MakeObject:
        return _as(self, MakeObject(self.new, _INVERSE[self.sign], early=not self.early))


class ReplaceObject(ObjectStep):
    """``op.replace_view()`` and its like."""

    verb = "replace"

    def __init__(self, new: Definition, old: Definition, *, early: bool) -> None:
        super().__init__(new, "~", early=early)
        self.old = old

    def reverse(self) -> ReplaceObject:
        return ReplaceObject(self.old, self.new, early=not self.early)


_INVERSE = {"+": "-", "-": "+", "~": "~", "": ""}


@renderers.dispatch_for(MakeObject)
@renderers.dispatch_for(DropObject)
@renderers.dispatch_for(ReplaceObject)
def _render(context: AutogenContext, step: ObjectStep) -> list[str]:
    prefix = context.opts["alembic_module_prefix"] or ""
    if not step.new.is_ours:
        # As it was, to the last space: op.execute() takes no margin away.
        return [f"{prefix}execute({_escaped(text)!r})" for text in _plain(context, step)]
    lines = [prefix + "".join(_call(step))]
    if step.verb != "drop":
        lines += [f"{prefix}execute({_literal(_escaped(text))})" for text in step.new.more]
    return lines


def _plain(context: AutogenContext, step: ObjectStep) -> tuple[str, ...]:
    """The statements of a step."""
    if step.verb != "drop":
        return (step.new.statement, *step.new.more)
    assert context.dialect is not None
    key = step.new.key
    return (statement_of(ObjectOp("drop", key), context.dialect),)


def _call(step: ObjectStep) -> Iterator[str]:
    key = step.new.key
    kind = VIEW if key.kind == MATERIALIZED_VIEW else key.kind
    arguments = [repr(key.name)]
    if kind == TRIGGER:
        arguments.append(repr(step.new.table))
    if step.verb == "drop":
        arguments += [repr(key.of)] if key.of and kind != TRIGGER else []
    else:
        arguments.append(_literal(definition_of(step.new)))
    arguments += [f"schema={key.schema!r}"] if key.schema else []
    arguments += ["materialized=True"] if key.kind == MATERIALIZED_VIEW else []
    yield f"{step.verb}_{kind}({', '.join(arguments)})"


def definition_of(new: Definition) -> str:
    """The query of a view that has nothing else; otherwise the whole statement."""
    statement = tidy(new.statement)
    made = header(statement)
    if made is None or new.key.kind not in (VIEW, MATERIALIZED_VIEW):
        return statement
    plain = re.fullmatch(
        r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:MATERIALIZED\s+)?VIEW\s+"
        r"(?:IF\s+NOT\s+EXISTS\s+)?",
        statement[: made.begin],
        re.IGNORECASE,
    )
    query = re.match(r"\s+AS\s+(?=\S)", statement[made.end :], re.IGNORECASE)
    if plain is None or query is None:
        return statement
    return statement[made.end + query.end() :].strip()


def _literal(text: str) -> str:
    """A text as a literal of Python that reads well: in lines where it has several."""
    if ("\n" not in text and len(text) < _WIDTH) or '"""' in text or text.endswith('"'):
        return repr(text)
    escaped = text.replace("\\", "\\\\")
    if any(line != line.rstrip() for line in text.splitlines()) or "\t" in text or "\r" in text:
        return repr(text)
    return f'"""\n{indent(escaped, " " * 8)}\n    """'


def _escaped(statement: str) -> str:
    """op.execute() takes ``:name`` for a parameter."""
    return statement.replace(":", "\\:")
