"""``flask db migrate --from-history``: the models against what the revisions make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit import errors
from flask_godwit import migrate as write
from tests.core.apps import Shop, users, users_and_posts

MakeShop = Callable[..., Shop]


def users_with_country(db: SQLAlchemy) -> None:
    """A user lives somewhere, and nobody said where the old ones do."""
    users(db)
    db.metadata.tables["user"].append_column(sa.Column("country", sa.String(2), nullable=False))


@pytest.fixture
def behind(make_shop: MakeShop) -> Callable[..., Shop]:
    """``behind(models)``: a shop whose only revision was never applied, and then its models."""

    def make(models: Any, **options: Any) -> Shop:
        make_shop(users).ok("migrate", "-m", "Users")
        return make_shop(models, **options)

    return make


def test_the_database_need_not_be_up_to_date(behind: Callable[..., Shop]) -> None:
    """Only what the history lacks is written, it is proved, and the database stays as it is."""
    shop = behind(users_and_posts)
    assert "not up to date" in shop.run("migrate").stderr

    answer = shop.ok("migrate", "-m", "Posts", "--from-history")

    assert "+ table post" in answer.stdout
    assert "table user" not in answer.stdout
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout
    assert shop.tables() == set()
    shop.ok("upgrade")
    assert shop.tables() == {"user", "post"}
    shop.ok("check")


def test_an_env_py_says_how(behind: Callable[..., Shop]) -> None:
    """Its options count; it does not choose the database."""
    shop = behind(users_and_posts)
    env = "from flask_godwit import run_migrations\nrun_migrations(include_object=no_post)\n"
    leave_out = "def no_post(object_, name, *_):\n    return name != 'post'\n\n\n"
    (shop.root / "migrations" / "env.py").write_text(leave_out + env)

    assert "No changes" in shop.ok("migrate", "--from-history").output
    assert shop.tables() == set()


def test_rows_that_nobody_sees_may_be_there(behind: Callable[..., Shop]) -> None:
    """What rows get in an obligatory column has to be said."""
    shop = behind(users_with_country)

    answer = shop.run("migrate", "--from-history")

    assert answer.exit_code == 1
    assert "user.country becomes NOT NULL and has no default" in answer.stderr
    assert "user may have rows. What do they get?" in answer.stderr
    assert len(shop.files) == 1
    shop.ok("migrate", "--from-history", "--fill", "user.country=NZ")
    shop.ok("upgrade", "+1")
    shop.execute(f"INSERT INTO {quoted(shop)} (id) VALUES (1)")
    shop.ok("upgrade")
    with shop.context(), shop.db.engine.connect() as connection:
        assert connection.scalar(sa.text(f"SELECT country FROM {quoted(shop)}")) == "NZ"


def test_tables_may_hold_rows(behind: Callable[..., Shop]) -> None:
    """A script that drops most tables is only written when that is said."""
    shop = behind(lambda db: db.Table("other", sa.Column("id", sa.Integer, primary_key=True)))

    answer = shop.run("migrate", "--from-history", "--no-rename", "*")

    assert answer.exit_code == 1
    assert "would drop 1 of 1 tables, any of them perhaps with rows" in answer.stderr


def test_a_history_that_can_not_be_replayed(make_shop: MakeShop) -> None:
    """The revision that fails is named, nothing is written."""
    shop = make_shop(users)
    shop.revision("r1", None, upgrade='op.execute("ALTER TABLE nobody ADD x INTEGER")')

    with shop.context(), pytest.raises(errors.NotProvable, match=r"revision r1: .*nobody"):
        write(from_history=True)

    assert len(shop.files) == 1


def quoted(shop: Shop) -> str:
    """The table's name as this database quotes it: user is a word of SQL."""
    with shop.context():
        return shop.db.engine.dialect.identifier_preparer.quote("user")
