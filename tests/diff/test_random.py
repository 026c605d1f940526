"""Random pairs of schemas: from the one to the other and back, with rows.

``make random`` draws them; each pair takes seconds, so other test runs draw none.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings

from flask_godwit.dialects import dialect_for
from tests.core.apps import Shop
from tests.databases import Database

from .pairs import APART, Pair, Schema, TableOf, models, plain, rows_of
from .pairs_changed import pairs

PAIRS = int(os.environ.get("GODWIT_RANDOM_PAIRS", "0"))
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
OURS = ("alembic_version", "godwit_")
# As SQLite, PostgreSQL, and MySQL have them in their inventories.
NAMED = re.compile(
    r"^(\w+) constraint .* of|^constraint .* on|^((?:UNIQUE )?KEY|CONSTRAINT) `.*` of"
)

Rows = dict[int, list[dict[str, object]]]


class Trial:
    """A database that follows the models, and one in which the models make everything."""

    def __init__(self, root: Path, database: Database, reference: Database) -> None:
        self.root = root
        self.database = database
        self.reference = reference
        self.shops: list[Shop] = []

    def begin(self) -> None:
        """Empty databases and an empty folder."""
        self.close()
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir()
        _empty(self.database)
        _empty(self.reference)

    def run(self, pair: Pair) -> None:
        """There and back."""
        self.begin()
        self.follow(pair.before)
        self.insert(pair.before)
        start, rows = self.facts(pair.before), self.rows(pair.before)
        if self.follow(
            pair.after, *pair.answers_on(self.database.features), "--allow-drop", "--no-rename", "*"
        ):
            _same_rows(pair, rows, self.rows(pair.after))
            self.back()
            assert self.facts(pair.before) == start
            _same_rows_again(pair, rows, self.rows(pair.before, 0))

    def follow(self, schema: Schema, *answers: str) -> bool:
        """Migrate to a schema: it is what the models create, and nothing is left to do.

        :returns: whether anything differed.
        """
        made = models(schema, self.database.features)
        shop = Shop(self.root, made, url=self.database.url)
        self.shops.append(shop)
        known = len(shop.files)
        shop.ok("migrate", "-m", "next", *answers)
        shop.ok("upgrade")
        shop.ok("check")
        _empty(self.reference)
        with self.reference.engine() as engine:
            shop.db.metadata.create_all(engine)
        assert self.facts(schema) == self.facts(schema, self.reference)
        return len(shop.files) > known

    def back(self) -> None:
        """The way back of the last migration."""
        self.shops[-1].ok("downgrade")

    def facts(self, schema: Schema, database: Database | None = None) -> object:
        """All that a database has; names that nobody gave are none."""
        with (database or self.database).engine() as engine, engine.connect() as connection:
            found = dialect_for(engine.url, engine.dialect).inventory(connection)
        facts = {key: value for key, value in found.items() if not any(o in key for o in OURS)}
        return facts if schema.convention else _nameless(facts)

    def insert(self, schema: Schema) -> None:
        """Three rows for each table."""
        with self.database.engine() as engine, engine.begin() as connection:
            for table in schema.tables:
                made = self.shops[-1].db.metadata.tables[self.key(table)]
                connection.execute(made.insert(), list(rows_of(schema, table)))

    def rows(self, schema: Schema, shop: int = -1) -> Rows:
        """All rows, by the numbers of tables, in words that don't depend on types."""
        with self.database.engine() as engine, engine.connect() as connection:
            found = {}
            for table in schema.tables:
                made = self.shops[shop].db.metadata.tables[self.key(table)]
                query = sa.select(made).order_by(made.c[table.key_name])
                rows = connection.execute(query).mappings()
                found[table.number] = [{k: plain(v) for k, v in row.items()} for row in rows]
        return found

    def key(self, table: TableOf) -> str:
        """What SQLAlchemy calls a table."""
        return table.place if "schemas" in self.database.features else table.name

    def close(self) -> None:
        for shop in self.shops:
            shop.close()
        self.shops.clear()


@pytest.fixture
def trial(
    databases: Callable[..., list[Database]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Trial]:
    """On each database."""
    monkeypatch.chdir(tmp_path)
    made = Trial(tmp_path / "shop", *databases("app", "reference"))
    yield made
    made.close()


@pytest.mark.skipif(not PAIRS, reason="takes long: make random")
@settings(
    max_examples=PAIRS or 1,
    deadline=None,
    suppress_health_check=QUIET,
    phases=[Phase.explicit, Phase.generate],  # each step of making it smaller takes seconds
)
@given(pair=pairs())
def test_there_and_back(trial: Trial, pair: Pair) -> None:
    """What is migrated is what the models create; the way back ends at the start; rows stay."""
    trial.run(pair)


def _same_rows(pair: Pair, before: Rows, after: Rows) -> None:
    """Every value of a column that stayed; NULL may have become what was answered."""
    for table in pair.after.tables:
        for old, new in zip(before.get(table.number, ()), after[table.number], strict=False):
            for each in (*table.fields, *table.links):
                if each.was is not None and old[each.was] is not None:
                    assert new[each.name] == old[each.was], (table.name, each)
        if table.number in before:
            assert len(before[table.number]) == len(after[table.number])


def _same_rows_again(pair: Pair, before: Rows, after: Rows) -> None:
    """Every value of a column that was there all the time."""
    for table in pair.after.tables:
        for old, new in zip(before.get(table.number, ()), after.get(table.number, ()), strict=True):
            for each in (*table.fields, *table.links):
                if each.was is not None and old[each.was] is not None:
                    assert new[each.was] == old[each.was], (table.name, each)


def _empty(database: Database) -> None:
    """Without a new one, which on a server takes its time."""
    name = database.address.database
    if not database.kind.server:
        Path(str(name)).unlink(missing_ok=True)
        return
    statements = [f"DROP DATABASE {name}", f"CREATE DATABASE {name} CHARACTER SET utf8mb4"]
    if "schemas" in database.features:
        statements = [
            f"DROP SCHEMA IF EXISTS {APART} CASCADE",
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
            f"CREATE SCHEMA {APART}",
        ]
    with database.engine(isolation_level="AUTOCOMMIT") as engine, engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _nameless(facts: Mapping[str, str]) -> list[str]:
    """Facts without the names of constraints, which differ where models give none."""
    found = []
    for key, value in facts.items():
        kind = NAMED.match(key)
        rest = key[kind.end() :].strip() if kind else ""
        words = (kind[1] or kind[2] or "constraint", value, "of", rest) if kind else (key, value)
        found.append(" ".join(words).strip())
    return sorted(found)
