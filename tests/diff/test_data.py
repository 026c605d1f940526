"""Rows keep their values, get new ones, or stop the command before a script is written."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from .conftest import Evolution


def table(*columns: tuple[Any, ...] | sa.Column[Any], name: str = "users") -> Any:
    """Models with one table, whose columns are made anew each time."""

    def models(db: Any) -> None:
        made = [c._copy() if isinstance(c, sa.Column) else sa.Column(*c) for c in columns]
        db.Table(name, sa.Column("id", sa.Integer, primary_key=True), *made)

    return models


NAME = ("name", sa.String(20))
CHECKED: Any = {"native_enum": False, "create_constraint": True, "name": "kind_is"}
TWO = ("INSERT INTO users (id, name) VALUES (1, 'Ann')", "INSERT INTO users (id) VALUES (2)")


class TestNotNull:
    def test_value_for_new_columns(self, evolution: Evolution) -> None:
        """`--fill` gives rows a value; the model's own constant default is used without asking."""
        evolution.begin(table(NAME), *TWO)
        after = table(
            NAME,
            sa.Column("country", sa.String(2), nullable=False),
            sa.Column("bio", sa.Text, nullable=False),
            sa.Column("score", sa.Integer, nullable=False, default=7),
            sa.Column("active", sa.Boolean, nullable=False, default=True),
            sa.Column("day", sa.DateTime, nullable=False),
            sa.Column("token", sa.Uuid, nullable=False),
            sa.Column("kind", sa.Enum("a", "b", **CHECKED), nullable=False),
        )
        token = "6ccd780cbaba402695645b8c656024db"
        fills = ["country='XX'", "bio=it's: 100%", "day=2024-05-01 10:00:00"]
        fills += [f"token={token}", "kind=b"]
        options = [part for fill in fills for part in ("--fill", f"users.{fill}")]
        evolution.follow(after, *options)
        found = evolution.rows("SELECT country, bio, score, active FROM users")
        assert found == [("XX", "it's: 100%", 7, True)] * 2
        assert "day" in evolution.script
        evolution.back(table(NAME))

    def test_expression(self, evolution: Evolution) -> None:
        """`sql:` makes each row's value from its others; existing NULLs are filled too."""
        evolution.begin(table(NAME), *TWO)
        after = table(("name", sa.String(20)), sa.Column("nick", sa.String(20), nullable=False))
        evolution.follow(after, "--fill", "users.nick=sql:coalesce(lower(name), 'nobody')")
        assert evolution.rows("SELECT nick FROM users ORDER BY id") == [("ann",), ("nobody",)]

    def test_nulls(self, evolution: Evolution) -> None:
        """A column that becomes NOT NULL: only its NULLs get the value."""
        evolution.begin(table(NAME), *TWO)
        evolution.follow(
            table(sa.Column("name", sa.String(20), nullable=False)), "--fill", "users.name=?"
        )
        assert evolution.rows("SELECT name FROM users ORDER BY id") == [("Ann",), ("?",)]

    def test_refused(self, evolution: Evolution) -> None:
        """Without a value nothing is written, not even where the server would put in ''."""
        evolution.begin(table(NAME), *TWO)
        answer = evolution.migrate(table(NAME, sa.Column("age", sa.Integer, nullable=False)))
        assert answer.exit_code == 1
        assert "users has 2 rows" in answer.stderr
        assert "--fill users.age=VALUE" in answer.stderr
        assert len(evolution.now.files) == 1

    def test_empty_table(self, evolution: Evolution) -> None:
        """A table without rows needs nothing; the script says for whom it is."""
        evolution.begin(table(NAME))
        after = table(NAME, sa.Column("age", sa.Integer, nullable=False))
        evolution.follow(after)
        assert "# users.age has no default: this is for an empty table." in evolution.script

    def test_column_that_comes_back(self, evolution: Evolution) -> None:
        """A downgrade can't bring values back: rows get a neutral one, and the script says so."""
        before = table(NAME, sa.Column("code", sa.String(5), nullable=False))
        evolution.begin(before, "INSERT INTO users (id, code) VALUES (1, 'x')")
        evolution.follow(table(NAME))
        assert "# Loses what users.code holds: 1 value where this was written." in evolution.script
        evolution.back(before)
        assert evolution.rows("SELECT code FROM users") == [("",)]

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (sa.Integer(), "many"),
            (sa.Boolean(), "perhaps"),
            (sa.DateTime(), "soon"),
            (sa.Enum("a", "b"), "c"),
            (sa.Enum("a", "b", **CHECKED), "c"),
            (sa.Uuid(), "none"),
        ],
        ids=str,
    )
    def test_wrong_value(self, local: Evolution, kind: Any, value: str) -> None:
        local.begin(table(NAME), *TWO)
        after = table(NAME, sa.Column("new", kind, nullable=False))
        answer = local.migrate(after, "--fill", f"users.new={value}")
        assert answer.exit_code == 1
        assert f"{value!r} is no value for users.new" in answer.stderr

    def test_fill_that_the_old_type_does_not_take(self, evolution: Evolution) -> None:
        """It is filled in when the column has its new type, and forbids NULL after that."""
        short, long = (
            table(sa.Column("name", sa.String(size), nullable=size == 3, comment=note))
            for size, note in ((3, None), (20, "who"))
        )
        rows = "INSERT INTO users (id, name) VALUES (1, 'Ada'), (2, NULL)"
        evolution.begin(short, rows)
        evolution.follow(long, "--fill", "users.name=nobody at all")
        assert evolution.rows("SELECT name FROM users ORDER BY id") == [
            ("Ada",),
            ("nobody at all",),
        ]

    @pytest.mark.parametrize(
        ("before", "after", "value"),
        [
            (sa.SmallInteger, sa.Boolean, sa.true()),
            (sa.Integer, sa.Numeric(8, 2), sa.text("1.50")),
            (sa.Date, sa.String(20), "2020-01-02"),
        ],
        ids=["boolean", "numeric", "text"],
    )
    def test_value_that_only_the_new_type_takes(
        self, evolution: Evolution, before: Any, after: Any, value: Any
    ) -> None:
        """The default of another type is for the NULLs, too."""
        one = table(NAME, ("state", before))
        evolution.begin(one, *TWO)
        state = sa.Column("state", after, nullable=False, server_default=value)
        evolution.follow(table(NAME, state))
        [(count,)] = evolution.rows("SELECT count(*) FROM users WHERE state IS NOT NULL")
        assert count == 2
        evolution.back(one)

    def test_fill_for_nothing(self, local: Evolution) -> None:
        local.begin(table(NAME), *TWO)
        answer = local.migrate(table(NAME), "--fill", "users.age=1")
        assert "nothing to fill for users.age" in answer.stderr


