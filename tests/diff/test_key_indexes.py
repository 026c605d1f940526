"""Foreign keys and the indexes that MySQL and MariaDB make for them: nothing stays behind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution
from .pairs import CONVENTION


def posts(*columns: str, key: str = "", index: str = "") -> Callable[[SQLAlchemy], None]:
    """Posts with or without a foreign key, an index, and more columns."""

    def models(db: SQLAlchemy) -> None:
        number: Any = sa.Integer
        db.Table("users", sa.Column("id", number, primary_key=True))
        table = db.Table(
            "posts",
            sa.Column("id", number, primary_key=True),
            *(sa.Column(name, number) for name in columns),
        )
        if key:
            table.append_constraint(sa.ForeignKeyConstraint([key], ["users.id"], name="fk_author"))
        if index:
            sa.Index("ix_author", *(table.c[name] for name in index.split()))

    return models


PLAIN = posts("author")
KEY = posts("author", key="author")
BOTH = posts("author", key="author", index="author")


@pytest.mark.requires("alter_column")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PLAIN, KEY),
        (KEY, PLAIN),
        (BOTH, KEY),
        (KEY, BOTH),
        (BOTH, PLAIN),
        (PLAIN, BOTH),
        (BOTH, posts()),
        (posts(), BOTH),
        (posts(), KEY),
        (KEY, posts()),
        (posts("author", "nr", key="author", index="author nr"), posts("author", "nr")),
        (posts("author", "nr"), posts("author", "nr", key="author", index="author nr")),
        (BOTH, posts("author", "nr", key="author", index="author nr")),
        (posts("author", "nr", key="author", index="author nr"), BOTH),
    ],
    ids=[
        "key comes",
        "key goes",
        "index goes",
        "index comes",
        "both go",
        "both come",
        "column goes",
        "column comes",
        "column with key comes",
        "column with key goes",
        "wider index goes",
        "wider index comes",
        "wider index instead",
        "narrower index instead",
    ],
)
def test_there_and_back(evolution: Evolution, before: Any, after: Any) -> None:
    """The schema is what the models create, both ways, and rows stay."""
    evolution.begin(
        before, "INSERT INTO users (id) VALUES (1)", "INSERT INTO posts (id) VALUES (1)"
    )
    evolution.follow(after)
    evolution.back(before)
    assert evolution.rows("SELECT id FROM posts") == [(1,)]


def nameless(*columns: str) -> Callable[[SQLAlchemy], None]:
    """Posts whose foreign key has no name: the server calls it and its index differently."""

    def models(db: SQLAlchemy) -> None:
        db.Table("users", sa.Column("id", sa.Integer, primary_key=True))
        if columns:
            keys = [sa.Column(name, sa.ForeignKey("users.id")) for name in columns[1:]]
            db.Table("posts", sa.Column("id", sa.Integer, primary_key=True), *keys)

    return models


@pytest.mark.requires("alter_column")
@pytest.mark.parametrize("after", [nameless(), nameless("id")], ids=["table", "column"])
def test_index_of_a_nameless_key(evolution: Evolution, after: Callable[..., None]) -> None:
    """It goes with its table or column, and has its own name again when that comes back."""
    before = nameless("id", "author")
    evolution.begin(before)
    assert "Proved: upgrade, downgrade" in evolution.follow(after, "--allow-drop").stdout
    evolution.back(before)


@pytest.mark.requires("alter_column")
def test_renamed_with_index_and_type(evolution: Evolution) -> None:
    """The index of a key gets another name than the key, and both ends get another type."""

    def models(name: str, kind: Any, **options: Any) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            db.Table("users", sa.Column("id", kind, primary_key=True))
            key = sa.ForeignKey("users.id", name="fk_author", **options)
            by = sa.Column("by", key, index=bool(options))
            db.Table(name, sa.Column("id", kind, primary_key=True), by)

        return declare

    before = models("posts", sa.Integer)
    evolution.begin(before, "INSERT INTO users VALUES (1)", "INSERT INTO posts VALUES (1, 1)")
    after = models("notes", sa.BigInteger, ondelete="CASCADE")
    evolution.follow(after, "--rename-table", "posts:notes")
    assert evolution.rows("SELECT * FROM notes") == [(1, 1)]


def authors(
    *indexes: Callable[[], Any], kind: Any = sa.Integer, second: str | None = None
) -> Callable[[SQLAlchemy], None]:
    """Posts with two foreign keys, of which the second may have no name."""

    def models(db: SQLAlchemy) -> None:
        db.Table("users", sa.Column("id", kind, primary_key=True))
        by = sa.Column("by", sa.ForeignKey("users.id", name="fk_by"))
        to = sa.Column("to", sa.ForeignKey("users.id", name=second))
        made = (index() for index in indexes)
        db.Table("posts", sa.Column("id", sa.Integer, primary_key=True), by, to, *made)

    return models


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("kind", [sa.Integer, sa.BigInteger], ids=["as they are", "retyped"])
def test_index_instead_of_the_servers(evolution: Evolution, kind: Any) -> None:
    """The server's own goes, whoever made it: a second round is as the first."""
    before, rows = authors(), ["INSERT INTO users VALUES (1)", "INSERT INTO posts VALUES (1, 1, 1)"]
    evolution.begin(before, *rows)
    unique = partial(sa.UniqueConstraint, "to", name="uq_to")
    evolution.follow(authors(unique, partial(sa.Index, "ix_by", "by", "id"), kind=kind))
    evolution.back(before)
    evolution.now.ok("upgrade")
    evolution.back(before)
    assert evolution.rows("SELECT `by`, `to` FROM posts") == [(1, 1)]


