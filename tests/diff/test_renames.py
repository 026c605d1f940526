"""Renames keep rows, on every database, and leave what the new models would create."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit.diff.renames.likeness import of_names
from flask_godwit.diff.renames.order import ordered
from flask_godwit.errors import AnswerWrong
from tests.core.apps import Models

from .conftest import Evolution

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def _id(name: str = "id") -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, primary_key=True)


def people(table: str = "users", name: str = "fullname", named: bool = False) -> Any:
    """A table with everything that a rename must carry along, and one that refers to it."""

    def models(db: SQLAlchemy) -> None:
        if named:
            db.metadata.naming_convention = NAMES
        db.Table(
            table,
            _id(),
            sa.Column(name, sa.String(100), nullable=False, unique=True),
            sa.Column("age", sa.Integer, index=True),
            sa.CheckConstraint(f"length({name}) > 0", name="filled"),
        )
        db.Table("posts", _id(), sa.Column("author", sa.ForeignKey(f"{table}.id")))

    return models


ROWS = (
    "INSERT INTO users (id, fullname, age) VALUES (1, 'Ann', 40)",
    "INSERT INTO posts (id, author) VALUES (1, 1)",
)
BOTH = ("--rename-table", "users:accounts", "--rename", "users.fullname:accounts.name")


@pytest.mark.parametrize("named", [False, True], ids=["unnamed", "convention"])
class TestEverythingFollows:
    def test_column(self, evolution: Evolution, named: bool) -> None:
        """A column with its unique constraint and its CHECK, and back again."""
        before, after = people(named=named), people(name="name", named=named)
        evolution.begin(before, *ROWS)
        evolution.follow(after, "--rename", "users.fullname:users.name")
        assert evolution.rows("SELECT id, name, age FROM users") == [(1, "Ann", 40)]
        evolution.back(before)
        assert evolution.rows("SELECT fullname FROM users") == [("Ann",)]

    def test_table_and_column(self, evolution: Evolution, named: bool) -> None:
        """Both at once, with an index and a foreign key that points at the table."""
        before, after = people(named=named), people("accounts", "name", named=named)
        evolution.begin(before, *ROWS)
        evolution.follow(after, *BOTH)
        query = "SELECT a.name FROM accounts a JOIN posts p ON p.author = a.id"
        assert evolution.rows(query) == [("Ann",)]
        evolution.back(before)
        assert evolution.rows("SELECT fullname FROM users") == [("Ann",)]


def test_swapped_columns(evolution: Evolution) -> None:
    """Two columns of one type exchange their names, which no comparison can see."""

    def models(db: SQLAlchemy) -> None:
        db.Table("m", _id(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))

    evolution.begin(models, "INSERT INTO m (id, a, b) VALUES (1, 5, 7)")
    evolution.follow(models, "--rename", "m.a:m.b", "--rename", "m.b:m.a")
    assert evolution.rows("SELECT a, b FROM m") == [(7, 5)]
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT a, b FROM m") == [(5, 7)]


def test_rename_and_other_type(evolution: Evolution) -> None:
    """What else changes in a renamed column comes after the rename."""

    def before(db: SQLAlchemy) -> None:
        db.Table("item", _id(), sa.Column("qty", sa.SmallInteger))

    def after(db: SQLAlchemy) -> None:
        db.Table("item", _id(), sa.Column("quantity", sa.BigInteger, nullable=False))

    evolution.begin(before, "INSERT INTO item (id, qty) VALUES (1, 3)")
    evolution.follow(after, "--rename", "item.qty:item.quantity")
    assert evolution.rows("SELECT quantity FROM item") == [(3,)]
    evolution.back(before)


@pytest.mark.requires("sequences", "schemas")
@pytest.mark.parametrize("made", [["CREATE SCHEMA crm"], []], ids=["there", "to be made"])
def test_sequence_and_schema(evolution: Evolution, made: list[str]) -> None:
    """A SERIAL's sequence gets its new name; a table can move to another schema."""

    def before(db: SQLAlchemy) -> None:
        db.Table("users", _id(), sa.Column("name", sa.String(20)))

    def after(db: SQLAlchemy) -> None:
        db.Table("accounts", _id(), sa.Column("name", sa.String(20)), schema="crm")

    evolution.begin(before, "INSERT INTO users (name) VALUES ('Ann')", *made)
    answer = evolution.migrate(after, "--rename-table", "users:crm.accounts", include_schemas=True)
    assert answer.exit_code == 0, answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    evolution.now.execute("INSERT INTO crm.accounts (name) VALUES ('Bob')")
    assert evolution.rows("SELECT id, name FROM crm.accounts ORDER BY id") == [
        (1, "Ann"),
        (2, "Bob"),
    ]
    found = evolution.rows("SELECT sequencename FROM pg_sequences WHERE schemaname = 'crm'")
    assert found == [("accounts_id_seq",)]
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT name FROM users ORDER BY id") == [("Ann",), ("Bob",)]
    left = evolution.rows("SELECT count(*) FROM pg_namespace WHERE nspname = 'crm'")
    assert left == [(len(made),)]


