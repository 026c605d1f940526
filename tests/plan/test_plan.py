"""`flask db plan`: what an upgrade would do, and nothing of it done."""

from __future__ import annotations

import re
from typing import Any

import pytest

import flask_godwit
from flask_godwit.plans import Plan, PlanStep
from tests.core.apps import Shop


def plan(shop: Shop, *arguments: str, **options: Any) -> Plan:
    with shop.context():
        return flask_godwit.plan(*arguments, **options)


def step(shop: Shop, upgrade: str, **more: str) -> PlanStep:
    """The only step of a second revision."""
    shop.revision("r2", "r1", upgrade, **more)
    found = plan(shop)
    assert found.is_whole, found
    (only,) = found.steps
    return only


def without_sizes(text: str) -> str:
    """`text` without bytes: a server may count a table's pages anew between two questions."""
    return re.sub(r"\d+(\.\d+)? [KM]B", "some bytes", text)


def state(shop: Shop) -> Any:
    """All that a plan must leave alone."""
    return (
        shop.tables(),
        shop.rows("SELECT * FROM users"),
        shop.rows("SELECT * FROM alembic_version"),
    )


def test_nothing_to_do(shop: Shop) -> None:
    """At head the plan is false, and says where the database is."""
    assert not plan(shop)
    assert "Nothing to do: the database is at r1." in shop.ok("plan").stdout


def test_words_and_statements(shop: Shop) -> None:
    """A step has the operation in words, its line and the statement as it is sent."""
    found = step(shop, 'op.add_column("users", sa.Column("mail", sa.String(50)))')
    assert found.operations == ("+ column users.mail: String(50)",)
    assert found.line == 8
    texts = [statement.sql for statement in found.statements]
    assert any(text.startswith("ALTER TABLE users ADD COLUMN mail VARCHAR(50)") for text in texts)


def test_it_changes_nothing(shop: Shop) -> None:
    """Operations, strings, loops, sessions of the script's own: the database stays as it is."""
    before = state(shop)
    shop.revision(
        "r2",
        "r1",
        """
        op.drop_column("users", "name")
        op.execute("DELETE FROM users")
        op.get_bind().execute(sa.text("UPDATE users SET age = 1"))
        with op.batch_alter_table("users") as batch:
            batch.create_unique_constraint("uq_age", ["age"])
        with op.get_context().autocommit_block():
            op.execute("UPDATE users SET age = 2")
        op.create_table("posts", sa.Column("id", sa.Integer, primary_key=True))
        op.get_bind().commit()
        """,
    )
    plan(shop)
    assert state(shop) == before


def test_other_connections_change_nothing(shop: Shop) -> None:
    """A script that writes through a connection of its own is kept from it, and planned."""
    before = state(shop)
    top = "from flask import current_app"
    upgrade = """
        with current_app.extensions["sqlalchemy"].engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM users"))
        """
    found = step(shop, upgrade, top=top)
    assert [statement.sql for statement in found.statements] == ["DELETE FROM users"]
    assert state(shop) == before


def test_a_loop_over_rows(shop: Shop) -> None:
    """A script that reads is planned from the rows there are, and the line is said."""
    shop.revision(
        "r2",
        "r1",
        """
        bind = op.get_bind()
        for (number,) in bind.execute(sa.text("SELECT id FROM users")).all():
            update = sa.text("UPDATE users SET name = :n WHERE id = :i")
            bind.execute(update, {"n": "5%", "i": number})
        """,
    )
    found = plan(shop)
    (update,) = found.steps[0].statements
    assert (update.sql, update.times) == ("UPDATE users SET name = '5%' WHERE id = 1", 2)
    (read,) = found.targets[0].revisions[0].reads
    assert read.endswith("r2.py:9")


def test_not_plannable(shop: Shop) -> None:
    """What asks for something that only the run would make is named, with its line."""
    before = state(shop)
    shop.revision("r2", "r1", 'op.get_bind().execute(sa.text("SELECT nothing FROM users")).all()')
    shop.revision("r3", "r2", 'op.create_index("ix_name", "users", ["name"])')
    first, second = plan(shop).targets[0].revisions
    assert "r2.py:8: " in first.unplannable
    assert second.steps
    assert not second.unplannable
    assert "what comes now is not known" in shop.ok("plan").stdout
    assert state(shop) == before


