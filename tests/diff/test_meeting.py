"""Changes that meet in one revision: each waits for what it needs of the other."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

_DASHED = "00000000-0000-0000-0000-00000000000a"
_BARE = _DASHED.replace("-", "")

_ROWS = (
    "INSERT INTO person VALUES (1, 'a', 2)",
    "INSERT INTO sums (id, n) VALUES (1, 2)",
    f"INSERT INTO token VALUES (1, '{_DASHED}', '{_BARE}', 1)",
)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _token(db: SQLAlchemy, long: Any, short: Any, **options: Any) -> None:
    person = sa.ForeignKey("person.id", name="token_person", **options)
    columns = [sa.Column("dashed", long), sa.Column("bare", short), sa.Column("person", person)]
    db.Table("token", _id(), *columns)


def before(db: SQLAlchemy) -> None:
    db.Table("person", _id(), sa.Column("mail", sa.String(20)), sa.Column("n", sa.Integer))
    twice = sa.Column("twice", sa.Integer, sa.Computed("n * 2", persisted=True))
    db.Table("sums", _id(), sa.Column("n", sa.Integer), twice)
    _token(db, sa.String(36), sa.String(32))


def after(db: SQLAlchemy) -> None:
    wide = sa.BigInteger
    mail, slug = sa.Column("mail", sa.String(30)), sa.Column("slug", sa.String(9))
    unique = sa.UniqueConstraint("mail", name="mails"), sa.Index("ix_slug", "slug", unique=True)
    db.Table("person", _id(), mail, slug, sa.Column("n", wide), *unique)
    mails = sa.ForeignKey("person.mail", name="author_mail")
    slugs = sa.ForeignKey("person.slug", name="author_slug")
    db.Table("author", sa.Column("slug", slugs, primary_key=True), sa.Column("mail", mails))
    db.Table("sums", _id(), sa.Column("n", wide), sa.Column("twice", wide, server_default="0"))
    exact, plain = sa.Interval(second_precision=3), sa.Interval(native=False)
    db.Table("span", _id(), sa.Column("exact", exact), sa.Column("plain", plain))
    _token(db, sa.Uuid, sa.Uuid, ondelete="RESTRICT")


def read(name: str, kind: Any, value: int) -> Any:
    """A column that an index and a generated column read."""

    def models(db: SQLAlchemy) -> None:
        index = sa.Index("ix_read", sa.text(f"(coalesce({name}, {value}))"))
        more = sa.Column("more", sa.Integer, sa.Computed(f"{name} + 1", persisted=True))
        db.Table("item", _id(), sa.Column(name, kind), more, index)

    return models


def test_meeting(evolution: Evolution) -> None:
    """A foreign key of a new table waits until its target is unique, added, or of its type.

    A generated column that becomes plain takes a new type and default with that. UUIDs that were
    texts keep their values, whether they had dashes or no room for them. Intervals are written
    with the arguments that their ``repr()`` leaves out, and RESTRICT is seen.
    """
    evolution.begin(before, *_ROWS)
    evolution.follow(after)
    assert evolution.rows("SELECT n, mail FROM person") == [(2, "a")]
    evolution.now.execute("INSERT INTO sums (id, n) VALUES (2, 3)")
    assert evolution.rows("SELECT twice FROM sums ORDER BY id") == [(4,), (0,)]
    (tokens,) = evolution.rows("SELECT dashed, bare FROM token")
    assert {str(value).replace("-", "") for value in tokens} == {_BARE}
    evolution.back(before)
    assert evolution.rows("SELECT twice FROM sums ORDER BY id") == [(4,), (6,)]
    assert evolution.rows("SELECT * FROM token") == [(1, _DASHED, _BARE, 1)]


def test_uuids_become_texts(evolution: Evolution) -> None:
    """They have dashes then, as the application writes them, and back again; a hash has none."""

    def models(kind: Any, digest: int) -> Any:
        def made(db: SQLAlchemy) -> None:
            db.Table("item", _id(), sa.Column("code", kind), sa.Column("hash", sa.CHAR(digest)))

        return made

    first, other = models(sa.Uuid, 32), str(uuid.uuid4())
    evolution.begin(first)
    table = sa.table("item", sa.column("id"), sa.column("code", sa.Uuid), sa.column("hash"))
    with evolution.database.engine() as engine, engine.begin() as connection:
        codes = (uuid.UUID(_DASHED), None)
        rows = [{"id": n, "code": code, "hash": "x"} for n, code in enumerate(codes, 1)]
        connection.execute(table.insert(), rows)
    assert "Proved" in evolution.follow(models(sa.String(36), 36)).output
    evolution.now.execute(f"INSERT INTO item (id, code) VALUES (3, '{other}')")
    query = "SELECT code FROM item ORDER BY id"
    assert evolution.rows(query) == [(_DASHED,), (None,), (other,)]
    assert evolution.rows("SELECT hash FROM item WHERE id = 1")[0][0].strip() == "x"
    evolution.back(first)
    with evolution.database.engine() as engine, engine.connect() as connection:
        found = connection.scalars(sa.select(table.c.code).order_by(table.c.id)).all()
    assert found == [*codes, uuid.UUID(other)]


@pytest.mark.requires("expression_indexes", "alter_column")
def test_read(evolution: Evolution) -> None:
    """A column is renamed, and has another type, although an index and a column read it.

    After a downgrade they are said in the old words.
    """
    first = read("n", sa.Integer, 0)
    evolution.begin(first, "INSERT INTO item (id, n) VALUES (1, 2)")
    evolution.follow(read("length", sa.BigInteger, 1), "--rename", "item.n:item.length")
    evolution.now.execute("INSERT INTO item (id, length) VALUES (2, 3)")
    assert evolution.rows("SELECT more FROM item ORDER BY id") == [(3,), (4,)]
    evolution.back(first)
    answer = evolution.migrate(first)
    assert "item" not in answer.output, evolution.script


def states(table: str, column: str, *values: str) -> Any:
    """A column that is called as its type is, with all that may read it; and one that counts."""

    def models(db: SQLAlchemy) -> None:
        state = sa.Column(column, sa.Enum(*values, name="state"), server_default=values[-1])
        computed = sa.Computed(f"CASE WHEN {column} = 'new' THEN 1 ELSE 2 END", persisted=True)
        check = sa.CheckConstraint(f"{column} <> 'old'", name="not_old")
        index = sa.Index("ix_new", column, postgresql_where=sa.text(f"{column} = 'new'"))
        if len(values) > 2:
            number = sa.Column("number", sa.String(9), nullable=False, server_default="x")
        else:
            number = sa.Column("number", sa.Integer, sa.Identity(start=3), nullable=False)
        number_of = sa.Column("rank", sa.Integer, computed)
        db.Table(table, _id(), state, number_of, number, check, index)

    return models


@pytest.mark.requires("enum_types", "identity")
def test_enumeration(evolution: Evolution) -> None:
    """A type gets values while its column and table are renamed, and a column that counted
    becomes a text with a default.
    """
    first = states("job", "state", "old", "new")
    evolution.begin(first, "INSERT INTO job (id) VALUES (1)")
    renames = ("--rename-table", "job:task", "--rename", "job.state:task.status")
    evolution.follow(states("task", "status", "old", "new", "newer"), *renames)
    evolution.now.execute("INSERT INTO task (id) VALUES (2)")
    found = evolution.rows("SELECT status, rank, number FROM task ORDER BY id")
    assert found == [("new", 1, "3"), ("newer", 2, "x")]
    evolution.now.execute("DELETE FROM task WHERE id = 2")
    evolution.back(first)
    assert evolution.rows("SELECT state, rank, number FROM job") == [("new", 1, 3)]


def pairs(db: SQLAlchemy) -> None:
    """A key of two columns, and a unique constraint."""
    a, b = (sa.Column(name, sa.Integer, primary_key=True, autoincrement=False) for name in "ab")
    unique = sa.UniqueConstraint("a", "c", name="both")
    key = sa.PrimaryKeyConstraint("a", "b", name="pair_key")
    db.Table("pair", a, b, sa.Column("c", sa.Integer), unique, key)


def numbered(db: SQLAlchemy) -> None:
    """The same with a key that counts, and the constraint the other way round."""
    a, b = (sa.Column(name, sa.Integer, nullable=False) for name in "ab")
    unique = sa.UniqueConstraint("c", "a", name="both")
    key = sa.PrimaryKeyConstraint("id", name="pair_key")
    db.Table("pair", _id(), a, b, sa.Column("c", sa.Integer), unique, key)


def test_numbered(evolution: Evolution) -> None:
    """Rows get numbers when a new column that counts replaces their key.

    The order of a unique constraint's columns is seen in the same revision.
    """
    evolution.begin(pairs, "INSERT INTO pair VALUES (1, 2, 3)", "INSERT INTO pair VALUES (1, 3, 4)")
    evolution.follow(numbered)
    evolution.now.execute("INSERT INTO pair (a, b) VALUES (2, 2)")
    assert evolution.rows("SELECT id FROM pair ORDER BY id") == [(1,), (2,), (3,)]
    evolution.back(pairs)
    assert evolution.rows("SELECT a, b FROM pair ORDER BY a, b") == [(1, 2), (1, 3), (2, 2)]


def keyed(name: str) -> Any:
    """Rows refer to a column that is the key, or is only unique."""

    def models(db: SQLAlchemy) -> None:
        number = sa.Column("id", sa.Integer, nullable=False, autoincrement=False)
        code = sa.Column("code", sa.String(5), nullable=False)
        key = sa.PrimaryKeyConstraint(name, name="key_of_coded")
        other = sa.UniqueConstraint("id" if name == "code" else "code", name="other")
        db.Table("coded", number, code, key, other)
        db.Table("user_of", _id(), sa.Column("coded", sa.ForeignKey("coded.id", name="refers")))

    return models


@pytest.mark.requires("transactional_ddl", "alter_column")
def test_key(evolution: Evolution) -> None:
    """A foreign key stands aside while the key that it refers to becomes a unique constraint."""
    evolution.begin(keyed("id"), "INSERT INTO coded VALUES (1, 'a')")
    evolution.now.execute("INSERT INTO user_of VALUES (1, 1)")
    evolution.follow(keyed("code"))
    evolution.back(keyed("id"))
    assert evolution.rows("SELECT coded FROM user_of") == [(1,)]


def collated(length: int) -> Any:
    def models(db: SQLAlchemy) -> None:
        db.Table("word", _id(), sa.Column("text", sa.String(length, collation="NOCASE")))

    return models


def test_collated(local: Evolution) -> None:
    """A column that gets longer has its collation on the way back too."""
    local.begin(collated(10))
    local.follow(collated(20))
    local.back(collated(10))
    (created,) = local.rows("SELECT sql FROM sqlite_master WHERE name = 'word'")
    assert "NOCASE" in str(created)


def labelled(name: str, column: str, kind: Any, *, has_posts: bool) -> Any:
    def models(db: SQLAlchemy) -> None:
        db.Table(name, _id(), sa.Column(column, kind, unique=True))
        if has_posts:
            code = sa.ForeignKey(f"{name}.{column}", name="post_code")
            db.Table("post", _id(), sa.Column("code", kind, code))

    return models


def test_renamed(evolution: Evolution) -> None:
    """A table that goes comes back with its foreign key, which waits for a type and a name."""
    first = labelled("tag", "code", sa.Integer, has_posts=True)
    evolution.begin(first, "INSERT INTO tag VALUES (1, 2)", "INSERT INTO post VALUES (1, 2)")
    second = labelled("label", "word", sa.BigInteger, has_posts=False)
    renames = ("--rename-table", "tag:label", "--rename", "label.code:label.word")
    evolution.follow(second, *renames)
    assert evolution.rows("SELECT word FROM label") == [(2,)]
    evolution.back(first)
