"""PostgreSQL's domains that models declare: made, changed and dropped with the columns on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects.postgresql import DOMAIN

from flask_godwit.diff.ownership import History
from tests.core.apps import Models

from .conftest import Evolution

PROVED = "Proved: upgrade, downgrade, no further changes"
DOMAINS = (
    "SELECT typname, format_type(typbasetype, typtypmod), typdefault, typnotnull,"
    " (SELECT string_agg(pg_get_constraintdef(c.oid), ' ') FROM pg_constraint c"
    " WHERE contypid = t.oid AND contype = 'c')"
    " FROM pg_type t WHERE typtype = 'd' AND typnamespace ="
    " (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
    " ORDER BY typname"
)


def models(*domains: DOMAIN[Any], array: bool = False, **said: Any) -> Callable[[SQLAlchemy], None]:
    def make(db: SQLAlchemy) -> None:
        columns = [sa.Column(f"c_{str(domain.name).lower()}", domain, **said) for domain in domains]
        check = [sa.CheckConstraint(f"{c.name} <> '7'", name=f"ck_{c.name}") for c in columns]
        db.Table("item", sa.Column("id", sa.Integer, primary_key=True), *columns, *check)
        if array:
            lists = sa.Column("list", sa.ARRAY(domains[0]))
            db.Table("more", sa.Column("id", sa.Integer, primary_key=True), lists)

    return make


def domain(name: str = "part", kind: Any = sa.Integer, **said: Any) -> DOMAIN[Any]:
    return DOMAIN(name, kind, **said)


@pytest.mark.requires("enum_types")
def test_comes_and_goes(evolution: Evolution) -> None:
    """A domain is made for its first column, and dropped with its last; and back."""
    evolution.begin(models(), "INSERT INTO item DEFAULT VALUES")
    odd = domain("Odd", sa.Text, check="VALUE LIKE '%:x'")
    full = models(domain(check="VALUE > 0"), odd, array=True)
    assert PROVED in evolution.follow(full).output
    assert [row[0] for row in evolution.rows(DOMAINS)] == ["Odd", "part"]
    assert PROVED in evolution.follow(models()).output
    assert evolution.rows(DOMAINS) == []
    evolution.now.ok("downgrade")
    assert ("part", "integer", None, False, "CHECK ((VALUE > 0))") in evolution.rows(DOMAINS)


def test_ownership(tmp_path: Path) -> None:
    """Ours is what a revision makes, or a table that it creates; not what it only uses."""
    file = tmp_path / "revision.py"
    file.write_text(
        "op.execute('CREATE DOMAIN one AS text')\n"
        "op.create_table('t', Column('a', DOMAIN('two', Text())))\n"
        "op.create_table('t', Column('a', DOMAIN('three', Text(), create_type=False)))\n"
    )
    history = History(lambda: [str(file)])
    named = [(None, name) for name in ("one", "two", "three")]
    assert history.makes_domains(named) == set(named[:2])


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize(
    ("array", "after", "said"),
    [
        (
            False,
            {"check": "VALUE > 1", "default": "3", "not_null": True},
            ("part", "integer", "3", True, "CHECK ((VALUE > 1))"),
        ),
        (
            True,
            {"kind": sa.BigInteger, "check": "VALUE > 1", "constraint_name": "more_than_one"},
            ("part", "bigint", None, False, "CHECK ((VALUE > 1))"),
        ),
    ],
    ids=["altered", "rebuilt"],
)
def test_changed(
    evolution: Evolution, array: bool, after: dict[str, Any], said: tuple[Any, ...]
) -> None:
    """What a model says otherwise of a domain is changed with its rows, and back."""
    options: Any = {"server_default": "5", "array": array}
    before = models(domain(check="VALUE > 0"), **options)
    evolution.begin(before, "INSERT INTO item (c_part) VALUES (2)")
    assert PROVED in evolution.follow(models(domain(**after), **options)).output
    assert evolution.rows(DOMAINS) == [said]
    evolution.now.ok("downgrade")
    assert evolution.rows(DOMAINS) == [("part", "integer", None, False, "CHECK ((VALUE > 0))")]
    assert evolution.rows("SELECT c_part FROM item") == [(2,)]


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("nullable", [True, False])
def test_forbids_null_itself(evolution: Evolution, nullable: bool) -> None:
    """What rows get in a column whose domain forbids NULL is asked, whatever the column says."""
    strict = domain("strict", not_null=True)
    evolution.begin(models(), "INSERT INTO item DEFAULT VALUES")
    full = models(strict, domain("mild", not_null=True, default="5"), nullable=nullable)
    refused = evolution.migrate(full)
    assert (
        "item.c_strict becomes NOT NULL and has no default, but item has 1 row." in refused.output
    )
    assert "c_mild" not in refused.output or not nullable
    fills = ["--fill", "item.c_strict=3"] + ["--fill", "item.c_mild=5"] * (not nullable)
    assert PROVED in evolution.follow(full, *fills).output
    assert evolution.rows("SELECT c_strict, c_mild FROM item") == [(3, 5)]
    assert evolution.rows("SELECT 1 FROM pg_attrdef WHERE adnum > 1") == []


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize(
    ("plain", "kind", "value"),
    [
        (sa.Integer, lambda: domain(check="VALUE > 0"), "7"),
        (sa.Text, lambda: domain("num", sa.Numeric(8, 2)), "12.50"),
        (sa.BigInteger, lambda: domain("Odd", sa.Text, check="VALUE <> ''"), "7"),
        (lambda: sa.ARRAY(sa.Integer), lambda: sa.ARRAY(domain(check="VALUE > 0")), "{1,2}"),
        (lambda: domain("other", sa.BigInteger), lambda: domain(check="VALUE > 0"), "7"),
    ],
    ids=["integer", "text", "capital", "array", "other domain"],
)
def test_from_what_it_stands_on(
    evolution: Evolution, plain: Callable[[], Any], kind: Callable[[], Any], value: str
) -> None:
    """A column of another type becomes one of the domain, and again one of that type."""

    def table(type_: Callable[[], Any]) -> Callable[[SQLAlchemy], None]:
        def make(db: SQLAlchemy) -> None:
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table("item", key, sa.Column("a", type_(), index=True))

        return make

    evolution.begin(table(plain), f"INSERT INTO item VALUES (1, '{value}'), (2, NULL)")
    evolution.follow(table(kind))
    kept = [(value,), (None,)]
    assert evolution.rows("SELECT CAST(a AS TEXT) FROM item ORDER BY id") == kept
    evolution.back(table(plain))
    assert evolution.rows("SELECT CAST(a AS TEXT) FROM item ORDER BY id") == kept
    evolution.now.ok("upgrade")
    evolution.follow(table(plain))


@pytest.mark.requires("enum_types")
def test_rows_that_it_refuses(evolution: Evolution) -> None:
    """They are found before a script is written."""
    key = sa.Column("id", sa.Integer, primary_key=True)
    evolution.begin(
        lambda db: db.Table("item", key._copy(), sa.Column("a", sa.Integer)),
        "INSERT INTO item VALUES (1, -1)",
    )
    positive = domain(check="VALUE > 0")
    answer = evolution.migrate(
        lambda db: db.Table("item", key._copy(), sa.Column("a", positive, nullable=False))
    )
    assert answer.exit_code == 1
    assert "Not every value of item.a can become" in answer.output


def _one(kind: Any, **said: Any) -> Models:
    def declare(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("item", key, sa.Column("a", kind, **said))

    return declare


def _full() -> DOMAIN[Any]:
    return domain(default="7", not_null=True, check="VALUE > 0")


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_one(_full()), _one(sa.Integer)),
        (_one(_full(), server_default="8"), _one(sa.Integer, server_default="8")),
        (_one(_full(), nullable=False), _one(sa.Integer, nullable=False)),
        (_one(_full()), _one(domain("other", default="9"))),
        (_one(_full(), nullable=False), _one(_full())),
        (_one(_full(), server_default="8"), _one(_full())),
        (_one(_full()), _one(domain(kind=domain("base", check="VALUE > 1"), default="7"))),
    ],
    ids=["plain", "own default", "own NOT NULL", "other domain", "NULL", "no default", "base"],
)
def test_what_a_column_says_itself(evolution: Evolution, before: Models, after: Models) -> None:
    """The default and the NOT NULL of a domain are not those of its columns."""
    evolution.begin(before, "INSERT INTO item (id, a) VALUES (1, 5)")
    for other in (after, before):
        answer = evolution.migrate(other)
        assert PROVED in answer.output
        for command in ("upgrade", "check", "downgrade", "upgrade"):
            evolution.now.ok(command)
    assert evolution.rows("SELECT a FROM item") == [(5,)]


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("also", ["", "VALUE <> 'z'"])
def test_one_on_another(evolution: Evolution, also: str) -> None:
    """It is made anew with the one that it stands on, and so is the one on it."""

    def of(kind: Any, check: str = "") -> Models:
        def make(db: SQLAlchemy) -> None:
            first = domain("A part", kind)
            second = domain("m", first, check=check or "VALUE <> 'y'")
            third = domain("c", second, default="w")
            for number, one in enumerate((third, first, second)):
                key = sa.Column("id", sa.Integer, primary_key=True)
                text = sa.Column("c", one, server_default="v" if number == 2 else None)
                less = sa.CheckConstraint("c < 'x'", name=f"ck_{number}")
                db.Table(f"t{number}", key, text, less)

        return make

    rows = [f"INSERT INTO t{number} VALUES (1, 'b')" for number in range(3)]
    evolution.begin(of(sa.String(9)), *rows)
    answer = evolution.migrate(of(sa.Text, also))
    assert PROVED in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade", "upgrade", "check"):
        evolution.now.ok(command)
    found = {(row[0], row[1]) for row in evolution.rows(DOMAINS)}
    assert found == {("A part", "text"), ("m", '"A part"'), ("c", "m")}
    evolution.now.execute("INSERT INTO t0 VALUES (2)")
    query = "SELECT t0.c, t1.c, t2.c FROM t0, t1, t2 ORDER BY t0.id"
    assert evolution.rows(query) == [("b", "b", "b"), ("w", "b", "b")]


@pytest.mark.requires("enum_types")
def test_a_stranger_on_one(evolution: Evolution) -> None:
    """A domain that nobody declares can't be made again everywhere."""
    evolution.begin(models(domain(kind=sa.String(9))), "CREATE DOMAIN alone AS part")
    answer = evolution.migrate(models(domain(kind=sa.String(19))))
    assert answer.exit_code == 1
    assert "Domain alone stands on one that has to be made anew" in answer.stderr, answer.output
    evolution.now.execute("DROP DOMAIN alone")
    assert PROVED in evolution.migrate(models(domain(kind=sa.String(19)))).stdout


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("array", [False, True])
def test_on_an_enumeration(evolution: Evolution, array: bool) -> None:
    """That is given more values; it can't be made anew, which is said."""

    def of(*labels: str) -> Models:
        def make(db: SQLAlchemy) -> None:
            kind = sa.Enum(*labels, name="Kind of")
            on = domain("d", sa.ARRAY(kind) if array else kind)
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table("t", key, sa.Column("k", kind), sa.Column("d", on))

        return make

    value = "'{a}'" if array else "'a'"
    evolution.begin(of("a", "b"), f"INSERT INTO t VALUES (1, 'b', {value})")
    answer = evolution.migrate(of("c", "a", "b"))
    assert "Proved: upgrade, no further changes" in answer.stdout, answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    answer = evolution.migrate(of("c", "a"))
    assert answer.exit_code == 1
    assert "in another order: domain d stands on it" in answer.stderr, answer.output


@pytest.mark.requires("enum_types")
def test_one_on_another_goes(evolution: Evolution) -> None:
    """Both go with the last column, and come back in their order."""
    first = domain("z", sa.Text, check="VALUE <> ''")
    nested = models(domain("m", first), domain("a", domain("n", first)))
    evolution.begin(nested, "INSERT INTO item DEFAULT VALUES")
    assert PROVED in evolution.follow(models()).output
    assert evolution.rows(DOMAINS) == []
    evolution.now.ok("downgrade")
    assert [row[0] for row in evolution.rows(DOMAINS)] == ["a", "m", "n", "z"]
