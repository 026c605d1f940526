"""Where numbers come from: they go on where they stand, whatever counts them from now on."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def numbered(*counter: Any, table: str = "t", **column: Any) -> Models:
    """A table whose key counts by itself, or does not."""

    def models(db: SQLAlchemy) -> None:
        # Identity and Sequence belong to one table: each time others are needed.
        own = [each() for each in counter]
        key: sa.Column[Any] = sa.Column("id", sa.Integer, *own, primary_key=True, **column)
        db.Table(table, key, sa.Column("n", sa.Integer))

    return models


SERIAL = numbered()
PLAIN = numbered(autoincrement=False)
IDENTITY = numbered(sa.Identity)
ALWAYS = numbered(lambda: sa.Identity(always=True, start=7, increment=3, cycle=True, cache=5))
ON_POSTGRESQL = {"serial": SERIAL, "plain": PLAIN, "identity": IDENTITY, "always": ALWAYS}


@pytest.mark.requires("identity")
@pytest.mark.parametrize(("before", "after"), list(permutations(ON_POSTGRESQL, 2)))
def test_each_becomes_each(evolution: Evolution, before: str, after: str) -> None:
    """The next row has the next number, up and down; an identity has the model's options."""
    first, second = ON_POSTGRESQL[before], ON_POSTGRESQL[after]
    evolution.begin(first, "INSERT INTO t (id, n) OVERRIDING SYSTEM VALUE VALUES (50, 1), (51, 2)")
    if before != "plain":
        evolution.now.execute("SELECT setval(pg_get_serial_sequence('t', 'id'), 51)")

    evolution.follow(second)
    if after != "plain":
        evolution.now.execute("INSERT INTO t (n) VALUES (3)")
        assert evolution.rows("SELECT min(id) FROM t WHERE n = 3 AND id > 51")[0][0] in (52, 54)
    evolution.back(first)
    if before != "plain":
        (highest,) = evolution.rows("SELECT max(id) FROM t")[0]
        evolution.now.execute("INSERT INTO t (n) VALUES (4)")
        # A connection that had a cache of five takes the rest of it along.
        number = evolution.rows("SELECT id FROM t WHERE n = 4")[0][0]
        assert highest < number <= highest + 5 * 3


def test_an_identity_where_there_is_none(evolution: Evolution) -> None:
    """Models for several databases may have one: it is no difference where it means nothing."""
    evolution.begin(numbered(lambda: sa.Identity(start=5)))

    evolution.now.ok("check")


@pytest.mark.requires("identity")
def test_names_that_must_be_quoted(evolution: Evolution) -> None:
    """Long ones are cut as PostgreSQL cuts them."""
    name = "Orders of the shop, with a name that is really too long"
    evolution.begin(numbered(table=name))

    evolution.follow(numbered(sa.Identity, table=name))

    evolution.back(numbered(table=name))


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("counts", [True, False])
def test_auto_increment(evolution: Evolution, counts: bool) -> None:
    """On and off; the rows keep their numbers."""
    first, second = (SERIAL, PLAIN) if counts else (PLAIN, SERIAL)
    evolution.begin(first, "INSERT INTO t (id, n) VALUES (50, 1)")

    answer = evolution.follow(second)

    assert ("no AUTO_INCREMENT" in answer.stdout) == counts
    evolution.back(first)
    assert evolution.rows("SELECT id, n FROM t") == [(50, 1)]


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("counts", [True, False])
def test_auto_increment_of_a_key_that_others_refer_to(evolution: Evolution, counts: bool) -> None:
    """The foreign keys stand aside: from another table, with their options, and from its own."""

    def referred(counting: bool) -> Models:
        def models(db: SQLAlchemy) -> None:
            numbered(autoincrement="auto" if counting else False)(db)
            number: Any = sa.Integer
            db.metadata.tables["t"].append_column(
                sa.Column("parent", number, sa.ForeignKey("t.id", name="fk_parent"))
            )
            key = sa.ForeignKey("t.id", name="fk_t", ondelete="CASCADE")
            db.Table("u", sa.Column("id", number, primary_key=True), sa.Column("t", number, key))

        return models

    first = referred(counts)
    evolution.begin(
        first,
        "INSERT INTO t (id, n, parent) VALUES (50, 1, NULL), (51, 2, 50)",
        "INSERT INTO u (id, t) VALUES (1, 51)",
    )

    evolution.follow(referred(not counts))
    evolution.back(first)

    assert evolution.rows("SELECT id, parent FROM t ORDER BY id") == [(50, None), (51, 50)]
    assert evolution.rows("SELECT id, t FROM u") == [(1, 51)]


