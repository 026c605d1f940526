"""Each rule warns of its hazard, and is silent about what it advises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import Any

import alembic.op
import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

import flask_godwit
from flask_godwit.dialects import dialect_for
from flask_godwit.plans import Plan, RuleFinding
from flask_godwit.rules import rules
from tests.core.apps import Shop
from tests.databases import KINDS, MARIADB, MYSQL, POSTGRESQL, SQLITE, Database, Kind
from tests.rules import cases

PROSE_ONLY = "#"
AS_WRITTEN = {"GODWIT_SMALL_TABLE_ROWS": 1, "GODWIT_ONLINE": False}
"""Scripts run as they stand: what would be made safe is a hazard then."""
NUMBERS = count(2)
MOODS = """
    op.execute("CREATE TABLE moods (id int PRIMARY KEY, m ENUM('a', 'b'))")
    op.execute("INSERT INTO moods VALUES (1, 'a')")
"""
MORE = {"postgresql": cases.POSTGRESQL, "mysql": MOODS, "mariadb": MOODS}
ONLY_MYSQL = ("functional-index-blocks-writes",)
HERE: list[tuple[Kind, str, str]] = [
    *((POSTGRESQL, *case) for case in cases.ON_POSTGRESQL.items()),
    *((MYSQL, *case) for case in cases.ON_MYSQL.items()),
    *((MARIADB, *case) for case in cases.ON_MYSQL.items() if case[0] not in ONLY_MYSQL),
    *((SQLITE, *case) for case in cases.ON_SQLITE.items()),
    *((kind, *case) for kind in (POSTGRESQL, MYSQL) for case in cases.EVERYWHERE.items()),
    *(
        (SQLITE, *case)
        for case in cases.EVERYWHERE.items()
        if case[0] not in ("statement-not-understood", "required-column", "null-before-readers")
    ),
]
VARIED: list[tuple[Kind, str, str]] = [
    *((POSTGRESQL, *case) for case in cases.VARIED_ON_POSTGRESQL),
    *((kind, *case) for kind in (MYSQL, MARIADB) for case in cases.VARIED_ON_MYSQL),
]
ids = [f"{rule}-{kind}" for kind, rule, _ in HERE]


@pytest.fixture(scope="module")
def shops(
    tmp_path_factory: pytest.TempPathFactory, registry: Any
) -> Iterator[Callable[[Kind], Shop]]:
    """One shop for each database: plans change nothing, so all tests share it."""
    made: dict[Kind, tuple[Shop, Any]] = {}

    def shop(kind: Kind) -> Shop:
        if kind not in made:
            folder = tmp_path_factory.mktemp(str(kind))
            database = registry.create(kind, folder, "rules")
            one = Shop(folder, url=database.url, config=AS_WRITTEN)
            one.revision("r1", None, cases.SETUP + MORE.get(kind.dialect, ""))
            one.ok("upgrade")
            made[kind] = (one, database)
        return made[kind][0]

    yield shop
    for one, database in made.values():
        one.close()
        registry.drop(database)


@pytest.fixture(scope="module")
def twins(
    tmp_path_factory: pytest.TempPathFactory, registry: Any
) -> Iterator[Callable[[Kind], Database]]:
    """An empty database of each kind, to try scripts out on."""
    made: dict[Kind, Database] = {}

    def twin(kind: Kind) -> Database:
        if kind not in made:
            made[kind] = registry.create(kind, tmp_path_factory.mktemp(str(kind)), "twin")
        return made[kind]

    yield twin
    for database in made.values():
        registry.drop(database)


def planned(
    shop: Shop, upgrade: str, top: str = "import flask_godwit as godwit", down: str = "r1"
) -> Plan:
    # Python keeps the code of a file by its name.
    path = shop.revision(f"r{next(NUMBERS)}", down, upgrade, top=top)
    with shop.context():
        plan = flask_godwit.plan()
    path.unlink()
    return plan


def found(plan: Plan) -> dict[str, RuleFinding]:
    return {finding.rule: finding for finding in plan.findings if not finding.waived}


@pytest.mark.parametrize(("kind", "rule", "upgrade"), HERE, ids=ids)
def test_it_warns(shops: Callable[[Kind], Shop], kind: Kind, rule: str, upgrade: str) -> None:
    """The hazard is found at its line, with the user's names and what to do."""
    findings = found(planned(shops(kind), upgrade))
    assert rule in findings
    assert findings[rule].line >= 8
    assert findings[rule].what
    assert "{action" not in findings[rule].what + findings[rule].advice
    assert "{case" not in findings[rule].what + findings[rule].advice


