"""Kinds of tables of SQLite, CHECKs that come with a type, and values that were generated."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from .conftest import Evolution


def tables(*columns: Any, text: Any = sa.TEXT, **options: Any) -> Any:
    def models(db: Any) -> None:
        convention = {"pk": "pk_%(table_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"}
        db.metadata.naming_convention = convention
        first = [sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", text)]
        given = {f"sqlite_{name}": value for name, value in options.items()}
        db.Table("t", *first, *(make() for make in columns), **given)

    return models


def kept(local: Evolution) -> None:
    assert local.rows("SELECT id, a FROM t") == [(7, "x")]


def test_table_counts_by_itself(local: Evolution) -> None:
    """AUTOINCREMENT comes and goes; the key has its name again."""
    local.begin(tables(), "INSERT INTO t (id, a) VALUES (7, 'x')")
    local.follow(tables(autoincrement=True))
    assert "table_kwargs" in local.script
    kept(local)
    assert local.rows("SELECT seq FROM sqlite_sequence WHERE name = 't'") == [(7,)]
    local.back(tables())
    kept(local)


def test_table_becomes_strict(local: Evolution) -> None:
    """After its types can be those of a strict table; and before they can't any more."""
    local.begin(tables(text=sa.String(20)), "INSERT INTO t (id, a) VALUES (7, 'x')")
    answer = local.follow(tables(strict=True, with_rowid=False))
    assert "t: STRICT" in answer.stdout
    with pytest.raises(sa.exc.DBAPIError):
        local.now.execute("INSERT INTO t (id, a) VALUES ('no number', 'x')")
    local.back(tables(text=sa.String(20)))
    kept(local)


@pytest.mark.parametrize(
    "options", [{"autoincrement": True}, {"strict": True}, {"with_rowid": False}], ids=str
)
def test_table_comes_back(local: Evolution, options: dict[str, bool]) -> None:
    """As the kind that it was."""

    def kept_table(db: Any) -> None:
        key = sa.PrimaryKeyConstraint("id", name="pk_kept")
        db.Table("kept", sa.Column("id", sa.Integer), key)

    def before(db: Any) -> None:
        tables(**options)(db)
        kept_table(db)

    query = "SELECT sql FROM sqlite_master WHERE name = 't'"
    local.begin(before, "INSERT INTO t (id, a) VALUES (7, 'x')")
    made = local.rows(query)
    local.follow(kept_table)
    local.back(before)
    assert local.rows(query) == made


def test_foreign_key_in_a_column(local: Evolution) -> None:
    """ADD COLUMN writes it there, with its name and what happens on delete: no change later on."""

    def parent() -> Any:
        return sa.Column("up", sa.ForeignKey("t.id", name="fk_up", ondelete="SET NULL"))

    def number() -> Any:
        return sa.Column("number", sa.Integer)

    local.begin(tables())
    for columns, said in (
        ((parent,), "+ foreign key t (up) -> t (id)"),
        ((parent, number), "+ column t.number"),
        ((number,), "- foreign key fk_up on t"),
    ):
        answer = local.migrate(tables(*columns))
        assert said in answer.stdout
        assert ("foreign key" in said) == ("foreign key" in answer.stdout)
        local.now.ok("upgrade")
        local.now.ok("check")
    local.now.ok("downgrade")
    local.now.ok("downgrade")
    assert "ON DELETE SET NULL" in str(local.rows("SELECT sql FROM sqlite_master WHERE name = 't'"))


def test_checks_of_types(evolution: Evolution) -> None:
    """A type's own CHECK is made once, and goes with its column."""

    def flag() -> Any:
        return sa.Column("flag", sa.Boolean(create_constraint=True, name="flag_is"))

    def kind() -> Any:
        enum = sa.Enum("b", "c", native_enum=False, create_constraint=True, name="kind_is")
        return sa.Column("kind", enum)

    evolution.begin(tables(text=sa.String(9)), "INSERT INTO t (id, a) VALUES (7, 'x')")
    evolution.follow(tables(flag, kind, text=sa.String(9)))
    evolution.back(tables(text=sa.String(9)))
    kept(evolution)


def test_generated_values_are_kept(local: Evolution) -> None:
    """A column that is no longer computed has the values that it had, and computes them again."""

    def computed() -> Any:
        return sa.Column("twice", sa.Integer, sa.Computed("id * 2", persisted=True))

    local.begin(tables(computed), "INSERT INTO t (id, a) VALUES (7, 'x')")
    local.follow(tables(lambda: sa.Column("twice", sa.Integer)))
    assert local.rows("SELECT twice FROM t") == [(14,)]
    local.now.execute("UPDATE t SET twice = 0")
    local.back(tables(computed))
    assert local.rows("SELECT twice FROM t") == [(14,)]


@pytest.mark.parametrize("convention", [{}, {"pk": "pk_%(table_name)s"}], ids=["", "names"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("a", ("a", "b"), True), ("b", ("a", "b"), True)),
        (("a", ("a", "b"), True), ("b", ("a", "b"), False)),
        (("a", ("a", "b"), False), ("b", ("a", "b"), True)),
        (("a", ("a", "x"), True), ("b", ("x", "b"), True)),
    ],
    ids=["both", "before", "after", "another column"],
)
def test_another_key_counts(
    local: Evolution, before: Any, after: Any, convention: dict[str, str]
) -> None:
    """AUTOINCREMENT goes with the key that has it, and comes back with that."""

    def models(key: str, columns: tuple[str, ...], counts: bool) -> Any:
        def made(db: Any) -> None:
            db.metadata.naming_convention = convention or db.metadata.naming_convention
            numbers = (
                sa.Column(n, sa.Integer, primary_key=n == key, nullable=False) for n in columns
            )
            db.Table("t", *numbers, sqlite_autoincrement=counts)

        return made

    def counts() -> bool:
        (found,) = local.rows("SELECT sql FROM sqlite_master WHERE name = 't'")
        return "AUTOINCREMENT" in str(found)

    local.begin(models(*before), "INSERT INTO t VALUES (1, 5), (2, 6)")
    answer = local.migrate(models(*after), "--no-rename", "*")
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    local.now.ok("upgrade")
    local.now.ok("check")
    assert counts() is after[-1]
    for command in local.script.split("def downgrade"):
        assert command.count("batch_alter_table") == 1, "it is copied once"
    if after[-1]:
        query = "SELECT seq FROM sqlite_sequence WHERE name = 't'"
        assert local.rows(query) == local.rows(f"SELECT max({after[0]}) FROM t")
    local.now.ok("downgrade")
    assert counts() is before[-1]
    assert local.rows("SELECT count(*) FROM t") == [(2,)]