@pytest.mark.requires("auto_increment")
def test_index_goes_from_a_key_with_another_type(evolution: Evolution) -> None:
    """It is dropped once, where no model has it and where its key stands aside."""
    indexes = partial(sa.Index, "ix_by", "by"), partial(sa.Index, "ix_to", "to", "id")
    before = authors(*indexes, second="fk_to")
    evolution.begin(before, "INSERT INTO users VALUES (1)", "INSERT INTO posts VALUES (1, 1, 1)")
    evolution.follow(authors(kind=sa.BigInteger, second="fk_to"))
    evolution.back(before)
    assert evolution.rows("SELECT `by`, `to` FROM posts") == [(1, 1)]


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("index", [(), ("up", "id")], ids=["", "wider index comes"])
def test_renamed_key_with_another_type(evolution: Evolution, index: tuple[str, ...]) -> None:
    """A key that is made anew for its name is away while its columns get another type, too.

    Its index is not: it has the old name when another one takes its place.
    """

    def models(tree: str, leaf: str, kind: Any, *index: str) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            db.metadata.naming_convention = CONVENTION
            up = sa.Column("up", sa.ForeignKey(f"{tree}.id"))
            made = [sa.Index("ix_wide", *index)] if index else []
            db.Table(tree, sa.Column("id", kind, primary_key=True), up, *made)
            number = sa.Column("n", sa.Integer, index=True)
            db.Table(leaf, sa.Column("id", sa.Integer, primary_key=True), number)

        return declare

    before = models("tree", "leaf", sa.Integer)
    evolution.begin(before, "INSERT INTO tree VALUES (1, 1)")
    renames = ("--rename-table", "tree:bush", "--rename-table", "leaf:twig")
    evolution.follow(models("bush", "twig", sa.BigInteger, *index), *renames)
    evolution.back(before)
    assert evolution.rows("SELECT * FROM tree") == [(1, 1)]


@pytest.mark.requires("auto_increment")
def test_index_with_a_retyped_column_goes(evolution: Evolution) -> None:
    """On the way back, what stands in for it goes when it is there again."""

    def models(kind: Any, *index: str) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            key = sa.ForeignKey("tree.id", name="fk_up")
            columns = [sa.Column("up", key), sa.Column("code", kind)]
            made = [sa.Index("ix_wide", *index)] if index else []
            db.Table("tree", sa.Column("id", sa.Integer, primary_key=True), *columns, *made)

        return declare

    code = "00000000-0000-0000-0000-00000000000a"
    before = models(sa.String(36), "up", "code")
    evolution.begin(before, f"INSERT INTO tree VALUES (1, 1, '{code}')")
    evolution.follow(models(sa.Uuid))
    evolution.back(before)
    assert evolution.rows("SELECT * FROM tree") == [(1, 1, code)]


