"""Changes in words, and the message of a revision that was given none."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.operations import ops
from sqlalchemy.dialects import mysql, postgresql

from flask_godwit.diff.naming import message_for
from flask_godwit.diff.words import changes_of, type_words
from flask_godwit.values import Change

COLUMN = sa.Column("country", sa.String(2))
NEEDED = sa.Column("country", sa.String(2), nullable=False)
S80, S120 = sa.String(80), sa.String(120)

WORDS = [
    (ops.CreateTableOp("user", [COLUMN]), "+ table user"),
    (ops.CreateTableOp("user", [COLUMN], schema="shop"), "+ table shop.user"),
    (ops.DropTableOp("user"), "- table user"),
    (ops.RenameTableOp("user", "person"), "~ table user -> person"),
    (ops.AddColumnOp("user", COLUMN), "+ column user.country: String(2)"),
    (ops.AddColumnOp("user", NEEDED), "+ column user.country: String(2) NOT NULL"),
    (ops.DropColumnOp("user", "bio"), "- column user.bio"),
    (
        ops.AlterColumnOp("user", "email", existing_type=S80, modify_type=S120),
        "~ user.email: String(80) -> String(120)",
    ),
    (
        ops.AlterColumnOp(
            "user", "more", existing_type=postgresql.JSON(), modify_type=postgresql.JSONB()
        ),
        "~ user.more: JSON() -> JSONB()",
    ),
    (ops.AlterColumnOp("user", "email", modify_nullable=False), "~ user.email: NOT NULL"),
    (ops.AlterColumnOp("user", "email", modify_nullable=True), "~ user.email: NULL allowed"),
    (ops.AlterColumnOp("user", "email", modify_name="mail"), "~ column user.email -> mail"),
    (
        ops.AlterColumnOp("user", "email", modify_server_default=sa.text("'x'")),
        "~ user.email: server default 'x'",
    ),
    (
        ops.AlterColumnOp("user", "email", modify_server_default=sa.DefaultClause("x")),
        "~ user.email: server default x",
    ),
    (
        ops.AlterColumnOp("user", "email", modify_server_default=None),
        "~ user.email: no server default",
    ),
    (ops.AlterColumnOp("user", "email", modify_comment="why"), "~ user.email: comment 'why'"),
    (ops.CreateIndexOp("ix", "user", ["a", "b"]), "+ index ix on user (a, b)"),
    (ops.CreateIndexOp("ix", "user", ["a"], unique=True), "+ unique index ix on user (a)"),
    (ops.CreateIndexOp("ix", "user", [sa.text("lower(a)")]), "+ index ix on user (lower(a))"),
    (ops.DropIndexOp("ix", "user"), "- index ix on user"),
    (ops.DropIndexOp("ix"), "- index ix"),
    (
        ops.CreateUniqueConstraintOp("uq", "user", ["a", "b"]),
        "+ unique constraint uq on user (a, b)",
    ),
    (ops.CreateUniqueConstraintOp(None, "user", ["a"]), "+ unique constraint on user (a)"),
    (
        ops.CreateForeignKeyOp("fk", "post", "user", ["author"], ["id"]),
        "+ foreign key post (author) -> user (id)",
    ),
    (ops.CreateCheckConstraintOp("ck", "user", "a > 1"), "+ check ck on user"),
    (ops.CreatePrimaryKeyOp("pk", "user", ["a", "b"]), "+ primary key on user (a, b)"),
    (ops.DropConstraintOp("fk", "user", type_="foreignkey"), "- foreign key fk on user"),
    (ops.DropConstraintOp("uq", "user", type_="unique"), "- unique constraint uq on user"),
    (ops.DropConstraintOp("ck", "user", type_="check"), "- check ck on user"),
    (ops.DropConstraintOp(None, "user"), "- constraint on user"),
    (ops.CreateTableCommentOp("user", "why"), "~ table user: comment 'why'"),
    (ops.DropTableCommentOp("user"), "~ table user: no comment"),
    (ops.ExecuteSQLOp("UPDATE  user\n SET a = 1"), "~ execute UPDATE user SET a = 1"),
]


@pytest.mark.parametrize(("operation", "words"), WORDS, ids=[words for _, words in WORDS])
def test_each_operation(operation, words):
    """Each of Alembic's operations has its words."""
    assert [str(change) for change in changes_of(ops.UpgradeOps([operation]))] == [words]