def test_an_answer_for_nobody(shop: Shop) -> None:
    """``op.execute`` returns nothing, so a SELECT in it is part of the plan, and not asked."""
    shop.revision(
        "r2",
        "r1",
        """
        op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
        op.execute("SELECT max(id) FROM later")
        """,
    )
    found = plan(shop)
    assert [one.statements[-1].sql for one in found.steps][-1] == "SELECT max(id) FROM later"
    assert not found.targets[0].revisions[0].reads
    assert "SELECT max(id) FROM later;" in shop.ok("plan", "--sql").stdout
    shop.ok("upgrade")


def test_a_batch_is_one_step(shop: Shop) -> None:
    """The operations of a batch give their statements together."""
    found = step(
        shop,
        """
        with op.batch_alter_table("users") as batch:
            batch.alter_column("name", existing_type=sa.String(20), nullable=False)
            batch.create_unique_constraint("uq_age", ["age"])
        """,
    )
    assert found.operations == (
        "~ users.name: NOT NULL",
        "+ unique constraint uq_age on users (age)",
    )
    assert "users.name fails" in found.breaks
    assert not found.loses


def test_what_is_lost(shop: Shop) -> None:
    """Also where the whole table is rebuilt, a dropped column is what is lost, not the table."""
    found = step(shop, 'op.drop_column("users", "age")')
    assert found.loses == "The values of users.age."
    assert "users.age fails" in found.breaks


def test_sizes(shop: Shop) -> None:
    """A statement has the rows and bytes of its table now."""
    found = step(shop, 'op.create_index("ix_name", "users", ["name"])')
    (statement,) = (s for s in found.statements if "CREATE INDEX" in s.sql)
    assert statement.rows
    assert statement.bytes
    assert statement.cost.work == "index"


def test_a_table_that_is_new(shop: Shop) -> None:
    """What happens to a table of the same run breaks nothing and loses nothing."""
    shop.revision(
        "r2",
        "r1",
        """
        op.create_table("posts", sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("title", sa.String(20)))
        op.drop_column("posts", "title")
        """,
    )
    assert not any(found.breaks or found.loses for found in plan(shop).steps)


def test_downgrade(shop: Shop) -> None:
    """The way back is planned too."""
    path = shop.versions / "r1.py"
    path.write_text(path.read_text().replace("    pass", "    op.drop_table('users')"))
    before = state(shop)
    (revision,) = plan(shop, revision="base", downgrade=True).targets[0].revisions
    assert revision.direction == "downgrade"
    assert revision.steps[0].loses == "The rows of users."
    assert state(shop) == before


def test_dry_run(shop: Shop) -> None:
    """`--dry-run` prints the same plan."""
    shop.revision("r2", "r1", 'op.create_index("ix_name", "users", ["name"])')
    dry, planned = (
        without_sizes(shop.ok(*command).stdout) for command in (["upgrade", "--dry-run"], ["plan"])
    )
    assert dry == planned
    back = shop.ok("downgrade", "--dry-run", "base", "--json").json
    assert [revision["direction"] for revision in back["targets"][0]["revisions"]] == ["downgrade"]
    assert shop.ok("current").stdout.startswith("r1")


def test_json(shop: Shop) -> None:
    """`--json` prints the value, field by field."""
    shop.revision("r2", "r1", 'op.create_index("ix_name", "users", ["name"])')
    (target,) = shop.ok("plan", "--json").json["targets"]
    (revision,) = target["revisions"]
    assert (revision["revision"], revision["direction"]) == ("r2", "upgrade")
    assert revision["steps"][0]["statements"][0]["cost"]["table"] == "users"
    assert revision["undo"] == "It can't be undone: its downgrade() does nothing."


@pytest.mark.requires("transactional_ddl")
def test_outside_a_transaction(shop: Shop) -> None:
    """In an autocommit_block() nothing is rolled back, and the plan says so."""
    found = step(
        shop,
        """
        with op.get_context().autocommit_block():
            op.create_index("ix_name", "users", ["name"], postgresql_concurrently=True)
        """,
    )
    (statement,) = found.statements
    assert not statement.transactional
    assert statement.cost.blocks == "schema changes"