@pytest.mark.requires("sequences", "schemas")
def test_schemas_one_after_the_other(evolution: Evolution) -> None:
    """A table comes to where another one of its name was; two that change places can't."""

    def models(**schemas: str) -> Models:
        def declare(db: SQLAlchemy) -> None:
            for column, schema in schemas.items():
                key = sa.Column("id", sa.Integer, autoincrement=False)
                db.Table("item", key, sa.Column(column, sa.Text), schema=schema)

        return declare

    before = models(a="s1", b="s2")
    evolution.begin(before, "INSERT INTO s1.item VALUES (1, 'x')", include_schemas=True)
    moves = ["--rename-table", "s1.item:s2.item", "--rename-table", "s2.item:s3.item"]
    answer = evolution.migrate(models(a="s2", b="s3"), *moves, include_schemas=True)
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade", "upgrade"):
        evolution.now.ok(command)
    assert evolution.rows("SELECT a FROM s2.item") == [("x",)]
    circle = ["--rename-table", "s3.item:s2.item", "--rename-table", "s2.item:s3.item"]
    answer = evolution.migrate(models(a="s3", b="s2"), *circle, include_schemas=True)
    assert "there is a item already" in answer.stderr, answer.output


def test_told_by_the_models(local: Evolution) -> None:
    """`info={"renamed_from": …}` is an answer; once applied it says nothing any more."""

    def after(db: SQLAlchemy) -> None:
        db.Table(
            "accounts",
            _id(),
            sa.Column("name", sa.String(100), info={"renamed_from": "fullname"}),
            info={"renamed_from": "users"},
        )

    def before(db: SQLAlchemy) -> None:
        db.Table("users", _id(), sa.Column("fullname", sa.String(100)))

    local.begin(before, "INSERT INTO users VALUES (1, 'Ann')")
    local.follow(after)
    assert local.rows("SELECT name FROM accounts") == [("Ann",)]
    assert "No changes" in local.migrate(after).output


class TestNobodyToAsk:
    def test_both_readings(self, local: Evolution) -> None:
        """Without a terminal: nothing is written, both readings and their options are shown."""
        local.begin(people(), *ROWS)
        answer = local.migrate(people(name="name"))
        assert answer.exit_code == 1
        assert "Was the column users.fullname renamed to users.name?" in answer.stderr
        assert "--rename users.fullname:users.name" in answer.stderr
        assert "--no-rename users.fullname" in answer.stderr
        assert len(local.now.files) == 1

    def test_table(self, local: Evolution) -> None:
        local.begin(people(), *ROWS)
        answer = local.migrate(people("accounts"))
        assert answer.exit_code == 1
        assert "--rename-table users:accounts" in answer.stderr

    def test_not_renamed(self, local: Evolution) -> None:
        """`--no-rename`, with a pattern: the column goes with its values."""
        local.begin(people(named=True), *ROWS)
        options = ("--no-rename", "users.*", "--fill", "users.name=x")
        answer = local.migrate(people(name="name", named=True), *options)
        assert answer.exit_code == 0, answer.output
        assert 'drop_column("fullname")' in local.script

    def test_check_asks_nothing(self, local: Evolution) -> None:
        local.begin(people(), *ROWS)
        local.migrate(people(name="name"))
        answer = local.now.run("check")
        assert "- column users.fullname" in answer.stdout

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (("legacy", sa.String(50)), ("phone", sa.Integer)),
            (("legacy", sa.String(50)), ("phone", sa.String(30))),
        ],
        ids=["other family", "other name and length"],
    )
    def test_unrelated(self, local: Evolution, before: Any, after: Any) -> None:
        """What is clearly unrelated is not asked about."""

        def with_column(column: Any) -> Any:
            return lambda db: db.Table("t", _id(), sa.Column(*column))

        local.begin(with_column(before), "INSERT INTO t VALUES (1, 'x')")
        assert local.migrate(with_column(after)).exit_code == 0