class TestTypes:
    @pytest.mark.parametrize(
        ("before", "value", "after", "result"),
        [
            (sa.Text(), "12", sa.Integer(), 12),
            (sa.Integer(), 1, sa.Boolean(), True),
            (sa.Boolean(), True, sa.Integer(), 1),
            (sa.Integer(), 5, sa.String(20), "5"),
            (sa.Text(), "1.5", sa.Float(), 1.5),
            (sa.Boolean(), True, sa.Float(), 1.0),
        ],
        ids=[
            "text to number",
            "flag",
            "number",
            "number to text",
            "fraction",
            "flag as fraction",
        ],
    )
    def test_converted(
        self, evolution: Evolution, before: Any, value: Any, after: Any, result: Any
    ) -> None:
        """Values become what the new type calls them, and again on the way back."""
        old, new = table(("value", before)), table(("value", after))
        evolution.begin(old)
        with evolution.database.engine() as engine, engine.begin() as connection:
            users = sa.table("users", sa.column("id"), sa.column("value", before))
            connection.execute(users.insert(), {"id": 1, "value": value})
        evolution.follow(new)
        assert evolution.rows("SELECT value FROM users") == [(result,)]
        evolution.back(old)
        assert evolution.rows("SELECT value FROM users") == [(value,)]

    @pytest.mark.parametrize("kind", [sa.Integer, sa.Float])
    def test_text_that_is_no_number(self, evolution: Evolution, kind: Any) -> None:
        """Nothing is written, and the message shows what is in the way."""
        evolution.begin(table(NAME), *TWO)
        answer = evolution.migrate(table(("name", kind)))
        assert answer.exit_code == 1
        assert "Ann" in answer.stderr
        assert "--no-row-check" in answer.stderr
        assert len(evolution.now.files) == 1

    def test_fractions(self, evolution: Evolution) -> None:
        """What a whole number can't hold is counted."""
        before = table(("value", sa.Float()))
        evolution.begin(before, "INSERT INTO users (id, value) VALUES (1, 2.5), (2, 3)")
        answer = evolution.migrate(table(("value", sa.Integer)))
        assert "1 value of users.value" in answer.stderr, answer.output

    @pytest.mark.requires("alter_column")
    def test_text_that_is_no_uuid(self, evolution: Evolution) -> None:
        """A column of UUIDs would be unreadable: also where it is one of texts to the server."""
        evolution.begin(table(("name", sa.String(36))), *TWO)
        answer = evolution.migrate(table(("name", sa.Uuid)))
        assert answer.exit_code == 1
        assert "Ann" in answer.stderr
        assert len(evolution.now.files) == 1

    def test_number_that_is_no_uuid(self, evolution: Evolution) -> None:
        """No database can make one of it."""
        evolution.begin(table(NAME, ("age", sa.Integer)), *TWO, "UPDATE users SET age = 5")
        answer = evolution.migrate(table(NAME, ("age", sa.Uuid)))
        assert answer.exit_code == 1
        assert len(evolution.now.files) == 1

    @pytest.mark.requires("alter_column")
    def test_too_long(self, evolution: Evolution) -> None:
        evolution.begin(table(NAME), *TWO)
        answer = evolution.migrate(table(("name", sa.String(2))))
        assert "1 row of users would not fit: name becomes String(2)." in answer.stderr
        assert evolution.migrate(table(("name", sa.String(2))), "--no-row-check").exit_code == 0

    @pytest.mark.requires("native_enum")
    def test_enum_value_in_use(self, evolution: Evolution) -> None:
        """A value that a row has can't be removed."""
        state = sa.Enum("new", "done", "odd", name="state")
        evolution.begin(table(("state", state)), "INSERT INTO users (id, state) VALUES (1, 'odd')")
        answer = evolution.migrate(table(("state", sa.Enum("new", "done", name="state"))))
        assert answer.exit_code == 1
        assert "1 row of users would not fit: state" in answer.stderr

    @pytest.mark.requires("schemas")
    def test_no_conversion_known(self, evolution: Evolution) -> None:
        """`--using` says how, where PostgreSQL doesn't know."""
        evolution.begin(table(("wait", sa.Integer)), "INSERT INTO users VALUES (1, 60)")
        answer = evolution.migrate(table(("wait", sa.Interval)))
        assert "knows no conversion from Integer() to Interval()" in answer.stderr
        using = ("--using", "users.wait=make_interval(secs => wait)")
        answer = evolution.migrate(table(("wait", sa.Interval)), *using)
        assert answer.exit_code == 0, answer.output
        evolution.now.ok("upgrade")
        evolution.now.ok("check")
        assert evolution.rows("SELECT extract(epoch FROM wait)::int FROM users") == [(60,)]
        evolution.now.ok("downgrade")
        assert evolution.rows("SELECT wait FROM users") == [(60,)]

    def test_using_for_nothing(self, local: Evolution) -> None:
        local.begin(table(NAME), *TWO)
        answer = local.migrate(table(("name", sa.Text)), "--using", "users.name=name")
        assert "nothing to convert for users.name" in answer.stderr


