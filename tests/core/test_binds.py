"""Several databases: each bind has its version table, its part of a script, and `--bind`."""

from __future__ import annotations

import ast

import pytest
import sqlalchemy as sa

from .apps import Shop, users


def models(*binds: str | None):
    """A table for each bind."""

    def define(db):
        for bind in binds:
            name = f"t_{bind or 'main'}".replace("-", "_").replace(" ", "_").replace(".", "_")
            column = sa.Column("id", sa.Integer, primary_key=True)
            db.Table(name, column, **({"bind_key": bind} if bind else {}))

    return define


def test_each_database_gets_its_own(shop, databases):
    """On every server: one `migrate`, one `upgrade`, each bind its tables and versions."""
    main, stock, users_ = databases("main", "stock", "users")
    made: Shop = shop(
        models(None, "stock", "users"),
        url=main.url,
        binds={"stock": stock.url, "users": users_.url},
    )
    answer = made.ok("migrate")
    assert answer.stdout.splitlines()[:3] == [
        "+ table t_main",
        "+ [stock] table t_stock",
        "+ [users] table t_users",
    ]
    out = made.ok("upgrade").stdout
    assert "upgrade [stock] " in out
    assert "the database of bind stock is at" in out
    assert [made.tables(bind) for bind in (None, "stock", "users")] == [
        {"t_main"},
        {"t_stock"},
        {"t_users"},
    ]
    version = made.ok("heads").stdout.split()[0]
    for bind in (None, "stock", "users"):
        assert made.rows("SELECT version_num FROM alembic_version", bind) == [(version,)]
    assert made.ok("check").stdout == "No new upgrade operations detected.\n"
    made.ok("downgrade", "base")
    assert [made.tables(bind) for bind in (None, "stock", "users")] == [set(), set(), set()]


def test_same_database_for_two_binds(shop, database):
    """Two binds that are one database have two version tables and leave each other's tables."""
    made = shop(models(None, "stock"), url=database.url, binds={"stock": database.url})
    made.ok("migrate")
    made.ok("upgrade")
    assert made.tables() == {"t_main", "t_stock"}
    with made.context():
        names = sa.inspect(made.db.engine).get_table_names()
    assert sorted(name for name in names if "alembic" in name) == [
        "alembic_version",
        "alembic_version_stock",
    ]
    assert made.ok("check").stdout == "No new upgrade operations detected.\n"
    assert "No changes" in made.ok("migrate").stdout


@pytest.mark.parametrize("bind", ["user-data", "with space", "1st", "class", "ünï", "a.b", "x'y"])
def test_bind_that_is_no_identifier(shop, tmp_path, bind):
    """Whatever a bind is called, its part of a script is valid Python and runs."""
    made = shop(models(None, bind), binds={bind: f"sqlite:///{tmp_path / 'other.db'}"})
    made.ok("migrate")
    ast.parse(made.files[0].read_text(encoding="utf-8"))
    made.ok("upgrade", "--bind", bind)
    assert len(made.tables(bind)) == 1
    assert made.tables() == set()
    made.ok("upgrade")
    assert made.tables() == {"t_main"}
    assert made.ok("check").exit_code == 0


def test_two_binds_that_are_one_name(shop, tmp_path):
    """`a-b` and `a_b` would share a function: both are migrated, or it is refused; never mixed."""
    urls = {name: f"sqlite:///{tmp_path / name}.db" for name in ("a-b", "a_b")}

    def both(db):
        for number, bind in enumerate(urls):
            db.Table(f"t{number}", sa.Column("id", sa.Integer, primary_key=True), bind_key=bind)

    made = shop(both, binds=urls)
    answer = made.run("migrate")
    if answer.exit_code == 0:
        made.ok("upgrade")
        assert (made.tables("a-b"), made.tables("a_b")) == ({"t0"}, {"t1"})
    else:
        assert "a-b" in answer.stderr
        assert "a_b" in answer.stderr