class TestAnswers:
    def test_wrong(self, local: Evolution) -> None:
        """An answer for something that is not there is an error, not silence."""
        local.begin(people())
        answer = local.migrate(people(), "--rename", "users.nickname:users.name")
        assert answer.exit_code == 1
        assert "nothing to rename for users.nickname:users.name" in answer.stderr

    def test_former_table(self, local: Evolution) -> None:
        """A column of a renamed table may be named with the table's old name on both sides."""

        def named(table: str, column: str) -> Any:
            return lambda db: db.Table(table, _id(), sa.Column(column, sa.String(9)))

        local.begin(named("users", "fullname"), "INSERT INTO users VALUES (1, 'Ann')")
        renames = ("--rename-table", "users:accounts", "--rename", "users.fullname:users.name")
        local.follow(named("accounts", "name"), *renames)
        assert local.rows("SELECT name FROM accounts") == [("Ann",)]

    def test_form(self, local: Evolution) -> None:
        local.begin(people())
        answer = local.migrate(people(), "--rename", "users.name")
        assert "the form is --rename OLD:NEW" in answer.stderr

    def test_taken(self, local: Evolution) -> None:
        """What the models keep under its old name has no other."""

        def models(db: SQLAlchemy) -> None:
            db.Table("t", _id(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))

        local.begin(models)
        answer = local.migrate(models, "--rename", "t.a:t.b")
        assert "there is a b already" in answer.stderr

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("answers.json", '{"renames": {"users.fullname": "users.name"}}'),
            ("answers.toml", '[renames]\n"users.fullname" = "users.name"\n'),
        ],
    )
    def test_file(self, local: Evolution, name: str, text: str) -> None:
        """Answers from a file; those that no longer apply are passed over."""
        (local.root / name).write_text(text)
        local.begin(people(), *ROWS)
        local.follow(people(name="name"), "--answers", name)
        assert "No changes" in local.migrate(people(name="name"), "--answers", name).output

    def test_bad_file(self, local: Evolution) -> None:
        (local.root / "answers.json").write_text('{"rename": {}}')
        local.begin(people())
        answer = local.migrate(people(), "--answers", "answers.json")
        assert "has other keys than rename_tables, renames" in answer.stderr

    def test_python(self, local: Evolution) -> None:
        """The same from Python, with an object that answers."""
        import flask_godwit

        class Yes:
            asked: list[str] = []

            def ask(self, questions: Any) -> Any:
                self.asked += [question.text for question in questions]
                return [0 for _ in questions]

        local.begin(people(), *ROWS)
        shop = local._shop(people("accounts", "name"))
        with shop.context():
            script = flask_godwit.migrate(
                message="x", renames={"accounts.fullname": "accounts.name"}, questions=Yes()
            )
        assert script is not None
        assert Yes.asked == ["Was the table users renamed to accounts?"]
        shop.ok("upgrade")
        assert local.rows("SELECT name FROM accounts") == [("Ann",)]


@pytest.mark.parametrize(
    ("old", "new", "alike"),
    [
        ("fullname", "name", True),
        ("qty", "quantity", True),
        ("mail", "email", True),
        ("createdAt", "created_at", True),
        ("legacy", "phone", False),
        ("user_id", "order_id", False),
        ("body", "text", False),
    ],
)
def test_likeness_of_names(old: str, new: str, alike: bool) -> None:
    """Words, letters and abbreviations count; words that every schema has do not."""
    assert (of_names(old, new) >= 0.6) is alike


def test_order() -> None:
    """A chain is renamed from its end, a cycle over a third name."""
    assert list(ordered({"a": "b", "b": "c"}, ["a", "b"], "t")) == [("b", "c"), ("a", "b")]
    swap = list(ordered({"a": "b", "b": "a"}, ["a", "b"], "t"))
    assert swap[0] == ("a", "a_godwit_swap")
    assert swap[-1] == ("a_godwit_swap", "b")
    with pytest.raises(AnswerWrong, match="there is a b already"):
        list(ordered({"a": "b"}, ["a", "b"], "t"))


def test_a_check_that_changes_besides(evolution: Evolution) -> None:
    """A CHECK that is away while its column is renamed does not come back only to be dropped."""

    def models(column: str, most: int) -> Models:
        def made(db: SQLAlchemy) -> None:
            db.Table(
                "item",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column(column, sa.Integer),
                sa.CheckConstraint(f"{column} < {most}", name="ck_most"),
                sa.CheckConstraint(f"{column} > 0", name="ck_least"),
            )

        return made

    evolution.begin(models("qty", 10), "INSERT INTO item VALUES (1, 7)")
    answer = evolution.follow(models("amount", 20), "--rename", "item.qty:item.amount")
    assert answer.stdout.count("- check ck_most on item") == 1
    assert answer.stdout.count("+ check ck_most on item") == 1
    assert answer.stdout.count("+ check ck_least on item") <= 1
    evolution.back(models("qty", 10))
    evolution.now.execute("UPDATE item SET qty = 9")
    with pytest.raises(sa.exc.SQLAlchemyError):
        evolution.now.execute("UPDATE item SET qty = 15")


@pytest.mark.requires("enum_types")
def test_the_numbers_of_a_renamed_table_go_on(evolution: Evolution) -> None:
    """Its sequence gets another name with it, which is no hazard to its numbers."""
    evolution.begin(_item("item"), "INSERT INTO item (n) VALUES (1)")
    answer = evolution.follow(_item("thing"), "--rename-table", "item:thing")
    assert "RENAME TO thing_id_seq" in evolution.script
    assert "sequence-restarted" not in answer.output
    assert "sequence-restarted" not in evolution.now.run("lint").output


def _item(table: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table(table, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))

    return models