@pytest.mark.parametrize(
    ("kind", "rule", "upgrade"),
    [*HERE, *VARIED],
    ids=[*ids, *(f"{rule}-{kind}-varied" for kind, rule, _ in VARIED)],
)
def test_its_advice_is_silent(
    shops: Callable[[Kind], Shop],
    twins: Callable[[Kind], Database],
    kind: Kind,
    rule: str,
    upgrade: str,
) -> None:
    """What it advises can be written into the script as it is, is no hazard, and gives the same
    schema.
    """
    advice = found(planned(shops(kind), upgrade))[rule].advice
    is_prose = all(line.startswith(PROSE_ONLY) for line in advice.splitlines())
    assert is_prose is (rule in cases.IN_PROSE)
    if is_prose:
        pytest.skip(cases.IN_PROSE[rule])
    plan = planned(shops(kind), advice)
    assert plan.is_whole, plan
    assert not [finding for finding in found(plan).values() if finding.level == "error"]
    assert rule not in found(plan)
    before = cases.BEFORE.get(rule, "")
    written = made(twins(kind), kind, before, cases.INSTEAD.get(rule, upgrade))
    advised = made(twins(kind), kind, before, advice)
    differs = {key for key in written.keys() | advised if written.get(key) != advised.get(key)}
    assert all(cases.MEANT.get(rule, "nothing") in key for key in differs), differs
    assert bool(differs) is (rule in cases.MEANT)


def made(twin: Database, kind: Kind, *scripts: str) -> Mapping[str, str]:
    """The schema that scripts make of what every test begins with."""
    with twin.engine() as engine, engine.connect() as connection:
        empty(connection, kind)
        options = {"transaction_per_migration": True}
        context = MigrationContext.configure(connection, opts=options)
        with Operations.context(context):
            for script in (cases.SETUP + MORE[kind.dialect], *scripts):
                with context.begin_transaction(_per_migration=True):
                    exec(dedent(script), {"op": alembic.op, "sa": sa})
        return dialect_for(engine.url, connection.dialect).inventory(connection)


def empty(connection: Connection, kind: Kind) -> None:
    if kind is POSTGRESQL:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    else:
        for name in inspect(connection).get_table_names():
            connection.execute(text("SET foreign_key_checks = 0"))
            connection.execute(text(f"DROP TABLE {name}"))
        connection.execute(text("SET foreign_key_checks = 1"))
    connection.commit()


MADE_SAFE = {
    "index": 'op.create_index("ix", "users", ["name"])',
    "dropped index": 'op.drop_index("ix_age", table_name="users")',
    "foreign key": 'op.create_foreign_key("fk", "users", "teams", ["team_id"], ["id"])',
    "check": 'op.create_check_constraint("ck", "users", "age > 1")',
    "not null": 'op.alter_column("users", "age", nullable=False)',
    "unique": 'op.create_unique_constraint(None, "users", ["mail"])',
    "new column": """
        op.rename_table("teams", "team")  # godwit: assured table-renamed nobody reads it
        op.add_column("team", sa.Column("c", sa.Integer))
        op.alter_column("team", "c", nullable=False)
    """,
}


@pytest.mark.parametrize("upgrade", MADE_SAFE.values(), ids=MADE_SAFE)
def test_what_is_made_safe_is_no_hazard(shops: Callable[[Kind], Shop], upgrade: str) -> None:
    """A plan shows the statements that will run, and warns of none; lint does not either."""
    as_written = shops(POSTGRESQL)
    url = as_written.app.config["SQLALCHEMY_DATABASE_URI"]
    with closing(Shop(as_written.root, url=url, config={"GODWIT_SMALL_TABLE_ROWS": 1})) as shop:
        plan = planned(shop, upgrade)
        statements = [one for step in plan.steps for one in step.statements]
        assert plan.is_whole
        assert not all(statement.transactional for statement in statements)
        blocking = [s for s in statements if "writes" in s.cost.blocks]
        assert all(statement.cost.work == "catalogue" for statement in blocking)
        assert not found(plan)
        path = shop.revision(f"r{next(NUMBERS)}", "r1", upgrade)
        with shop.context():
            linted = flask_godwit.lint(revisions="r1:heads")
        path.unlink()
        assert not linted


DEFAULT = 'op.add_column("users", sa.Column("u", sa.String(36), server_default=sa.text("{}")))'
BIGINT = """
    op.alter_column("users", "{}", type_=sa.BigInteger, existing_type=sa.Integer(),
        existing_nullable=True)
"""


