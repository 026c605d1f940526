"""Fixtures: an application whose models change while its database has rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.core.apps import Answer, Models, Shop
from tests.databases import Database, make_empty


class Evolution:
    """A database with rows under one set of models, and another set that it is to follow."""

    def __init__(self, root: Path, database: Database, reference: Database) -> None:
        self.root = root
        self.database = database
        self.reference = reference
        self.shops: list[Shop] = []
        self._engines: dict[Database, sa.Engine] = {}
        self._around = ExitStack()

    def begin(self, models: Models, *statements: str, **options: object) -> None:
        """Make the first schema by a migration, and run statements."""
        shop = self._shop(models, **options)
        shop.ok("migrate", "-m", "first")
        shop.ok("upgrade")
        for statement in statements:
            shop.execute(statement)

    def migrate(self, models: Models, *arguments: str, **options: object) -> Answer:
        """Change the models and type ``flask db migrate``."""
        return self._shop(models, **options).run("migrate", "-m", "second", *arguments)

    def follow(self, models: Models, *arguments: str, **options: object) -> Answer:
        """The same, applied; the result must be what the models create."""
        answer = self.migrate(models, *arguments, **options)
        assert answer.exit_code == 0, answer.output
        self.now.ok("upgrade")
        assert self.schema(self.database) == self._created(models)
        self.now.ok("check")
        return answer

    def back(self, models: Models) -> None:
        """Downgrade; the result must be what the first models create."""
        self.now.ok("downgrade")
        assert self.schema(self.database) == self._created(models)

    @property
    def now(self) -> Shop:
        """The application as it is now."""
        return self.shops[-1]

    @property
    def script(self) -> str:
        """The newest revision file."""
        return max(self.now.files, key=lambda file: file.stat().st_mtime_ns).read_text()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.now.rows(query)

    def _shop(self, models: Models, **options: object) -> Shop:
        # However busy the machine is: no test here is about time.
        proving = {"GODWIT_PROVE": True, "GODWIT_PROVE_SECONDS": 300}
        shop = Shop(self.root, models, url=self.database.url, config=proving, **options)
        self.shops.append(shop)
        return shop

    def _created(self, models: Models) -> object:
        """What the models create in an empty database."""
        shop = Shop(self.root, models, url=self.reference.url)
        with shop.context():
            shop.db.create_all()
            shop.db.engine.dispose()
        found = self.schema(self.reference)
        make_empty(self.reference)
        return found

    def schema(self, database: Database) -> object:
        """Tables with columns, constraints and indexes, in a form that can be compared."""
        # One connection: an inspector of an engine makes one for each question. And one engine,
        # which keeps the questions that it has compiled.
        if database not in self._engines:
            self._engines[database] = self._around.enter_context(database.engine())
        with self._engines[database].connect() as connection:
            inspector = sa.inspect(connection)
            ours = ("alembic_", "godwit_")
            names = [n for n in inspector.get_table_names() if not n.startswith(ours)]
            tables = {name: _table(inspector, name) for name in names}
            return tables, sorted(_sequences(inspector))

    def close(self) -> None:
        self._around.close()
        for shop in self.shops:
            shop.close()


def _table(inspector: sa.Inspector, name: str) -> object:
    uniques = inspector.get_unique_constraints(name)
    return {
        "columns": {
            c["name"]: (str(c["type"]), c["nullable"], c.get("identity"))
            for c in inspector.get_columns(name)
        },
        "pk": inspector.get_pk_constraint(name),
        "fks": sorted(
            (
                *(fk["name"] or "", *fk["constrained_columns"], fk["referred_table"]),
                *(f"{name} {said}" for name, said in sorted(fk["options"].items())),
            )
            for fk in inspector.get_foreign_keys(name)
        ),
        "uniques": sorted((u["name"] or "", *u["column_names"]) for u in uniques),
        "indexes": sorted((i["name"] or "", *i["column_names"]) for i in _indexes(inspector, name)),
        "checks": sorted(str(c["name"]) for c in inspector.get_check_constraints(name)),
    }


def _sequences(inspector: sa.Inspector) -> list[str]:
    found = inspector.get_sequence_names() if inspector.dialect.supports_sequences else []
    return [name for name in found if not name.startswith("godwit_")]


def _indexes(inspector: sa.Inspector, name: str) -> list[sa.engine.interfaces.ReflectedIndex]:
    return [index for index in inspector.get_indexes(name) if None not in index["column_names"]]


@pytest.fixture
def evolution(
    databases: Callable[..., list[Database]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Evolution]:
    """On each database."""
    monkeypatch.chdir(tmp_path)
    made = Evolution(tmp_path, *databases("app", "reference"))
    yield made
    made.close()


@pytest.fixture
def local(
    make_database: Callable[..., Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Evolution]:
    """On SQLite, for what does not depend on the database."""
    from tests.databases import SQLITE

    monkeypatch.chdir(tmp_path)
    made = Evolution(tmp_path, make_database(SQLITE), make_database(SQLITE, "reference"))
    yield made
    made.close()
