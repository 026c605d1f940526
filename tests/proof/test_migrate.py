"""``flask db migrate`` proves what it wrote before it hands it over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Shop, users, users_and_posts

from .conftest import products

MakeShop = Callable[..., Shop]


def test_it_says_what_it_proved(make_shop: MakeShop) -> None:
    """From nothing, and then from what is there."""
    for models in (users, products, users):
        shop = make_shop(models)
        assert "Proved: upgrade, downgrade, no further changes" in shop.ok("migrate").stdout
        shop.ok("upgrade")


@pytest.mark.parametrize("how", ["option", "setting"])
def test_it_can_be_left_out(make_shop: MakeShop, made_scratches: list[str], how: str) -> None:
    """Neither a word about it, nor a scratch database."""
    shop = make_shop(config={"GODWIT_PROVE": how == "option"})

    answer = shop.ok("migrate", *(["--no-prove"] if how == "option" else []))

    assert "roved" not in answer.output
    assert not made_scratches


def test_a_script_that_does_not_do_what_it_should(make_shop: MakeShop) -> None:
    """It is kept, and the exit code is 1."""

    def broken(_context: object, _at: object, scripts: list[Any]) -> None:
        scripts[0].downgrade_ops.ops.clear()

    shop = make_shop(process_revision_directives=broken)

    answer = shop.run("migrate")

    assert answer.exit_code == 1
    assert "The proof failed: downgrade does not restore" in answer.stdout
    assert "does not do what it should" in answer.stderr
    assert len(shop.files) == 1


def test_a_fault_is_not_put_on_the_history(make_shop: MakeShop) -> None:
    """A script may say more than was found, such as a name for what the models don't name."""

    def with_unique(db: SQLAlchemy) -> None:
        users(db)
        db.metadata.tables["user"].append_constraint(sa.UniqueConstraint("name", "id"))

    shop = make_shop(users)
    shop.ok("migrate")
    shop.ok("upgrade")

    def broken(_context: object, _at: object, scripts: list[Any]) -> None:
        scripts[0].downgrade_ops.ops.clear()

    answer = make_shop(with_unique, process_revision_directives=broken).run("migrate")

    assert answer.exit_code == 1
    assert "The proof failed: downgrade does not restore" in answer.stdout


def test_a_rename_is_not_put_on_the_history(make_shop: MakeShop) -> None:
    """Who compares on the scratch database is told of no rename, and finds a drop and an add."""

    def renamed(db: SQLAlchemy) -> None:
        db.Table("user", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.Text))

    def named(db: SQLAlchemy) -> None:
        db.Table("user", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))

    shop = make_shop(named)
    shop.ok("migrate")
    shop.ok("upgrade")

    def broken(_context: object, _at: object, scripts: list[Any]) -> None:
        scripts[0].downgrade_ops.ops.clear()

    shop = make_shop(renamed, process_revision_directives=broken)
    answer = shop.run("migrate", "--rename", "user.name:user.title")

    assert answer.exit_code == 1
    assert "The proof failed: downgrade does not restore" in answer.stdout


def test_what_the_history_lacks_is_no_fault_of_the_script(make_shop: MakeShop) -> None:
    """A database that was once stamped has more than the revisions make."""
    shop = make_shop(users)
    shop.revision("r1", None)
    with shop.context():
        shop.db.create_all()
    shop.ok("stamp")
    shop.close()

    answer = make_shop(_users_and_plain).ok("migrate")

    assert "Proved: upgrade, downgrade" in answer.stdout
    assert "The revisions before it don't make what the database has: + table user" in answer.stderr


def _users_and_plain(db: SQLAlchemy) -> None:
    users(db)
    db.Table("plain", sa.Column("id", sa.Integer, primary_key=True))


def test_a_history_that_can_not_be_replayed(make_shop: MakeShop) -> None:
    """Says which revision stands in the way; the new script is written."""
    shop = make_shop(users_and_posts)
    shop.revision("r1", None, "op.drop_table('before_our_time')")
    shop.ok("stamp")

    answer = shop.ok("migrate")

    assert "Not proved, because revision r1: " in answer.stderr


def test_a_history_that_takes_too_long(make_shop: MakeShop) -> None:
    """The budget is for what comes before the new revision."""
    shop = make_shop(users_and_posts, config={"GODWIT_PROVE_SECONDS": 0})
    shop.revision("r1", None)
    shop.ok("upgrade")

    answer = shop.ok("migrate")
    assert "longer than GODWIT_PROVE_SECONDS" in answer.stderr
    assert "-> flask db prove    takes its time" in answer.stderr
    assert shop.ok("prove").exit_code == 0


def test_scratch_databases_on_another_server(make_shop: MakeShop) -> None:
    """An address at which nobody makes one is a reason, and its password is not shown."""
    probe = make_shop()
    with probe.context():
        url = probe.db.engine.url
    if url.database and url.host is None:
        pytest.skip("SQLite needs no server")
    elsewhere = url.set(username="nobody", password="s3cr3t-word").render_as_string(False)
    shop = make_shop(config={"GODWIT_SCRATCH_URL": elsewhere})

    answer = shop.ok("migrate")

    assert "Not proved, because no scratch database can be made" in answer.stderr
    assert "-> Give the user the right to create databases" in answer.stderr
    assert "s3cr3t-word" not in answer.output
