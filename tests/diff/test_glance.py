"""Tables that are obviously unchanged are left out of the comparison; no other one ever is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import sqlalchemy as sa

from flask_godwit.dialects import dialect_for
from flask_godwit.diff.glance.match import unchanged
from tests.core.apps import Shop
from tests.databases import Database

Change = Callable[[sa.Table], object]
Key = tuple[str | None, str]


def models(count: int, dialect: str) -> sa.MetaData:
    """A shop, and tables that refer to it: `t0`, `t1` and so on, with what most tables have."""
    metadata = sa.MetaData()
    sa.Table("shop", metadata, sa.Column("id", sa.Integer, primary_key=True))
    says: dict[str, Any] = {} if dialect == "sqlite" else {"comment": "what it's called"}
    for name in (f"t{number}" for number in range(count)):
        sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(80), index=True, nullable=False, **says),
            sa.Column("code", sa.String(40)),
            sa.Column("price", sa.Numeric(10, 2), server_default="1.50"),
            sa.Column("note", sa.Text),
            sa.Column("stock", sa.Integer),
            sa.Column("at", sa.DateTime, server_default=sa.func.current_timestamp()),
            sa.Column("kind", sa.Enum("big", "small", name="kind")),
            sa.Column("shop_id", sa.ForeignKey("shop.id", ondelete="CASCADE", name=f"fk_{name}")),
            sa.CheckConstraint("stock > 0", name=f"ck_{name}"),
            sa.UniqueConstraint("code", name=f"uq_{name}"),
            **says,
        )
    return metadata


def left_out(database: Database, metadata: sa.MetaData) -> set[str]:
    """The tables that are found unchanged."""
    with database.engine() as engine, engine.connect() as connection:
        found = dialect_for(engine.url, connection.dialect)
        tables: dict[Key, sa.Table] = {
            (None, table.name): table for table in metadata.sorted_tables
        }
        look = unchanged(connection, found.glance(), tables, lambda *_: True)
        return {name for _, name in look}


def create(database: Database, metadata: sa.MetaData, statements: Iterable[str] = ()) -> None:
    with database.engine() as engine, engine.begin() as connection:
        metadata.create_all(connection)
        for statement in statements:
            connection.exec_driver_sql(statement)


def stored(before: str, after: str) -> str:
    """SQLite's table, made by a statement with another text."""
    return (
        f"UPDATE sqlite_master SET sql = replace(sql, '{before}', '{after}')"
        " WHERE type = 'table' AND name = '{t}'"
    )