def test_losses_are_counted(local: Evolution) -> None:
    """The terminal and the script say how much is lost."""
    local.begin(table(NAME), *TWO)
    answer = local.migrate(table(("age", sa.Integer)))
    assert answer.exit_code == 0, answer.output
    assert "- column users.name: its values are lost: 1 value here" in answer.stderr
    assert "# Loses what users.name holds: 1 value where this was written." in local.script


class TestConstraints:
    """What a new constraint would refuse is found before the script is written."""

    def test_orphans(self, evolution: Evolution) -> None:
        """Also on SQLite, which would keep rows that refer to nothing."""

        def posts(*keys: Any) -> Any:
            def models(db: Any) -> None:
                db.Table("users", sa.Column("id", sa.Integer, primary_key=True))
                author = sa.Column("author", sa.Integer, *(key._copy() for key in keys))
                db.Table("posts", sa.Column("id", sa.Integer, primary_key=True), author)

            return models

        evolution.begin(posts(), "INSERT INTO posts (id, author) VALUES (1, 9), (2, NULL)")
        answer = evolution.migrate(posts(sa.ForeignKey("users.id", name="fk_author")))
        assert "1 row of posts refers to nothing in users." in answer.stderr
        assert len(evolution.now.files) == 1
        evolution.now.execute("INSERT INTO users (id) VALUES (9)")
        evolution.follow(posts(sa.ForeignKey("users.id", name="fk_author")))

    def test_duplicates(self, evolution: Evolution) -> None:
        evolution.begin(table(NAME), *TWO, "INSERT INTO users (id, name) VALUES (3, 'Ann')")
        answer = evolution.migrate(table(sa.Column("name", sa.String(20), unique=True, index=True)))
        assert "1 row of users has the same name as another row." in answer.stderr
        evolution.now.execute("UPDATE users SET name = 'Eve' WHERE id = 3")
        evolution.follow(table(sa.Column("name", sa.String(20), unique=True, index=True)))

    def test_new_table(self, local: Evolution) -> None:
        """A table that is not there yet has no rows to look at."""
        local.begin(table(sa.Column("name", sa.String(20), unique=True, index=True)))


def test_moment_with_a_time_zone(evolution: Evolution) -> None:
    """Where a database keeps no time zones, a value is written without one, as by its driver."""
    moment = sa.Column("seen", sa.DateTime(timezone=True), nullable=False)
    evolution.begin(table(NAME), *TWO)
    evolution.follow(table(NAME, moment), "--fill", "users.seen=2024-01-02T03:04:05+00:00")
    seen = [str(value) for (value,) in evolution.rows("SELECT seen FROM users")]
    assert all(value.startswith("2024-01-02 03:04:05") for value in seen)
