"""Foreign keys come back by a downgrade, also where what rows referred to is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]
_PROVED = "Proved: upgrade, downgrade, no further changes"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _users(db: SQLAlchemy, *more: sa.Column[Any]) -> None:
    db.Table("users", _id(), *more)


def _post(db: SQLAlchemy, *columns: sa.Column[Any]) -> None:
    db.Table("post", _id(), *columns)
    db.Table("kept", _id())


def _key(name: str, **options: Any) -> sa.Column[Any]:
    key = sa.ForeignKey("users.id", name=f"fk_{name}")
    return sa.Column(name, sa.Integer, key, **options)


def _mail() -> tuple[sa.Column[Any], ...]:
    mail = sa.Column("mail", sa.String(40), nullable=False, unique=True)
    since = sa.Column("since", sa.Date, nullable=False)
    return mail, since, sa.Column("note", sa.Text)


_USERS = "INSERT INTO users VALUES (3, 'a', '2026-01-02', 'x'), (8, 'b', '2026-01-02', 'y')"


def test_a_table_that_rows_refer_to(evolution: Evolution) -> None:
    """It comes back with a row for each value that they have, and goes on counting behind it."""

    def models(db: SQLAlchemy) -> None:
        _users(db, *_mail())
        _post(db, _key("author", nullable=False), _key("editor"))

    def without(db: SQLAlchemy) -> None:
        author = sa.Column("author", sa.Integer, nullable=False)
        _post(db, author, sa.Column("editor", sa.Integer))

    evolution.begin(models, _USERS, "INSERT INTO post VALUES (1, 3, 8), (2, 3, NULL), (3, 3, 3)")
    assert _PROVED in evolution.follow(without).stdout
    evolution.back(models)
    rows = [(1, 3, 8), (2, 3, None), (3, 3, 3)]
    assert evolution.rows("SELECT * FROM post ORDER BY id") == rows
    assert evolution.rows("SELECT id, mail, note FROM users ORDER BY id") == [
        (3, "3", None),
        (8, "8", None),
    ]
    evolution.now.execute("INSERT INTO users (mail, since) VALUES ('c', '2026-01-02')")
    assert evolution.rows("SELECT id FROM users WHERE mail = 'c'") == [(9,)]


def test_a_table_and_the_column(evolution: Evolution) -> None:
    """Both come back, and the rows refer to one row that is all there is."""

    def models(db: SQLAlchemy) -> None:
        _users(db)
        _post(db, _key("author", nullable=False), _key("editor"))

    evolution.begin(
        models, "INSERT INTO users VALUES (3), (8)", "INSERT INTO post VALUES (1, 3, 8), (2, 3, 3)"
    )
    evolution.follow(_post)
    evolution.back(models)
    assert evolution.rows("SELECT id, author, editor FROM post ORDER BY id") == [
        (1, 1, None),
        (2, 1, None),
    ]
    assert evolution.rows("SELECT id FROM users") == [(1,)]


def test_a_column_only(evolution: Evolution) -> None:
    """It refers to the first row of the table that stayed; to the own row in the own table."""

    def models(db: SQLAlchemy) -> None:
        _users(db)
        root = sa.ForeignKey("post.id", name="fk_root")
        _post(db, _key("author", nullable=False), sa.Column("root", root, nullable=False))
        _unique_together(db, "author", "root")

    def without(db: SQLAlchemy) -> None:
        _users(db)
        _post(db)

    evolution.begin(
        models, "INSERT INTO users VALUES (3), (8)", "INSERT INTO post VALUES (1, 8, 1), (2, 8, 2)"
    )
    evolution.follow(without)
    evolution.back(models)
    assert evolution.rows("SELECT id, author, root FROM post ORDER BY id") == [
        (1, 3, 1),
        (2, 3, 2),
    ]


def _unique_together(db: SQLAlchemy, *names: str) -> None:
    db.metadata.tables["post"].append_constraint(sa.UniqueConstraint(*names, name="uq_post"))


def test_nobody_knows_the_rows(local: Evolution) -> None:
    """A table whose rows must be what a CHECK says: the script says what fails."""

    def models(db: SQLAlchemy) -> None:
        _users(db, sa.Column("age", sa.Integer, sa.CheckConstraint("age > 17"), nullable=False))
        _post(db, _key("author"))

    local.begin(models)
    local.follow(lambda db: _post(db, sa.Column("author", sa.Integer)))
    assert "# The rows of users are gone: this fails if post has rows." in local.script


def test_a_new_table_that_rows_refer_to(evolution: Evolution) -> None:
    """It has no rows yet: found before the script is written."""
    evolution.begin(
        lambda db: _post(db, sa.Column("author", sa.Integer)), "INSERT INTO post VALUES (1, 3)"
    )

    def models(db: SQLAlchemy) -> None:
        _users(db)
        _post(db, _key("author"))

    answer = evolution.migrate(models)
    assert answer.exit_code == 1
    assert "1 row of post refers to nothing in users, which is new." in answer.output
    evolution.now.execute("UPDATE post SET author = NULL")
    evolution.follow(models)


@pytest.fixture
def enforced() -> Iterator[None]:
    """Every connection has SQLite's foreign keys on."""
    sa.event.listen(sa.Engine, "connect", _enforce)
    yield
    sa.event.remove(sa.Engine, "connect", _enforce)


def _enforce(raw: Any, _record: object) -> None:
    raw.execute("PRAGMA foreign_keys = ON")


