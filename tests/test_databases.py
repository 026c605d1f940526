"""Every database is what it says it is, and a test's database is the test's alone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.exc import DBAPIError

from tests.databases import FEATURES, KINDS, Database, Databases, Kind
from tests.turns import SHARES

NAMES_ITSELF = {
    "sqlite": ("SELECT 'SQLite ' || sqlite_version()", "SQLite 3"),
    "postgresql": ("SELECT version()", "PostgreSQL"),
    "mysql": ("SELECT concat(@@version_comment, ' MySQL ', version())", "MySQL"),
    "mariadb": ("SELECT version()", "MariaDB"),
}


def test_database_answers_and_is_what_it_says(database: Database) -> None:
    """The server's own word counts, not the URL's."""
    query, expected = NAMES_ITSELF[database.dialect]
    with database.engine() as engine, engine.connect() as connection:
        answer = connection.scalar(sa.text(query))
        assert expected in answer
        assert ("MariaDB" in answer) == (database.dialect == "mariadb")
        assert engine.dialect.driver == database.address.get_driver_name()


def test_fresh_database_is_empty(database: Database) -> None:
    """No test finds what another has left."""
    with database.engine() as engine:
        assert sa.inspect(engine).get_table_names() == []


def test_database_is_gone_after_the_test(
    database_kind: Kind, registry: Databases, tmp_path: object
) -> None:
    """Dropped, although somebody has forgotten a connection with a transaction in it."""
    database = registry.create(database_kind, tmp_path)  # type: ignore[arg-type]
    with database.engine(poolclass=sa.StaticPool) as engine:
        connection = engine.connect()
        connection.execute(sa.text("CREATE TABLE forgotten (id INTEGER)"))
        connection.execute(sa.text("INSERT INTO forgotten VALUES (1)"))
        registry.drop(database)
        connection.invalidate()
    with database.engine() as engine:
        assert not still_has_table(engine, "forgotten")


def still_has_table(engine: sa.Engine, name: str) -> bool:
    try:
        return sa.inspect(engine).has_table(name)
    except DBAPIError:
        return False


def test_two_databases_at_once_know_nothing_of_each_other(
    databases: Callable[..., list[Database]],
) -> None:
    """As an application with binds needs them."""
    users, orders = databases("users", "orders")
    with users.engine() as engine, engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE account (id INTEGER)"))
    with orders.engine() as engine:
        assert sa.inspect(engine).get_table_names() == []


# Features: each is tried on each database, which must have it exactly if it says so.


def statement(text: str) -> Callable[[Database], None]:
    def probe(database: Database) -> None:
        with (
            database.engine(isolation_level="AUTOCOMMIT") as engine,
            engine.connect() as connection,
        ):
            connection.execute(sa.text(text))

    return probe


def alter_column(database: Database) -> None:
    with database.engine() as engine, engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        operations.alter_column("probe", "name", type_=sa.String(99), existing_type=sa.String(20))


def comments(database: Database) -> None:
    table = sa.Table("commented", sa.MetaData(), sa.Column("id", sa.Integer), comment="said")
    with database.engine() as engine:
        table.create(engine)
        assert sa.inspect(engine).get_table_comment("commented")["text"] == "said"


def create_database(database: Database) -> None:
    """Through the database itself, whose account may do it; and it leaves nothing."""
    other = f"{database.address.database}_other"
    statement(f"CREATE DATABASE {other}")(database)
    statement(f"DROP DATABASE {other}")(database)


def native_enum(database: Database) -> None:
    column: sa.Column[str] = sa.Column("size", sa.Enum("small", "big", name="size"))
    with database.engine() as engine:
        sa.Table("sized", sa.MetaData(), column).create(engine)
        reflected = sa.inspect(engine).get_columns("sized")[0]["type"]
        assert reflected.enums == ["small", "big"]  # type: ignore[attr-defined]


def strict_values(database: Database) -> None:
    statement("CREATE TABLE parent (id INTEGER PRIMARY KEY)")(database)
    key = "FOREIGN KEY (b) REFERENCES parent (id)"
    statement(f"CREATE TABLE child (a VARCHAR(3), b INTEGER, {key})")(database)
    with pytest.raises(DBAPIError):
        statement("INSERT INTO child (a) VALUES ('long')")(database)
    with pytest.raises(DBAPIError):
        statement("INSERT INTO child (b) VALUES (1)")(database)


def transactional_ddl(database: Database) -> None:
    with database.engine() as engine:
        with engine.connect() as connection:
            connection.execute(sa.text("CREATE TABLE taken_back (id INTEGER)"))
            connection.rollback()
        assert not sa.inspect(engine).has_table("taken_back")


PROBES: dict[str, Callable[[Database], None]] = {
    "alter_column": alter_column,
    "auto_increment": statement("CREATE TABLE probed (id INTEGER PRIMARY KEY AUTO_INCREMENT)"),
    "comments": comments,
    "concurrent_indexes": statement("CREATE INDEX CONCURRENTLY probed ON probe (name)"),
    "create_database": create_database,
    "enum_types": statement("CREATE TYPE size AS ENUM ('small', 'big')"),
    "expression_indexes": statement("CREATE INDEX probed ON probe ((lower(name)))"),
    "identity": statement("CREATE TABLE probed (id INTEGER GENERATED ALWAYS AS IDENTITY)"),
    "native_enum": native_enum,
    "partial_indexes": statement("CREATE INDEX probed ON probe (name) WHERE id > 9"),
    # MySQL's CREATE SCHEMA makes a database, which has no tables to begin with.
    "schemas": statement("CREATE SCHEMA inner_one CREATE TABLE probe (id INTEGER)"),
    "sequences": statement("CREATE SEQUENCE probed"),
    "strict_values": strict_values,
    "transactional_ddl": transactional_ddl,
}

NOT_THERE = (
    *(DBAPIError, NotImplementedError, AssertionError, AttributeError),
    pytest.fail.Exception,
)


def test_every_feature_is_probed() -> None:
    """A feature that nothing proves would be an opinion."""
    assert PROBES.keys() == FEATURES.keys()


@pytest.mark.parametrize("feature", FEATURES)
def test_database_has_a_feature_exactly_if_it_says_so(feature: str, database: Database) -> None:
    """What ``requires`` relies on."""
    statement("CREATE TABLE probe (id INTEGER, name VARCHAR(20))")(database)
    with has_it(feature in database.features):
        PROBES[feature](database)


@contextmanager
def has_it(expected: bool) -> Iterator[None]:
    if expected:
        yield
    else:
        with pytest.raises(NOT_THERE):
            yield


@pytest.mark.requires("schemas")
def test_requires_leaves_only_databases_that_have_it(database: Database) -> None:
    """The marker chooses among the databases."""
    assert "schemas" in database.features


def test_every_feature_is_somewhere_and_missing_somewhere() -> None:
    """Else no test would need to ask for it."""
    for feature in FEATURES:
        assert len({feature in kind.features for kind in KINDS}) == 2


def test_databases_can_be_left_out(pytestconfig: pytest.Config) -> None:
    """``--databases`` leaves out the others, and tests that need no database stay."""
    collected = _collected(pytestconfig, "--databases", "sqlite,mysql")
    kinds = {line.partition("[")[2].rstrip("]") for line in collected if "what_it_says" in line}
    assert kinds == {"sqlite", "mysql"}
    assert any("test_every_feature" in line for line in collected)
    assert "there is no oracle" in "\n".join(_collected(pytestconfig, "--databases", "oracle"))


def test_databases_can_take_turns(pytestconfig: pytest.Config) -> None:
    """``--take-turns`` leaves each test one database, able to run it; then the next."""
    first, second = (_collected(pytestconfig, "--take-turns", turn) for turn in ("0", "1"))
    for collected in (first, second):
        assert sum("what_it_says" in line for line in collected) == 1
        assert sum("exactly_if_it_says_so" in line for line in collected) == len(FEATURES)
        assert sum("that_have_it[postgresql" in line for line in collected) == 1
        assert any("test_every_feature" in line for line in collected)
    assert first != second


def test_shares_are_all_there_is(pytestconfig: pytest.Config) -> None:
    """Three runs have each test on each database between them, and nothing twice."""
    shares = {name: _collected(pytestconfig, "--share", name) for name in SHARES}
    assert sum("what_it_says" in line for line in shares["lowest"]) == 1
    assert sum("exactly_if_it_says_so" in line for line in shares["lowest"]) == len(FEATURES)
    everything = [line for lines in shares.values() for line in lines]
    for test in ("what_it_says", "is_empty", "exactly_if_it_says_so"):
        ran = [
            kind.dialect
            for line in everything
            for kind in KINDS
            if test in line and re.search(rf"\[{kind}[]-]", line)
        ]
        assert set(Counter(ran).values()) == {len(ran) // 4}, test
    of_postgresql = [line for line in everything if "that_have_it[postgresql" in line]
    assert len(set(of_postgresql)) == 2, "the only database: with old libraries and with new ones"
    without = {name for name, lines in shares.items() if "test_every_feature" in "".join(lines)}
    assert without == {"lowest", "newest"}
    assert "there is no middle" in "\n".join(_collected(pytestconfig, "--share", "middle"))


def _collected(config: pytest.Config, *options: str) -> list[str]:
    """What pytest would run of this file."""
    pytest_itself = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:xdist"]
    done = subprocess.run(
        [*pytest_itself, *options, __file__],
        cwd=config.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).splitlines()
