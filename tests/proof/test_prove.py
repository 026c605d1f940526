"""``flask db prove``: what holds is said to hold, what does not is named exactly."""

from __future__ import annotations

from collections.abc import Callable

import flask_godwit
from tests.core.apps import Shop, users, users_and_posts

from .conftest import products

MakeShop = Callable[..., Shop]
USERS = """
    op.create_table("user", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80)))
"""


def test_what_migrate_writes_is_proved(make_shop: MakeShop) -> None:
    """Two revisions, the second with something of everything."""
    for models in (users, products):
        shop = make_shop(models)
        shop.ok("migrate")
        shop.ok("upgrade")

    answer = shop.ok("prove", ":")

    assert answer.stdout.count("proved: upgrade, downgrade") == 2
    assert "proved: upgrade, downgrade, no further changes" in answer.stdout
    assert "product" in shop.tables()


def test_a_value_for_python(make_shop: MakeShop) -> None:
    """The function returns what the command prints."""
    shop = make_shop()
    shop.ok("migrate")

    with shop.context():
        (proof,) = flask_godwit.prove()

    assert proof.is_proved
    assert proof.targets[0].shown == ("upgrade", "downgrade", "no further changes")
    assert shop.ok("prove", "--json").json[0]["targets"][0]["verdict"] == "proved"


def test_what_a_downgrade_leaves_behind_is_named(make_shop: MakeShop) -> None:
    """Nothing of the second revision may stay; what follows it is proved all the same."""
    shop = make_shop(None)
    shop.revision("r1", None, USERS, downgrade="op.drop_table('user')")
    shop.revision(
        "r2",
        "r1",
        "op.add_column('user', sa.Column('age', sa.Integer)); "
        "op.create_index('ix_name', 'user', ['name'])",
        downgrade="op.drop_column('user', 'age')",
    )
    shop.revision(
        "r3",
        "r2",
        "op.create_index('ix_age', 'user', ['age'])",
        downgrade="op.drop_index('ix_age', 'user')",
    )

    answer = shop.run("prove", "r1:r3")

    assert answer.exit_code == 1
    assert "downgrade does not restore what was there before" in answer.stdout
    assert "ix_name" in answer.stdout
    assert answer.stdout.count("proved: upgrade, downgrade") == 2


def test_what_the_models_still_want_is_named(make_shop: MakeShop) -> None:
    """The newest revision must make what the models describe."""
    shop = make_shop(users_and_posts)
    shop.revision("r1", None, USERS, downgrade="op.drop_table('user')")

    answer = shop.run("prove")

    assert answer.exit_code == 1
    assert "after it, the models still differ" in answer.stdout
    assert "+ table post" in answer.stdout


def test_a_revision_that_fails(make_shop: MakeShop) -> None:
    """Which of the two directions failed and why; what comes after it can't be tried."""
    shop = make_shop(None)
    shop.revision("r1", None, USERS, downgrade="op.drop_table('users')")
    shop.revision("r2", "r1", "op.drop_column('nowhere', 'name')")
    shop.revision("r3", "r2")

    first, second, third = shop.run("prove", ":", "--json").json

    assert first["targets"][0]["findings"][0]["stage"] == "downgrade"
    assert second["targets"][0]["findings"][0]["stage"] == "upgrade"
    assert third["targets"][0]["verdict"] == "not proved"
    assert "r2" in third["targets"][0]["reason"]


def test_a_revision_without_way_back(make_shop: MakeShop) -> None:
    """Who says that there is no downgrade promises none."""
    shop = make_shop()
    shop.revision("r1", None, USERS, downgrade="raise NotImplementedError('rows are gone')")

    answer = shop.ok("prove")

    assert "proved: upgrade, no further changes" in answer.stdout
    assert "It has no downgrade: rows are gone." in answer.stderr


def test_the_real_database_is_never_touched(make_shop: MakeShop) -> None:
    """A revision that goes through the application's session is not run to its end."""
    shop = make_shop()
    shop.revision(
        "r1",
        None,
        USERS + "    from flask import current_app\n"
        "    from sqlalchemy import text\n"
        "    with current_app.extensions['sqlalchemy'].engine.begin() as connection:\n"
        "        connection.execute(text('CREATE TABLE trace (id INTEGER)'))",
    )

    answer = shop.run("prove")

    assert answer.exit_code == 1
    assert "not proved, because it uses the application's own database" in answer.stdout
    assert shop.tables() == set()


def test_statements_for_the_whole_server_are_not_sent(make_shop: MakeShop) -> None:
    """A role or a database would outlive the scratch database."""
    shop = make_shop()
    shop.revision("r1", None, "op.execute('CREATE DATABASE godwit_prove_should_not_be')")

    assert "reaches beyond its own database" in shop.run("prove").stdout


def test_merged_branches(make_shop: MakeShop) -> None:
    """Each branch is proved where it stands, and the merge as well."""
    shop = make_shop(None)
    shop.revision("r1", None, USERS, downgrade="op.drop_table('user')")
    for name in ("a", "b"):
        shop.revision(
            name,
            "r1",
            f"op.create_index('ix_{name}', 'user', ['name'])",
            downgrade=f"op.drop_index('ix_{name}', 'user')",
        )
    shop.ok("merge", "heads", "-m", "one again")

    answer = shop.ok("prove", ":")

    assert answer.stdout.count("proved: upgrade, downgrade") == 4


def test_a_folder_with_env_py(make_shop: MakeShop) -> None:
    """Its options hold, but it does not choose the database."""
    shop = make_shop(users)
    shop.ok("init", "--env")
    shop.ok("migrate")
    shop.ok("upgrade")

    assert "proved: upgrade, downgrade, no further changes" in shop.ok("prove").stdout
    assert shop.tables() == {"user"}
