"""Advice has the user's names as SQL and Python want them, whatever they are called."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.core.apps import Shop
from tests.databases import KINDS, SQLITE, Kind
from tests.rules.test_rules import AS_WRITTEN, found, planned

POSTGRESQL_TABLES = """
    op.execute('CREATE SCHEMA "My Shop"')
    op.execute("CREATE TYPE \\"My Shop\\".\\"A Mood\\" AS ENUM ('good')")
    op.execute('CREATE TABLE "My Shop"."All Teams" (id int PRIMARY KEY)')
    op.execute('CREATE TABLE "My Shop"."Big Users" (id int PRIMARY KEY, "Full Name" text,'
        ' "Age" int, "Mail" text, "Team" int)')
    op.execute('CREATE TABLE "My Shop"."Bare One" AS SELECT 1 AS "The Id"')
    op.execute('CREATE MATERIALIZED VIEW "My Shop"."Who Is" AS'
        ' SELECT id FROM "My Shop"."Big Users"')
    op.execute('CREATE UNIQUE INDEX seen ON "My Shop"."Who Is" (id)')
    op.execute('CREATE TABLE "My Shop"."All Logs" (id int) PARTITION BY RANGE (id)')
    op.execute('CREATE TABLE "My Shop"."Logs 1" PARTITION OF "My Shop"."All Logs"'
        " FOR VALUES FROM (1) TO (9)")
    op.execute('INSERT INTO "My Shop"."All Teams" VALUES (1)')
    op.execute("INSERT INTO \\"My Shop\\".\\"Big Users\\" VALUES (1, 'Ada', 30, 'a', 1)")
    op.execute('INSERT INTO "My Shop"."All Logs" VALUES (1)')
"""
SHOP = 'schema="My Shop"'
TABLE = '"My Shop"."Big Users"'

# rule, and the script that it warns of
ON_POSTGRESQL = [
    (
        "index-blocks-writes",
        f'op.create_index("By Name", "Big Users", ["Full Name"], {SHOP})',
    ),
    (
        "not-null-scans",
        f'op.alter_column("Big Users", "Full Name", nullable=False, {SHOP})',
    ),
    (
        "check-scans",
        f"op.create_check_constraint('Old Enough', 'Big Users', '\"Age\" > 1', {SHOP})",
    ),
    (
        "unique-builds-index",
        f'op.create_unique_constraint("One Mail", "Big Users", ["Mail"], {SHOP})',
    ),
    (
        "foreign-key-scans",
        (
            'op.create_foreign_key("Its Team", "Big Users", "All Teams", ["Team"], ["id"],'
            ' source_schema="My Shop", referent_schema="My Shop")'
        ),
    ),
    (
        "default-rewrites",
        f"op.execute('ALTER TABLE {TABLE} ADD COLUMN \"Its Key\" uuid DEFAULT gen_random_uuid()')",
    ),
    (
        "column-with-key-builds-index",
        f"op.execute('ALTER TABLE {TABLE} ADD COLUMN \"The Number\" int UNIQUE')",
    ),
    (
        "required-column",
        f'op.add_column("Big Users", sa.Column("Say It", sa.Integer, nullable=False), {SHOP})',
    ),
    ("json-has-no-equality", f'op.add_column("Big Users", sa.Column("Extra", sa.JSON()), {SHOP})'),
    ("primary-key-builds-index", f'op.create_primary_key("A Key", "Bare One", ["The Id"], {SHOP})'),
    ("reindex-blocks", 'op.execute(\'REINDEX INDEX "My Shop"."By Name"\')'),
    ("index-drop-blocks-reads", f'op.drop_index("By Name", table_name="Big Users", {SHOP})'),
    ("refresh-blocks-reads", 'op.execute(\'REFRESH MATERIALIZED VIEW "My Shop"."Who Is"\')'),
    (
        "partition-detached-under-lock",
        'op.execute(\'ALTER TABLE "My Shop"."All Logs" DETACH PARTITION "My Shop"."Logs 1"\')',
    ),
    (
        "enum-value-in-transaction",
        "op.execute('''ALTER TYPE \"My Shop\".\"A Mood\" ADD VALUE 'it''s bad' ''')",
    ),
]

MYSQL_TABLES = """
    op.execute("CREATE TABLE `All Teams` (id int PRIMARY KEY)")
    op.execute("CREATE TABLE `Big Users` (id int PRIMARY KEY, `The Team` int)")
    op.execute("INSERT INTO `All Teams` VALUES (1)")
    op.execute("INSERT INTO `Big Users` VALUES (1, 1)")
"""
ON_MYSQL = [
    (
        "foreign-key-copies",
        'op.create_foreign_key("Its Team", "Big Users", "All Teams", ["The Team"], ["id"])',
    ),
    ("required-column", 'op.add_column("Big Users", sa.Column("N N", sa.Integer, nullable=False))'),
]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not SQLITE], ids=str)
def test_advice_for_odd_names(registry: Any, tmp_path: Any, kind: Kind) -> None:
    """Names with capitals and spaces, in a schema of such a name: what is advised runs as it is."""
    scripts, tables = ON_MYSQL, MYSQL_TABLES
    if kind.dialect == "postgresql":
        scripts, tables = ON_POSTGRESQL, POSTGRESQL_TABLES
    database = registry.create(kind, tmp_path, "spelling")
    shop = Shop(tmp_path, url=database.url, config=AS_WRITTEN)
    try:
        shop.revision("r1", None, tables)
        shop.ok("upgrade")
        run_all(shop, scripts)
    finally:
        shop.close()
        registry.drop(database)


def run_all(shop: Shop, scripts: list[tuple[str, str]]) -> None:
    numbers, last = count(1), "r1"
    for rule, script in scripts:
        findings = found(planned(shop, script, down=last))
        assert rule in findings, (rule, script, findings)
        name = f"done_{next(numbers)}"
        shop.revision(name, last, findings[rule].advice + "\npass")
        answer = shop.run("upgrade")
        assert answer.exit_code == 0, (rule, findings[rule].advice, answer.output)
        last = name