@pytest.mark.usefixtures("enforced")
def test_sqlite_keeps_the_rows_that_referred(local: Evolution) -> None:
    """With foreign keys on, a table that is dropped takes those along that still refer to it."""

    def models(db: SQLAlchemy) -> None:
        _users(db, *_mail())
        key = sa.ForeignKey("users.id", name="fk_author", ondelete="CASCADE")
        _post(db, sa.Column("author", sa.Integer, key))

    def without(db: SQLAlchemy) -> None:
        _post(db, sa.Column("author", sa.Integer))

    local.begin(models, _USERS, "INSERT INTO post VALUES (1, 3), (2, NULL)")
    local.follow(without)
    assert "# Loses what users holds: 2 rows" in local.script
    assert local.rows("SELECT * FROM post ORDER BY id") == [(1, 3), (2, None)]
    local.back(models)
    assert local.rows("SELECT * FROM post ORDER BY id") == [(1, 3), (2, None)]


@pytest.mark.filterwarnings("ignore:Can't sort tables for DROP")
@pytest.mark.usefixtures("enforced")
def test_sqlite_drops_tables_that_refer_to_each_other(local: Evolution) -> None:
    """Also in a circle, and all of them come back before rows are written that refer to them."""

    def models(db: SQLAlchemy) -> None:
        db.Table("team", _id(), sa.Column("head", sa.ForeignKey("users.id")))
        up, team = sa.ForeignKey("users.id"), sa.ForeignKey("team.id")
        _users(db, sa.Column("up", up), sa.Column("team", team), sa.Column("city", _city()))
        db.Table("city", _id())
        author = sa.ForeignKey("users.id", name="fk_author", ondelete="CASCADE")
        _post(db, sa.Column("author", author), sa.Column("city", _city(), nullable=False))
        for name in "abcd":
            db.Table(name, _id())

    def without(db: SQLAlchemy) -> None:
        _post(db, sa.Column("author", sa.Integer))
        for name in "abcd":
            db.Table(name, _id())

    local.begin(
        models,
        "INSERT INTO city VALUES (7)",
        "INSERT INTO users VALUES (3, 3, NULL, 7)",
        "INSERT INTO team VALUES (5, 3)",
        "UPDATE users SET team = 5",
        "INSERT INTO post VALUES (1, 3, 7)",
    )
    local.follow(without)
    assert local.rows("SELECT * FROM post") == [(1, 3)]
    local.back(models)
    assert local.rows("SELECT id, author, city FROM post") == [(1, 3, 1)]


def _city() -> sa.ForeignKey:
    return sa.ForeignKey("city.id")


def _referring(parent: Callable[[SQLAlchemy], None], name: str, kind: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        parent(db)
        key = sa.ForeignKey(name, name="of_p")
        db.Table("u", _id(), sa.Column("p", kind, key, nullable=False))

    return models


def _alone(parent: Callable[[SQLAlchemy], None]) -> Models:
    def models(db: SQLAlchemy) -> None:
        parent(db)
        db.Table("u", _id())

    return models


def _named_parent(name: str, key: str, kind: Any = sa.Integer, **more: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        own = sa.Column(key, kind, primary_key=True, autoincrement=False)
        db.Table(name, own, *(sa.Column(n, k) for n, k in more.items()))

    return models


_ONE_EACH = ("INSERT INTO p (id) VALUES (5)", "INSERT INTO u VALUES (1, 5), (2, 5)")


@pytest.mark.parametrize(
    ("after", "arguments"),
    [
        (_named_parent("q", "id"), ["--rename-table", "p:q"]),
        (_named_parent("p", "nr"), ["--rename", "p.id:p.nr"]),
        (_named_parent("p", "id", sa.String(20)), []),
        (_named_parent("p", "id", sa.BigInteger, more=sa.Integer), []),
    ],
    ids=["table", "column", "type", "wider"],
)
def test_the_other_table_changes(evolution: Evolution, after: Models, arguments: list[str]) -> None:
    """A column that comes back refers to a row of it, whatever it was called meanwhile."""
    before = _referring(_named_parent("p", "id"), "p.id", sa.Integer)
    evolution.begin(before, *_ONE_EACH)
    assert _PROVED in evolution.follow(_alone(after), *arguments).stdout
    evolution.back(before)
    assert evolution.rows("SELECT p FROM u ORDER BY id") == [(5,), (5,)]


def test_no_value_of_another_type(local: Evolution) -> None:
    """What nobody makes of the other type is not taken from there."""
    before = _referring(_named_parent("p", "id", sa.Uuid()), "p.id", sa.Uuid())
    local.begin(before)
    local.follow(_alone(_named_parent("p", "id", sa.String(36))))
    assert "SELECT id FROM p" not in local.script
    local.back(before)


def test_one_row_with_short_texts(evolution: Evolution) -> None:
    """All rows refer to the one that comes back, which needs no text of its own."""

    def parent(db: SQLAlchemy) -> None:
        code = sa.Column("code", sa.String(2), nullable=False, unique=True)
        db.Table("p", _id(), code)

    before = _referring(parent, "p.id", sa.Integer)
    evolution.begin(
        before, "INSERT INTO p VALUES (5, 'aa'), (6, 'bb')", "INSERT INTO u VALUES (1, 5), (2, 6)"
    )
    evolution.follow(_alone(lambda db: None), "--no-rename", "*")
    evolution.back(before)
    assert evolution.rows("SELECT u.id, code FROM u JOIN p ON p.id = u.p") == [(1, ""), (2, "")]
