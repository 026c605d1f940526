"""Constraints with another name, with none, or with one at last."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from .conftest import Evolution

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
ROWS = (
    "INSERT INTO users (id, email, phone) VALUES (1, 'a', 'b')",
    "INSERT INTO posts (id, author_id, editor_id) VALUES (1, 1, 1)",
)


def models(
    *,
    convention: bool = False,
    phone_unique: bool = True,
    checked: bool = True,
    editor: bool = True,
) -> Any:
    def make(db: Any) -> None:
        db.metadata.naming_convention = CONVENTION if convention else {}
        db.Table(
            "users",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("email", sa.String(50), unique=True),
            sa.Column("phone", sa.String(50), unique=phone_unique),
            *([sa.CheckConstraint("email <> 'x'", name="sane")] if convention else []),
            *([] if convention else [sa.CheckConstraint("email <> ''")]),
            *([sa.CheckConstraint("phone <> ''")] if checked and not convention else []),
        )
        keys = [sa.Column("editor_id", sa.ForeignKey("users.id"))] if editor else []
        db.Table(
            "posts",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("author_id", sa.ForeignKey("users.id")),
            *keys,
        )

    return make


def test_convention_that_comes_later(evolution: Evolution) -> None:
    """Everything gets its name, where the server can by renaming it; and loses it again."""
    evolution.begin(models(), *ROWS)
    evolution.follow(models(convention=True))
    evolution.now.ok("downgrade")
    max(evolution.now.files, key=lambda file: file.stat().st_mtime_ns).unlink()
    evolution._shop(models()).ok("check")
    assert evolution.rows("SELECT author_id FROM posts") == [(1,)]


def test_one_of_two_without_a_name(local: Evolution) -> None:
    """One goes, the other stays; and comes back as it was."""
    local.begin(models(), *ROWS)
    local.follow(models(phone_unique=False, checked=False, editor=False))
    local.back(models())
    for phone in ("'b'", "''"):
        with pytest.raises(sa.exc.DBAPIError):
            local.now.execute(f"INSERT INTO users (id, phone) VALUES (2, {phone})")


def test_name_of_a_key_that_was_added_with_its_column(local: Evolution) -> None:
    """SQLite keeps it in the column; it is known, and the key can be dropped by it."""
    local.begin(models(convention=True, editor=False), ROWS[0])
    for editor in (True, False):
        answer = local.migrate(models(convention=True, editor=editor))
        assert answer.exit_code == 0, answer.output
        local.now.ok("upgrade")
        local.now.ok("check")


def test_names_that_are_too_long(evolution: Evolution) -> None:
    """What a convention makes of long names is cut short by the database, and found once."""
    table, column = "a_table_with_quite_a_long_name_for_once", "a_column_of_it_with_a_long_name_too"

    def models(*names: str) -> Any:
        def make(db: Any) -> None:
            db.metadata.naming_convention = CONVENTION
            key = sa.ForeignKey(f"{table}.id")
            columns = (sa.Column(name, key, index=True, unique=True) for name in names)
            unique = [sa.UniqueConstraint("id", name) for name in names]
            db.Table(table, sa.Column("id", sa.Integer, primary_key=True), *columns, *unique)

        return make

    evolution.begin(models())
    answer = evolution.follow(models(column))
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout
    evolution.back(models())


@pytest.mark.parametrize(
    ("before", "after"), [(["ab"], ["ba"]), (["ab"], ["ab", "ba"]), (["ab", "ba"], ["ab"])]
)
@pytest.mark.parametrize("column", ["a", "renamed"])
def test_order_of_columns_without_a_name(
    evolution: Evolution, before: list[str], after: list[str], column: str
) -> None:
    """A unique constraint is an index, which answers other queries in another order."""

    def models(a: str, orders: list[str]) -> Any:
        def make(db: Any) -> None:
            names = {"a": a, "b": "b"}
            key = sa.Column("id", sa.Integer, primary_key=True)
            columns = (sa.Column(a, sa.ForeignKey("t.id", name="fk")), sa.Column("b", sa.Integer))
            uniques = (sa.UniqueConstraint(*(names[o] for o in order)) for order in orders)
            db.Table("t", key, *columns, *uniques)

        return make

    renames = [] if column == "a" else ["--rename", f"t.a:t.{column}"]
    evolution.begin(models("a", before), "INSERT INTO t (id, b) VALUES (1, 2)")
    assert "roved: upgrade" in evolution.migrate(models(column, after), *renames).stdout
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    with evolution.database.engine() as engine:
        found = sa.inspect(engine).get_unique_constraints("t")
    names = {column: "a", "b": "b"}
    assert sorted("".join(names[c] for c in u["column_names"]) for u in found) == sorted(after)
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT id, b FROM t") == [(1, 2)]