def test_bind_added_later(shop, tmp_path):
    """A history for one database goes on after a bind was added."""
    first = shop(models(None))
    first.ok("migrate")
    first.ok("upgrade")
    later = shop(models(None, "stock"), binds={"stock": f"sqlite:///{tmp_path / 'stock.db'}"})
    later.ok("upgrade")
    assert "+ [stock] table t_stock" in later.ok("migrate").stdout
    later.ok("upgrade")
    assert (later.tables(), later.tables("stock")) == ({"t_main"}, {"t_stock"})
    later.ok("downgrade", "base")
    assert (later.tables(), later.tables("stock")) == (set(), set())


def test_bind_removed(shop, tmp_path):
    """A history for two databases still runs after a bind is gone."""
    first = shop(models(None, "stock"), binds={"stock": f"sqlite:///{tmp_path / 'stock.db'}"})
    first.ok("migrate")
    later = shop(models(None))
    later.ok("upgrade")
    assert later.tables() == {"t_main"}
    assert "No changes" in later.ok("migrate").stdout
    later.ok("downgrade", "base")
    assert later.tables() == set()


class TestOneBind:
    @pytest.fixture
    def made(self, shop, tmp_path) -> Shop:
        return shop(models(None, "stock"), binds={"stock": f"sqlite:///{tmp_path / 'stock.db'}"})

    def test_migrate(self, made):
        """`migrate --bind` compares that database only."""
        answer = made.ok("migrate", "--bind", "stock")
        assert "+ [stock] table t_stock" in answer.stdout
        assert "t_main" not in answer.stdout
        made.ok("upgrade")
        assert (made.tables(), made.tables("stock")) == (set(), {"t_stock"})

    def test_upgrade_and_downgrade(self, made):
        """`upgrade --bind` and `downgrade --bind` move one database."""
        made.ok("migrate")
        made.ok("upgrade", "--bind", "stock")
        assert (made.tables(), made.tables("stock")) == (set(), {"t_stock"})
        made.ok("upgrade", "--bind", "default")
        made.ok("downgrade", "--bind", "stock", "-1")
        assert (made.tables(), made.tables("stock")) == ({"t_main"}, set())

    def test_reading(self, made):
        """`current --bind` and `status --bind` ask one database."""
        made.ok("migrate")
        made.ok("upgrade", "--bind", "stock")
        assert [item["bind"] for item in made.ok("current", "--json").json] == ["", "stock"]
        (found,) = made.ok("current", "--json", "--bind", "stock").json
        assert found["at_head"] is True
        (target,) = made.ok("status", "--json", "--bind", "default").json["targets"]
        assert target["current"] == []

    def test_stamp(self, made):
        """`stamp --bind` writes into one version table."""
        made.ok("migrate", "--rev-id", "abc")
        made.ok("stamp", "--bind", "stock")
        assert made.rows("SELECT * FROM alembic_version", "stock") == [("abc",)]
        assert made.rows("SELECT name FROM sqlite_master") == []

    def test_sql(self, made):
        """`--sql` heads each part with its database."""
        made.ok("migrate")
        script = made.ok("upgrade", "--sql").stdout
        assert script.index("bind default") < script.index("t_main") < script.index("bind stock")
        assert "t_main" not in made.ok("upgrade", "--sql", "--bind", "stock").stdout

    def test_check(self, made):
        """`check --bind` finds the differences of one database."""
        made.ok("migrate", "--bind", "stock")
        made.ok("upgrade")
        assert made.run("check").exit_code == 1
        assert made.run("check", "--bind", "stock").exit_code == 0


def test_empty_bind(shop, tmp_path):
    """A bind without models is left alone."""
    made = shop(users, binds={"idle": f"sqlite:///{tmp_path / 'idle.db'}"})
    assert made.ok("migrate").stdout.splitlines()[0] == "+ table user"
    made.ok("upgrade")
    assert made.tables("idle") == set()


def test_foreign_tables_of_a_shared_database(shop, database):
    """With two binds in one database, tables of neither are still found and told."""
    made = shop(models(None, "stock"), url=database.url, binds={"stock": database.url})
    made.ok("migrate")
    made.ok("upgrade")
    made.execute("CREATE TABLE stranger (id INTEGER PRIMARY KEY)")
    assert made.ok("check", "--json").json["unmanaged"] == ["stranger"]