def sequences(*wanted: tuple[str, dict[str, Any]], user: str = "") -> Models:
    """Sequences on their own; one of them may be the default of a column."""

    def models(db: SQLAlchemy) -> None:
        made = {name: sa.Sequence(name, metadata=db.metadata, **how) for name, how in wanted}
        table = db.Table("t", sa.Column("id", sa.Integer, primary_key=True))
        if user:
            number = sa.Column("nr", sa.Integer, made[user], server_default=made[user].next_value())
            table.append_column(number)

    return models


INVOICES = ("invoice_nr", {"start": 1000})
TICKETS = ("ticket_nr", {})
SMALL = ("ticket_nr", {"minvalue": 5, "cache": 1})
DOWN = ("ticket_nr", {"increment": -1})
STEPS = ("ticket_nr", {"increment": 10, "maxvalue": 5000, "cycle": True})


@pytest.mark.requires("sequences")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (sequences(), sequences(INVOICES, user="invoice_nr")),
        (sequences(TICKETS), sequences(STEPS)),
        (sequences(STEPS), sequences(TICKETS)),
        (sequences(TICKETS), sequences(INVOICES)),
        (sequences(SMALL), sequences(SMALL, INVOICES)),
        (sequences(DOWN), sequences(DOWN, INVOICES)),
    ],
    ids=["comes with its user", "changes", "changes back", "another", "lowest", "falling"],
)
def test_sequences(evolution: Evolution, before: Models, after: Models) -> None:
    """They are there before their users, and go after them."""
    evolution.begin(before)

    evolution.follow(after)

    evolution.back(before)


@pytest.mark.requires("sequences")
def test_a_key_with_a_sequence(evolution: Evolution) -> None:
    """It counts by that, and gets no other counter; one that is there is left alone."""
    models = numbered(lambda: sa.Sequence("numbers"))
    evolution.begin(models)

    evolution.now.ok("check")
    assert "autoincrement=False" in evolution.script

    evolution.follow(sequences())
    evolution.back(models)


@pytest.mark.requires("identity")
def test_a_sequence_that_a_serial_column_has(evolution: Evolution) -> None:
    """Models of old name what SERIAL makes by itself: that is no difference."""
    evolution.begin(SERIAL)

    answer = evolution.migrate(numbered(lambda: sa.Sequence("t_id_seq")))

    assert "No changes in schema detected" in answer.output


@pytest.mark.requires("identity")
def test_the_type_of_a_sequence(evolution: Evolution) -> None:
    """It is made, seen when it changes, and comes back."""
    before = sequences(("ticket_nr", {"data_type": sa.SmallInteger()}))
    evolution.begin(before)

    assert "as bigint" in evolution.follow(sequences(TICKETS)).stdout

    evolution.back(before)
    kind = "SELECT data_type FROM pg_sequences WHERE sequencename = 'ticket_nr'"
    assert str(evolution.rows(kind)[0][0]) == "smallint"


# SQLAlchemy does not reflect MariaDB's defaults that are sequences.
@pytest.mark.requires("sequences", "schemas")
def test_a_sequence_goes_with_its_user(evolution: Evolution) -> None:
    """And they come back together."""
    first = sequences(INVOICES, user="invoice_nr")
    evolution.begin(first)

    evolution.follow(sequences())

    evolution.back(first)


@pytest.mark.requires("sequences")
def test_a_sequence_of_somebody_else(evolution: Evolution) -> None:
    """What no revision made stays."""
    evolution.begin(sequences(TICKETS), "CREATE SEQUENCE of_others")

    assert "drop sequence ticket_nr" in evolution.migrate(sequences()).stdout
    evolution.now.ok("upgrade")

    assert "of_others" not in evolution.script
    evolution.now.execute("DROP SEQUENCE of_others")


@pytest.mark.requires("sequences")
def test_a_sequence_of_the_models_takes_over(evolution: Evolution) -> None:
    """Where it is the default of a column that counted; and back, behind the rows."""

    def models(db: SQLAlchemy) -> None:
        numbers = sa.Sequence("t_numbers", start=50, metadata=db.metadata)
        default = numbers.next_value()
        key = sa.Column("id", sa.Integer, numbers, server_default=default, primary_key=True)
        db.Table("t", key, sa.Column("n", sa.Integer))

    evolution.begin(SERIAL, "INSERT INTO t (n) VALUES (1), (2)")
    if evolution.database.kind.dialect == "postgresql":
        evolution.now.execute("INSERT INTO t (id, n) VALUES (99, 3)")
    evolution.follow(models)
    evolution.now.execute("INSERT INTO t (n) VALUES (4)")
    expected = 100 if evolution.database.kind.dialect == "postgresql" else 50
    assert evolution.rows("SELECT id FROM t WHERE n = 4") == [(expected,)]
    evolution.back(SERIAL)
    evolution.now.execute("INSERT INTO t (n) VALUES (5)")
    assert evolution.rows("SELECT id FROM t WHERE n = 5") == [(expected + 1,)]


