"""A name that something has only for the moment is in statements, and in no word of ours."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

_FOR_NOW = re.compile(r"_godwit_(old|swap)")
_SQL = re.compile(r'^ *(lock |(batch_)?op\.|"?(ALTER|CREATE|INSERT|DROP) |\t)|",$')


def _columns(*names: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        numbers = (sa.Column(name, sa.Integer) for name in names)
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *numbers)

    return models


def _texts(*columns: str) -> Models:
    kinds = (sa.Integer, sa.String(20), sa.DateTime)

    def models(db: SQLAlchemy) -> None:
        made = (sa.Column(name, kind) for name, kind in zip(columns, kinds, strict=False))
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *made)

    return models


def _tables(one: str, other: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        for name, column in ((one, "n"), (other, "m")):
            db.Table(
                name, sa.Column("id", sa.Integer, primary_key=True), sa.Column(column, sa.Date)
            )

    return models


def _key(column: str) -> Models:
    """The key was another column, which goes while its name goes to a plain one."""

    def models(db: SQLAlchemy) -> None:
        plain = [sa.Column(column, sa.Integer, nullable=False)] if column != "id" else []
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *plain)

    return models


def _words(text: str) -> list[str]:
    """The lines that are no statement."""
    return [line for line in text.splitlines() if not _SQL.search(line)]


def _moves(kind: str, *moves: str) -> list[str]:
    return [word for move in moves for word in (f"--rename{kind}", move)]


@pytest.mark.parametrize(
    ("before", "after", "answers", "words"),
    [
        (
            _texts("a", "b"),
            _texts("b", "a"),
            _moves("", "t.a:t.b", "t.b:t.a"),
            ["~ column t.a -> b", "~ column t.b -> a"],
        ),
        (
            _texts("a", "b", "c"),
            _texts("b", "c", "a"),
            _moves("", "t.a:t.b", "t.b:t.c", "t.c:t.a"),
            ["~ column t.a -> b", "~ column t.c -> a", "~ column t.b -> c"],
        ),
        (
            _tables("x", "y"),
            _tables("y", "x"),
            _moves("-table", "x:y", "y:x"),
            ["~ table x -> y", "~ table y -> x"],
        ),
        (
            _key("code"),
            _key("id"),
            _moves("", "t.code:t.id"),
            ["~ column t.code -> id", "- column t.id (old)"],
        ),
        (
            _texts("a" * 50, "b" * 50),
            _texts("b" * 50, "a" * 50),
            _moves("", f"t.{'a' * 50}:t.{'b' * 50}", f"t.{'b' * 50}:t.{'a' * 50}"),
            [f"~ column t.{'a' * 50} -> {'b' * 50}", f"~ column t.{'b' * 50} -> {'a' * 50}"],
        ),
    ],
    ids=["two", "three", "tables", "key", "long"],
)
def test_nobody_reads_it(
    evolution: Evolution, before: Models, after: Models, answers: list[str], words: list[str]
) -> None:
    """Neither when a revision is written, nor in it, nor in its plan there and back."""
    evolution.begin(before)
    answer = evolution.migrate(after, *answers)
    assert answer.exit_code == 0, answer.output
    assert [line for line in answer.stdout.splitlines() if line in words] == words
    plans = [evolution.now.ok("plan").output, evolution.now.run("lint").output]
    evolution.now.ok("upgrade")
    plans.append(evolution.now.ok("plan", "--downgrade").output)
    for text in (answer.output, evolution.script, *plans):
        assert not [line for line in _words(text) if _FOR_NOW.search(line)]
    evolution.back(before)


def test_the_advice_is_about_the_models(evolution: Evolution) -> None:
    """Each of two columns that change places has one finding, with the name that it gets."""
    evolution.begin(_columns("a", "b"), "INSERT INTO t VALUES (1, 1, 2)")
    evolution.migrate(_columns("b", "a"), "--rename", "t.a:t.b", "--rename", "t.b:t.a")
    text = evolution.now.ok("plan").output
    assert text.count("error column-renamed") == 2
    for old, new in (("a", "b"), ("b", "a")):
        assert f'{new} = mapped_column("{old}")' in text
        assert (
            f"Code that knows t.{old} fails from that moment on, and code that knows {new}" in text
        )


def test_two_tables_have_names_of_their_own(local: Evolution) -> None:
    """The same name for the moment stands for another one in each table."""

    def models(first: str, second: str) -> Models:
        def made(db: SQLAlchemy) -> None:
            for table, names in (("t", first), ("u", second)):
                kinds = zip(names, (sa.Integer, sa.String(20)), strict=True)
                columns = (sa.Column(name, kind) for name, kind in kinds)
                db.Table(table, sa.Column("id", sa.Integer, primary_key=True), *columns)

        return made

    local.begin(models("ab", "ac"))
    moves = _moves("", "t.a:t.b", "t.b:t.a", "u.a:u.c", "u.c:u.a")
    answer = local.follow(models("ba", "ca"), *moves)
    wanted = ["~ column t.a -> b", "~ column t.b -> a", "~ column u.a -> c", "~ column u.c -> a"]
    assert [line for line in answer.stdout.splitlines() if "->" in line][:4] == wanted