def indexed(*indexes: str, kind: Any = sa.Integer) -> Callable[[SQLAlchemy], None]:
    """Posts with a foreign key, and indexes and unique constraints: a name, and their columns.

    :param kind: the type of the other column.
    """

    def models(db: SQLAlchemy) -> None:
        db.Table("users", sa.Column("id", sa.Integer, primary_key=True))
        table = db.Table(
            "posts",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("author", sa.ForeignKey("users.id", name="fk_author")),
            sa.Column("nr", kind),
        )
        for name, *columns in map(str.split, indexes):
            if name.startswith("uq"):
                table.append_constraint(sa.UniqueConstraint(*columns, name=name))
            else:
                sa.Index(name, *(table.c[column] for column in columns))

    return models


NARROW, WIDE = ("ix author",), ("ix author nr",)
NUMBER, BOTH = ("ix nr", "uq author"), ("ix nr author", "uq author nr")
OTHERS = ("ix nr author", "iy author")
UNIQUE, WIDER = ("uq author",), ("uq author nr",)


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NARROW, WIDE),
        (WIDE, NARROW),
        (UNIQUE, WIDER),
        (WIDER, UNIQUE),
        (NARROW, OTHERS),
        (OTHERS, NARROW),
        (WIDE, OTHERS),
        (OTHERS, WIDE),
        (WIDER, WIDE),
        (WIDE, WIDER),
        (NUMBER, BOTH),
        (BOTH, NUMBER),
        (WIDE, ()),
        ((), WIDE),
    ],
)
@pytest.mark.parametrize("kind", [sa.Integer, sa.BigInteger], ids=["", "retyped"])
def test_one_index_for_another(
    evolution: Evolution, before: tuple[str, ...], after: tuple[str, ...], kind: Any
) -> None:
    """A key has one at every moment, both ways, whatever they are called; also where the type of
    another column changes.
    """
    one = indexed(*before)
    evolution.begin(one, "INSERT INTO users VALUES (1)", "INSERT INTO posts VALUES (1, 1, 1)")
    evolution.follow(indexed(*after, kind=kind))
    evolution.back(one)
    assert evolution.rows("SELECT * FROM posts") == [(1, 1, 1)]


@pytest.mark.requires("auto_increment")
def test_index_of_a_key_that_has_another_name_by_then(evolution: Evolution) -> None:
    """A key that is made anew uses the index that goes after it: it needs one of its own first."""

    def models(up: str, other: str, *, wide: bool) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            key = sa.ForeignKey("tree.id", name=f"fk_{up}")
            columns = [sa.Column(up, key), sa.Column("nr", sa.Integer)]
            unique = [sa.UniqueConstraint(up, "nr", name="uq_wide")] if wide else []
            db.Table("tree", sa.Column("id", sa.Integer, primary_key=True), *columns, *unique)
            # Something else is renamed in between, from which on names mean other things.
            last = sa.Column(other, sa.Integer), sa.UniqueConstraint(other, name=f"uq_{other}")
            db.Table("woods", sa.Column("id", sa.Integer, primary_key=True), *last)

        return declare

    before = models("up", "a", wide=True)
    evolution.begin(before, "INSERT INTO tree VALUES (1, 1, 1)")
    renames = ["--rename", "tree.up:tree.over", "--rename", "woods.a:woods.b"]
    evolution.follow(models("over", "b", wide=False), *renames)
    evolution.back(before)
    assert evolution.rows("SELECT * FROM tree") == [(1, 1, 1)]


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("unique", [False, True])
def test_index_of_a_new_key_and_a_retyped_column(evolution: Evolution, *, unique: bool) -> None:
    """On the way back the key goes first."""

    def models(kind: Any, *, linked: bool) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            columns = [sa.Column("id", sa.Integer, primary_key=True), sa.Column("nr", kind)]
            if linked:
                columns.append(sa.Column("up", sa.ForeignKey("tree.id", name="fk_up")))
            wide = [sa.Index("ix_wide", "up", "nr", unique=unique)] if linked else []
            db.Table("tree", *columns, *wide)

        return declare

    before = models(sa.Integer, linked=False)
    evolution.begin(before, "INSERT INTO tree VALUES (1, 2)")
    evolution.follow(models(sa.BigInteger, linked=True))
    evolution.back(before)
    assert evolution.rows("SELECT * FROM tree") == [(1, 2)]