def with_sequence(**options: Any) -> Models:
    """A sequence that stands on its own."""

    def models(db: SQLAlchemy) -> None:
        sa.Sequence("numbers", metadata=db.metadata, **options)
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True))

    return models


@pytest.mark.requires("sequences")
@pytest.mark.parametrize(
    ("spelled", "short"),
    [
        ({"start": 1, "increment": 1, "minvalue": 1}, {}),
        ({"start": -1, "increment": -1, "maxvalue": -1}, {"increment": -1}),
        ({"start": 5, "minvalue": 5}, {"minvalue": 5}),
    ],
    ids=str,
)
def test_a_sequence_may_spell_out_what_is_usual(
    evolution: Evolution, spelled: dict[str, Any], short: dict[str, Any]
) -> None:
    """It is what it would be without saying so."""
    evolution.begin(with_sequence(**spelled))
    evolution.now.ok("check")
    assert "No changes" in evolution.migrate(with_sequence(**short)).output


SEQUENCES = {
    "plain": with_sequence(),
    "steps": with_sequence(increment=5, cache=7),
    "cycle": with_sequence(start=3, cycle=True, maxvalue=9),
}


@pytest.mark.requires("sequences")
@pytest.mark.parametrize(
    ("before", "after"),
    [(one, other) for one in SEQUENCES for other in SEQUENCES if one != other],
)
def test_a_sequence_becomes_each(evolution: Evolution, before: str, after: str) -> None:
    """With all of its options."""
    evolution.begin(SEQUENCES[before])
    evolution.follow(SEQUENCES[after])
    evolution.back(SEQUENCES[before])


@pytest.mark.requires("auto_increment")
def test_an_identity_means_a_column_that_counts(evolution: Evolution) -> None:
    """Where a database has no identity columns."""
    evolution.begin(PLAIN, "INSERT INTO t (id, n) VALUES (7, 1)")
    evolution.follow(IDENTITY)
    evolution.now.execute("INSERT INTO t (n) VALUES (2)")
    assert evolution.rows("SELECT id FROM t WHERE n = 2") == [(8,)]
    evolution.back(PLAIN)


@pytest.mark.requires("identity")
@pytest.mark.parametrize(
    ("options", "number", "back"),
    [
        ({"minvalue": 1000, "start": 1000}, 1000, 1001),
        ({"maxvalue": 2, "cycle": True}, 1, 2),
        ({"increment": -1}, -1, None),
        ({"increment": -1, "start": 10, "minvalue": 1, "maxvalue": 10}, 3, None),
    ],
    ids=["higher", "lower", "falls", "falls within"],
)
@pytest.mark.parametrize("kind", ["sequence", "identity"])
def test_other_limits(
    evolution: Evolution, kind: str, options: dict[str, Any], number: int, back: int | None
) -> None:
    """A sequence that stands outside of its new limits goes on within these."""

    def models(**how: Any) -> Models:
        def made(db: SQLAlchemy) -> None:
            counter: Any = sa.Identity(**how)
            if kind == "sequence":
                own = sa.Sequence("numbers", metadata=db.metadata, **how)
                counter = own.next_value()
            default = {"server_default": counter} if kind == "sequence" else {}
            parts = () if default else (counter,)
            db.Table("t", sa.Column("n", sa.Integer, *parts, **default), sa.Column("a", sa.Integer))

        return made

    one = models()
    evolution.begin(one, *["INSERT INTO t (a) VALUES (1)"] * 3)
    evolution.follow(models(**options))
    evolution.now.execute("INSERT INTO t (a) VALUES (2)")
    assert evolution.rows("SELECT n FROM t WHERE a = 2")[0][0] in (number, 2)
    evolution.back(one)
    evolution.now.execute("INSERT INTO t (a) VALUES (3)")
    assert back is None or evolution.rows("SELECT n FROM t WHERE a = 3") == [(back,)]


@pytest.mark.requires("identity")
def test_a_new_sequence_takes_over_from_an_identity(evolution: Evolution) -> None:
    """The default that asks it is set by the revision that makes it, and it goes on."""

    def after(db: SQLAlchemy) -> None:
        counter = sa.Sequence("numbers", metadata=db.metadata)
        key = sa.Column("id", sa.Integer, counter, server_default=counter.next_value())
        db.Table("t", key, sa.Column("n", sa.Integer), sa.PrimaryKeyConstraint("id"))

    evolution.begin(IDENTITY, "INSERT INTO t (n) VALUES (1)")
    answer = evolution.migrate(after)
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout
    evolution.now.ok("upgrade")
    evolution.now.execute("INSERT INTO t (n) VALUES (2)")
    evolution.now.ok("downgrade")
    evolution.now.execute("INSERT INTO t (n) VALUES (3)")
    assert evolution.rows("SELECT id, n FROM t ORDER BY n") == [(1, 1), (2, 2), (3, 3)]