SQLITE = (
    "ALTER TABLE {t} ADD COLUMN extra INTEGER", "ALTER TABLE {t} DROP COLUMN note",
    "DROP INDEX ix_{t}_name", "CREATE INDEX more ON {t} (note)",
    "CREATE UNIQUE INDEX one ON {t} (note) WHERE id > 9",
    stored("VARCHAR(80)", "VARCHAR(81)"), stored("VARCHAR(80) NOT NULL", "VARCHAR(80)"),
    stored("VARCHAR(40)", "VARCHAR(40) COLLATE NOCASE"), stored("''1.50''", "''2.50''"),
    stored("stock > 0", "stock > 1"), stored("CASCADE", "SET NULL"),
    stored("PRIMARY KEY (id)", "PRIMARY KEY (id) ON CONFLICT FAIL"),
    stored("UNIQUE (code)", "UNIQUE (note)"), stored("CONSTRAINT uq", "CONSTRAINT uk"),
    stored("REFERENCES shop (id)", "REFERENCES t0 (id)"),
    stored("note TEXT", "note TEXT CHECK (1)"),
)  # fmt: skip
_SERVERS = (
    "ALTER TABLE {t} ADD COLUMN extra INTEGER", "ALTER TABLE {t} DROP COLUMN note",
    "ALTER TABLE {t} ALTER COLUMN price SET DEFAULT 2", "CREATE INDEX more ON {t} (code)",
    "ALTER TABLE {t} ALTER COLUMN price DROP DEFAULT", "CREATE UNIQUE INDEX one ON {t} (price)",
    "ALTER TABLE {t} ADD CONSTRAINT more FOREIGN KEY (id) REFERENCES shop (id)",
    "ALTER TABLE {t} ADD CONSTRAINT more CHECK (stock > 0)",
)  # fmt: skip
_SHOP = " REFERENCES shop (id)"
POSTGRESQL = (
    *_SERVERS,
    "ALTER TABLE {t} ALTER COLUMN name TYPE varchar(81)", "DROP INDEX ix_{t}_name",
    "ALTER TABLE {t} ALTER COLUMN name DROP NOT NULL", "ALTER TABLE {t} DROP CONSTRAINT uq_{t}",
    'ALTER TABLE {t} ALTER COLUMN name TYPE varchar(80) COLLATE "C"',
    "ALTER TABLE {t} ALTER COLUMN id DROP DEFAULT", "ALTER TABLE {t} DROP CONSTRAINT {t}_pkey",
    "ALTER TABLE {t} ALTER COLUMN at TYPE timestamptz", "ALTER TABLE {t} DROP CONSTRAINT ck_{t}",
    "COMMENT ON COLUMN {t}.name IS NULL", "COMMENT ON COLUMN {t}.code IS 'x'",
    "COMMENT ON TABLE {t} IS 'x'", "ALTER TABLE {t} SET UNLOGGED",
    "ALTER TABLE {t} SET (fillfactor = 70)",
    "DROP INDEX ix_{t}_name; CREATE INDEX ix_{t}_name ON {t} (name DESC)",
    "ALTER TABLE {t} DROP CONSTRAINT fk_{t}, ADD CONSTRAINT fk_{t} FOREIGN KEY (shop_id)" + _SHOP,
    "ALTER TABLE {t} DROP CONSTRAINT ck_{t}, ADD CONSTRAINT ck_{t} CHECK (stock > 0) NOT VALID",
    "ALTER TABLE {t} ALTER id DROP DEFAULT, ALTER id ADD GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE {t} ADD CONSTRAINT apart EXCLUDE USING btree (code WITH =)",
)  # fmt: skip
MYSQL = (
    *_SERVERS,
    "ALTER TABLE {t} MODIFY name varchar(81) NOT NULL COMMENT 'what it''s called'",
    "ALTER TABLE {t} MODIFY name varchar(80) COMMENT 'what it''s called'",
    "ALTER TABLE {t} MODIFY name varchar(80) NOT NULL COMMENT 'x'",
    "ALTER TABLE {t} MODIFY code varchar(40) COLLATE utf8mb4_bin",
    "ALTER TABLE {t} MODIFY kind enum('small','big')", "ALTER TABLE {t} MODIFY id int NOT NULL",
    "ALTER TABLE {t} MODIFY at datetime", "ALTER TABLE {t} DROP INDEX ix_{t}_name",
    "ALTER TABLE {t} MODIFY at datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
    "ALTER TABLE {t} MODIFY note text CHECK (note <> 'x')",
    "ALTER TABLE {t} MODIFY id int NOT NULL, DROP PRIMARY KEY", "ALTER TABLE {t} COMMENT 'x'",
    "ALTER TABLE {t} DROP INDEX uq_{t}", "ALTER TABLE {t} DROP CONSTRAINT ck_{t}",
    "ALTER TABLE {t} DROP FOREIGN KEY fk_{t}", "ALTER TABLE {t} DEFAULT CHARACTER SET ascii",
    "ALTER TABLE {t} ROW_FORMAT=COMPACT", "ALTER TABLE {t} COLLATE utf8mb4_bin",
    "ALTER TABLE {t} ADD FULLTEXT INDEX words (note)",
    "ALTER TABLE {t} DROP INDEX ix_{t}_name, ADD INDEX ix_{t}_name (name(9))",
    "ALTER TABLE {t} DROP FOREIGN KEY fk_{t}, ADD CONSTRAINT f2_{t} FOREIGN KEY (shop_id)" + _SHOP,
)  # fmt: skip
BY_HAND = {"sqlite": SQLITE, "postgresql": POSTGRESQL, "mysql": MYSQL, "mariadb": MYSQL}


def test_changed_by_hand(database: Database) -> None:
    """Whatever somebody does to a table of the database, it is looked at again."""
    changes = BY_HAND[database.dialect]
    metadata = models(len(changes) + 1, database.dialect)
    whole = {table.name for table in metadata.sorted_tables}
    create(database, metadata)
    assert left_out(database, metadata) == whole
    done = [change.replace("{t}", f"t{place + 1}") for place, change in enumerate(changes)]
    if database.dialect == "sqlite":
        done = ["PRAGMA writable_schema = ON", *done]
    create(database, metadata, [part for each in done for part in each.split("; ")])
    missed = left_out(database, metadata) - {"shop", "t0"}
    assert not {change for place, change in enumerate(changes) if f"t{place + 1}" in missed}
    assert left_out(database, metadata) == {"shop", "t0"}


def _column(name: str, **changes: Any) -> Change:
    return lambda table: vars(table.c[name]).update(changes)