@pytest.mark.parametrize(
    ("kind", "upgrade", "rules"),
    [
        (POSTGRESQL, DEFAULT.format("gen_random_uuid()"), set()),
        (MYSQL, DEFAULT.format("(uuid())"), set()),
        (MARIADB, DEFAULT.format("(uuid())"), set()),
        (POSTGRESQL, BIGINT.format("points"), set()),
        (POSTGRESQL, BIGINT.format("age"), {"type-change-rewrites"}),
        (MYSQL, 'op.create_foreign_key("fk", "users", "teams", ["team_id"], ["id"])', set()),
        (
            MYSQL,
            'op.alter_column("users", "name", new_column_name="n", existing_type=sa.String(20))',
            {"column-renamed"},
        ),
    ],
    ids=str,
)
def test_what_is_done_in_steps_is_no_hazard(
    shops: Callable[[Kind], Shop], kind: Kind, upgrade: str, rules: set[str]
) -> None:
    """A plan shows the steps and forms, and lint knows of them without a database."""
    as_written = shops(kind)
    url = as_written.app.config["SQLALCHEMY_DATABASE_URI"]
    with closing(Shop(as_written.root, url=url, config={"GODWIT_SMALL_TABLE_ROWS": 1})) as shop:
        plan = planned(shop, upgrade)
        assert plan.is_whole
        assert found(plan).keys() == rules
        path = shop.revision(f"r{next(NUMBERS)}", "r1", upgrade)
        with shop.context():
            linted = flask_godwit.lint(revisions="r1:heads")
        path.unlink()
        assert {finding.rule for finding in linted.findings} == rules


def test_every_rule_is_tested() -> None:
    """A rule without a case would be a claim that nobody checked."""
    older = cases.ON_OLDER_MYSQL.keys() | cases.ON_POSTGRESQL_14_3.keys()
    assert rules().keys() == {rule for _, rule, _ in HERE} | older


@pytest.mark.parametrize(("rule", "upgrade"), cases.ON_OLDER_MYSQL.items())
def test_it_warns_of_older_servers(tmp_path: Path, rule: str, upgrade: str) -> None:
    """Nobody asks a server, which may be an older one."""
    with closing(Shop(tmp_path, url="mysql+mysqldb://nobody@127.0.0.1:1/none")) as shop:
        shop.revision("r1", None, upgrade)
        with shop.context():
            assert rule in {finding.rule for finding in flask_godwit.lint().findings}


@pytest.mark.parametrize(("rule", "upgrade"), cases.ON_POSTGRESQL_14_3.items())
def test_it_warns_of_a_server_that_builds_wrong_indexes(
    shops: Callable[[Kind], Shop], rule: str, upgrade: str
) -> None:
    """No such server is at hand: a real one is taken for it."""
    url = shops(POSTGRESQL).app.config["SQLALCHEMY_DATABASE_URI"]
    root = shops(POSTGRESQL).root
    with closing(Shop(root, url=url, config={"GODWIT_SMALL_TABLE_ROWS": 1})) as shop:
        assert not found(planned(shop, upgrade))
        takes_itself_for(shop, (14, 3))
        assert found(planned(shop, upgrade)).keys() == {rule}
        for built in ("index", "unique"):  # nothing is made safe by what is not
            findings = found(planned(shop, MADE_SAFE[built]))
            assert {one.level for one in findings.values()} == {"error"}
            assert all("14.4" in one.advice for one in findings.values())
        takes_itself_for(shop, (14, 4))
        assert not found(planned(shop, upgrade))


def takes_itself_for(shop: Shop, version: tuple[int, ...]) -> None:
    """Have SQLAlchemy, which has asked the server already, know of another version."""
    with shop.context():
        shop.db.engine.dialect.server_version_info = version


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule: Any) -> None:
    """A level, a title in one sentence, and a name that is that of its file."""
    assert rule.level in ("error", "warning", "info")
    assert rule.title.endswith(".")
    assert "_" not in rule.id


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_new_table_is_no_hazard(shops: Callable[[Kind], Shop], kind: Kind) -> None:
    """What is done to a table that the same revision creates keeps nobody waiting."""
    upgrade = """
        op.create_table("t", sa.Column("id", sa.BigInteger, primary_key=True),
            sa.Column("a", sa.String(9)))
        op.create_index("ix", "t", ["a"])
        op.execute("UPDATE t SET a = '1'")
    """
    assert not found(planned(shops(kind), upgrade))


@pytest.mark.parametrize("kind", [POSTGRESQL, MYSQL, MARIADB], ids=str)
def test_a_backfill_is_no_hazard(shops: Callable[[Kind], Shop], kind: Kind) -> None:
    """op.backfill commits what came before, and then each batch."""
    upgrade = """
        op.add_column("users", sa.Column("low", sa.String(20)))
        op.backfill("users", {"low": sa.text("lower(name)")}, where="low IS NULL")
    """
    plan = planned(shops(kind), upgrade)
    assert plan.steps[1].operations == ("~ backfill users",)
    assert not plan.steps[1].statements[0].transactional
    assert not found(plan)
