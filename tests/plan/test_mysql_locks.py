"""The facts about MySQL and MariaDB, each proved: the server is asked for the best algorithm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from flask_godwit.dialects import dialect_for
from flask_godwit.dialects.costs import worst
from flask_godwit.planning.facts import read_facts
from flask_godwit.plans import Cost
from flask_godwit.sql.read import read
from tests.databases import MARIADB, MYSQL, Database, Kind

SETUP = (
    "CREATE TABLE parent (id int PRIMARY KEY)",
    """
    CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b int, c int NOT NULL DEFAULT 1,
        n decimal(8, 2), p int, x varchar(100), e enum('a', 'b'), w varchar(60),
        l varchar(20) CHARACTER SET latin1 COLLATE latin1_bin,
        KEY ix_x (x), KEY ix_b (b), CONSTRAINT ck CHECK (b > 0),
        CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id))
    """,
    "INSERT INTO parent VALUES (1)",
    "INSERT INTO t (id, a, b, l, e) VALUES (1, 'a', 1, 'l', 'a')",
)
# Clauses of ALTER TABLE t.
CLAUSES = (
    "ADD COLUMN y int",
    "ADD COLUMN y int NOT NULL DEFAULT 5",
    "ADD COLUMN y varchar(20) DEFAULT 'it''s'",
    "ADD COLUMN y datetime DEFAULT CURRENT_TIMESTAMP",
    "ADD COLUMN y int DEFAULT (1 + 1)",
    "ADD COLUMN y int GENERATED ALWAYS AS (b + 1) STORED",
    "ADD COLUMN y int GENERATED ALWAYS AS (b + 1) VIRTUAL",
    "ADD COLUMN y int REFERENCES parent (id)",
    "ADD COLUMN y int UNIQUE",
    "ADD COLUMN y int AUTO_INCREMENT UNIQUE",
    "DROP COLUMN a",
    "DROP COLUMN x",
    "RENAME COLUMN a TO z",
    "MODIFY a varchar(40)",
    "MODIFY w varchar(90)",
    "MODIFY a varchar(10)",
    "MODIFY a text",
    "MODIFY b bigint",
    "MODIFY n decimal(12, 2)",
    "MODIFY e enum('a', 'b', 'c')",
    "MODIFY e enum('b', 'a')",
    "MODIFY e enum('a', 'b', 'c') NOT NULL",
    "MODIFY a varchar(40) NOT NULL",
    "MODIFY c int DEFAULT 1",
    "MODIFY a varchar(20) NOT NULL",
    "MODIFY a varchar(20) DEFAULT 'q'",
    "MODIFY l varchar(40) CHARACTER SET latin1 COLLATE latin1_bin",
    "MODIFY l varchar(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'q'",
    "MODIFY l varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL",
    "ALTER COLUMN a SET DEFAULT 'x'",
    "ALTER COLUMN c DROP DEFAULT",
    "ADD INDEX ix (a)",
    "ADD CONSTRAINT u UNIQUE (a)",
    "ADD FULLTEXT INDEX ft (a)",
    "DROP INDEX ix_b",
    "RENAME INDEX ix_b TO xi",
    "ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES parent (id)",
    "DROP FOREIGN KEY fk",
    "ADD CONSTRAINT k CHECK (c > 0)",
    "DROP CONSTRAINT ck",
    "DROP PRIMARY KEY, ADD PRIMARY KEY (id, c)",
    "DROP PRIMARY KEY",
    "CONVERT TO CHARACTER SET latin1",
    "FORCE",
    "COMMENT 'x'",
)
_LADDER = (
    ("INSTANT", ""),
    ("NOCOPY", "NONE"),
    ("INPLACE", "NONE"),
    ("INPLACE", "SHARED"),
    ("COPY", "SHARED"),
)


@pytest.fixture(params=(MYSQL, MARIADB), ids=str)
def connection(request: pytest.FixtureRequest, make_database: object) -> Iterator[Connection]:
    kind: Kind = request.param
    database: Database = make_database(kind)  # type: ignore[operator]
    with database.engine() as engine, engine.connect() as connection:
        for statement in SETUP:
            connection.execute(text(statement))
        connection.commit()
        yield connection


def foretold(connection: Connection, statement: str) -> Cost:
    """What the table of facts says."""
    database = dialect_for(connection.engine.url, connection.dialect)
    actions = read(statement, database.name.lower())
    facts = read_facts(connection, database, actions, 1)
    return worst([database.cost(action, facts) for action in actions])


def best(connection: Connection, clause: str, table: str = "t") -> tuple[str, str]:
    """The cheapest algorithm and lock that the server agrees to."""
    known = connection.dialect.server_version_info
    ladder = [rung for rung in _LADDER if rung[0] != "NOCOPY" or _is_mariadb(connection)]
    for algorithm, lock in ladder:
        asked = f", ALGORITHM={algorithm}" + (f", LOCK={lock}" if lock else "")
        try:
            connection.execute(text(f"ALTER TABLE {table} {clause}{asked}"))
        except DBAPIError:
            continue
        return algorithm, lock
    raise AssertionError(f"{known} refuses {clause}")


def _is_mariadb(connection: Connection) -> bool:
    return bool(getattr(connection.dialect, "is_mariadb", False))


@pytest.mark.parametrize("clause", ["MODIFY l varchar(40)", "MODIFY l varchar(40) CHARSET utf8mb4"])
def test_another_character_set(connection: Connection, clause: str) -> None:
    """It may be a copy, said or not: nobody is promised anything else."""
    cost = foretold(connection, f"ALTER TABLE t {clause}")
    assert (cost.algorithm, cost.sure) == ("COPY", False)
    assert best(connection, clause)[0] == "COPY"


@pytest.mark.parametrize("clause", CLAUSES)
def test_algorithms(connection: Connection, clause: str) -> None:
    """The algorithm, and whether others can write meanwhile."""
    cost = foretold(connection, f"ALTER TABLE t {clause}")
    algorithm, lock = best(connection, clause)
    assert (cost.algorithm, cost.blocks) == (algorithm, "writes" if lock == "SHARED" else "nothing")
    assert cost.sure


COLUMNS = "(id int PRIMARY KEY, a varchar(20), b int, KEY ix_b (b)"
OTHER_TABLES = {
    "ft": f"{COLUMNS}, FULLTEXT KEY ix (a))",
    "sp": f"{COLUMNS}, s point NOT NULL DEFAULT (point(1, 1)), SPATIAL KEY (s))",
    "zip": f"{COLUMNS}) ROW_FORMAT=COMPRESSED",
    "isam": f"{COLUMNS}) ENGINE=MyISAM",
    "gs": f"{COLUMNS}, g int GENERATED ALWAYS AS (id + 1) STORED)",
    "gv": f"{COLUMNS}, g int GENERATED ALWAYS AS (id + 1) VIRTUAL, KEY ix_g (g))",
}
OTHER_CLAUSES = (
    "ADD COLUMN y int",
    "ADD COLUMN y int GENERATED ALWAYS AS (id + 1) VIRTUAL",
    "ADD COLUMN z int UNIQUE",
    "RENAME COLUMN a TO z",
    "MODIFY b int NOT NULL",
    "ALTER COLUMN a SET DEFAULT 'x'",
    "ADD INDEX ix2 (b)",
    "DROP INDEX ix_b",
    "DROP COLUMN b",
)


def test_other_tables(connection: Connection) -> None:
    """A full-text index, a compressed format and another engine refuse what InnoDB does else."""
    for name, columns in OTHER_TABLES.items():
        for clause in OTHER_CLAUSES:
            if name == "isam" and "GENERATED" in clause:
                continue
            connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
            connection.execute(text(f"CREATE TABLE {name} {columns}"))
            connection.execute(text(f"INSERT INTO {name} (id, a, b) VALUES (1, 'a', 1)"))
            connection.commit()
            cost = foretold(connection, f"ALTER TABLE {name} {clause}")
            algorithm, lock = best(connection, clause, name)
            blocks = "writes" if lock == "SHARED" else "nothing"
            assert (cost.algorithm, cost.blocks) == (algorithm, blocks), (name, clause)