def test_no_operation_is_forgotten():
    """Every operation that autogenerate can write is in the list above."""
    plain = (ops.MigrateOperation, ops.AlterTableOp, ops.AddConstraintOp)
    known = {type(operation) for operation, _ in WORDS} | {ops.MigrationScript, ops.BulkInsertOp}
    every = {
        value
        for value in vars(ops).values()
        if isinstance(value, type)
        and issubclass(value, ops.MigrateOperation)
        and not issubclass(value, ops.OpContainer)
        and value not in plain
    }
    assert every == known


def test_unknown_operation():
    """An operation of somebody else's is named after its class."""

    class CreateViewOp(ops.MigrateOperation):
        pass

    assert [str(c) for c in changes_of(ops.UpgradeOps([CreateViewOp()]))] == ["~ create view"]


def test_several_changes_of_one_column():
    """Type and NULL of one column are two lines."""
    operation = ops.AlterColumnOp(
        "user", "email", existing_type=S80, modify_type=S120, modify_nullable=False
    )
    assert [str(change) for change in changes_of(ops.UpgradeOps([operation]))] == [
        "~ user.email: String(80) -> String(120)",
        "~ user.email: NOT NULL",
    ]


def test_bind():
    """A change of a bind names it in brackets."""
    (change,) = changes_of(ops.UpgradeOps([ops.DropTableOp("user")]), "stock")
    assert str(change) == "- [stock] table user"


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (sa.String(), "String"),
        (sa.String(120), "String(120)"),
        (sa.VARCHAR(120), "String(120)"),
        (sa.Text(), "Text"),
        (sa.Integer(), "Integer()"),
        (sa.Numeric(10, 2), "Numeric(10, 2)"),
        (sa.Enum("a", "b", name="kind"), "Enum('a', 'b')"),
        (mysql.VARCHAR(80, collation="utf8mb4_bin"), "String(80)"),
        (postgresql.TIMESTAMP(timezone=True), "DateTime(timezone=True)"),
        (postgresql.UUID(), "Uuid()"),
        (None, "?"),
    ],
)
def test_types(type_, words):
    """A type is written as in a model, whatever database it was read from."""
    assert type_words(type_) == words


def test_narrowing_is_warned_of():
    """A shorter text may lose values; a longer one may not."""

    def warning(old, new):
        operation = ops.AlterColumnOp("user", "name", existing_type=old, modify_type=new)
        return changes_of(ops.UpgradeOps([operation]))[0].warning

    assert "longer than 80 characters no longer fit" in warning(S120, S80)
    assert warning(S80, S120) == ""
    assert "80" in warning(sa.Text(), S80)
    assert warning(S80, sa.Text()) == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([], ""),
        (["+ table user"], "add table user"),
        (["+ table user", "+ index ix_user_a on user (a)"], "add table user"),
        (["+ column user.age: Integer()"], "add column user.age"),
        (["~ user.email: String(1) -> String(2)", "~ user.email: NOT NULL"], "change user.email"),
        (["- column user.bio", "+ table post"], "add table post, drop column user.bio"),
        (["+ unique index ix on user (a, b)"], "add unique index ix on user"),
        (["+ check ck on user"], "add check ck on user"),
        ([f"+ table t{n}" for n in range(3)], "add table t0, add table t1, add table t2"),
        ([f"+ table t{n}" for n in range(4)], "add table t0, add table t1 and 2 more"),
    ],
)
def test_message(changes, message):
    """The message says what is essential, and how much is not said."""
    assert message_for([Change(text[0], text[2:]) for text in changes]) == message