def _without(kind: type[Any]) -> Change:
    def change(table: sa.Table) -> None:
        table.constraints.discard(next(c for c in table.constraints if type(c) is kind))

    return change


MODELS: tuple[Change, ...] = (
    lambda table: table.append_column(sa.Column("extra", sa.Integer)),
    lambda table: table._columns.remove(table.c.note),
    lambda table: table.append_constraint(sa.CheckConstraint("stock > 9")),
    lambda table: sa.CheckConstraint("stock > 9")._set_parent_with_dispatch(table.c.stock),
    lambda table: table.append_constraint(sa.UniqueConstraint("name")),
    lambda table: table.append_constraint(sa.ForeignKeyConstraint(["id"], ["shop.id"])),
    lambda table: table.indexes.clear(),
    lambda table: sa.Index("more", table.c.note),
    lambda table: sa.Index("lower", sa.func.lower(table.c.code)),
    lambda table: setattr(next(iter(table.indexes)), "unique", True),
    lambda table: setattr(next(iter(table.indexes)), "name", "other"),
    lambda table: setattr(next(iter(table.foreign_key_constraints)), "ondelete", "SET NULL"),
    lambda table: setattr(next(iter(table.foreign_key_constraints)), "onupdate", "CASCADE"),
    _without(sa.CheckConstraint), _without(sa.UniqueConstraint), _without(sa.ForeignKeyConstraint),
    _column("name", type=sa.String(81)), _column("name", type=sa.Text()),
    _column("name", nullable=True), _column("note", nullable=False),
    _column("price", type=sa.Numeric(10, 3)), _column("price", server_default=None),
    _column("price", server_default=sa.DefaultClause("2")),
    _column("kind", type=sa.Enum("big", "smaller", name="kind", native_enum=False)),
    _column("code", server_default=sa.Computed("name")),
    _column("code", type=sa.String(40).with_variant(sa.Text(), "sqlite", "postgresql", "mysql")),
)  # fmt: skip


def test_changed_models(database: Database) -> None:
    """Whatever somebody changes in a model, its table is looked at again."""
    metadata = models(len(MODELS) + 1, database.dialect)
    create(database, metadata)
    for number, change in enumerate(MODELS, start=1):
        change(metadata.tables[f"t{number}"])
    assert left_out(database, metadata) == {"shop", "t0"}


@pytest.mark.requires("auto_increment")
def test_changed_options(database: Database) -> None:
    """What a table is as a whole, and what a column becomes by itself, are no exception."""
    options = (("engine", "MyISAM"), ("charset", "latin1"), ("collate", "utf8mb4_bin"))
    options += (("row_format", "COMPACT"), ("default_charset", "ascii"))
    metadata = models(len(options) + 2, database.dialect)
    create(database, metadata)
    for number, (option, value) in enumerate(options, start=1):
        for name in ("mysql", "mariadb"):
            metadata.tables[f"t{number}"].dialect_kwargs[f"{name}_{option}"] = value
    both = sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")
    metadata.tables[f"t{len(options) + 1}"].c.at.server_default = sa.DefaultClause(both)
    assert left_out(database, metadata) == {"shop", "t0"}


@pytest.mark.requires("comments")
def test_changed_comments(database: Database) -> None:
    """Comments are no exception."""
    metadata = models(3, database.dialect)
    create(database, metadata)
    metadata.tables["t1"].comment = None
    metadata.tables["t2"].c.name.comment = "other"
    assert left_out(database, metadata) == {"shop", "t0"}


@pytest.mark.requires("enum_types")
def test_changed_type(evolution: Any) -> None:
    """A type that tables share can lose a value that rows have: its tables are looked at again."""

    def shop(*values: str) -> Callable[[Any], None]:
        def made(db: Any) -> None:
            kind = sa.Enum(*values, name="kind")
            db.Table("item", sa.Column("id", sa.Integer, primary_key=True), sa.Column("kind", kind))

        return made

    evolution.begin(shop("big", "small"), "INSERT INTO item (kind) VALUES ('small')")
    answer = evolution.migrate(shop("big", "large"))
    assert answer.exit_code != 0
    assert "'small'" in answer.output


def test_own_ways(local: Any) -> None:
    """A project that compares types by a function of its own is asked about every column."""

    def shop(db: Any) -> None:
        db.Table("item", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))

    def compare(_context: Any, _found: Any, column: Any, *_types: Any) -> bool | None:
        return True if column.name == "n" else None

    local.begin(shop)
    local.now.ok("check")
    asked = Shop(local.root, shop, url=local.database.url, compare_type=compare)
    assert "item.n" in asked.run("check").output
    asked.close()
