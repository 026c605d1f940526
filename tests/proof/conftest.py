"""A shop on each database, whose revisions are to be proved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit.dialects import scratch
from tests.core.apps import Models, Shop, users
from tests.databases import Database


def products(db: SQLAlchemy) -> None:
    """Something of everything."""
    users(db)
    db.Table(
        "product",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, server_default="new", comment="what"),
        sa.Column("price", sa.Numeric(10, 2), index=True),
        sa.Column("amount", sa.Integer),
        sa.Column("twice", sa.Integer, sa.Computed("amount * 2", persisted=True)),
        sa.Column("state", sa.Enum("new", "old", name="state")),
        sa.Column("owner_id", sa.ForeignKey("user.id", name="product_owner", ondelete="CASCADE")),
        sa.CheckConstraint("price > 0", name="positive"),
        sa.UniqueConstraint("name", name="one_name"),
    )


@pytest.fixture
def made_scratches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the scratch databases that the test makes on a server."""
    names: list[str] = []
    new_name = scratch.new_name

    def noted() -> str:
        names.append(new_name())
        return names[-1]

    monkeypatch.setattr(scratch, "new_name", noted)
    return names


@pytest.fixture
def make_shop(
    tmp_path: Path, database: Database, made_scratches: list[str]
) -> Iterator[Callable[..., Shop]]:
    """``make_shop(models)``: an application on each database, which leaves no scratch behind."""
    shops: list[Shop] = []

    def make(
        models: Models | None = users,
        *,
        config: Mapping[str, object] | None = None,
        **options: object,
    ) -> Shop:
        proving = {"GODWIT_PROVE": True, **(config or {})}
        shops.append(Shop(tmp_path, models, url=database.url, config=proving, **options))
        return shops[-1]

    yield make
    for shop in shops:
        shop.close()
    assert not set(made_scratches) & set(on_the_server(database))


def on_the_server(database: Database) -> list[str]:
    """The names of all databases on a database's server."""
    engine = sa.create_engine(database.url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            names = list(connection.exec_driver_sql("SELECT datname FROM pg_database").scalars())
        else:
            names = sa.inspect(connection).get_schema_names()
    engine.dispose()
    return names
