"""Whatever a table has, and whatever is changed about it: the rest stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from tests.sqlite.place import Place, place

PARENT = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT)"
ROWS = (
    "INSERT INTO p VALUES (1, 'one'), (2, 'two')",
    "INSERT INTO t (id, kept, x, gone, p_id) VALUES (1, 'a', '10', 7, 1), (5, 'b', '20', 8, 2)",
)


@dataclass(frozen=True)
class Feature:
    """Something that a table can have. ``proof`` gives the same before and after a change."""

    name: str
    column: str = ""
    constraint: str = ""
    option: str = ""
    beside: tuple[str, ...] = ()
    proof: str = "SELECT 1"
    refuses: str = ""
    """An INSERT that fails, as long as the feature is there."""

    @property
    def statements(self) -> tuple[str, ...]:
        column = f" {self.column}," if self.column else ""
        constraint = f",\n  {self.constraint}" if self.constraint else ""
        key = "id INTEGER PRIMARY KEY" + (" AUTOINCREMENT" if self.name == "autoincrement" else "")
        table = f"""CREATE TABLE t (
  {key}, -- the key
  kept TEXT NOT NULL, x VARCHAR(5), gone INT,
  p_id INTEGER CONSTRAINT fk_p REFERENCES p (id) ON DELETE CASCADE,
  old INT CONSTRAINT ck_old CHECK (old < 5), two INT,{column}
  CONSTRAINT uq_two UNIQUE (two){constraint}
){self.option}"""
        if "STRICT" in self.option:
            table = table.replace("VARCHAR(5)", "TEXT")
        return (PARENT, table, *self.beside, *ROWS)


FEATURES = [
    Feature("trigger", beside=(
        "CREATE TABLE log (what TEXT)",
        ("CREATE TRIGGER tr AFTER UPDATE OF kept ON t"
        " WHEN new.kept <> '' BEGIN INSERT INTO log VALUES ('now :' || new.kept || '%'); END"),
        "CREATE TRIGGER elsewhere AFTER DELETE ON p BEGIN DELETE FROM t WHERE id = old.id; END",
    )),
    Feature("view", beside=(
        "CREATE VIEW v AS SELECT id, kept FROM t",
        "CREATE VIEW w AS SELECT kept FROM v JOIN p USING (id)",
        "CREATE TRIGGER into_v INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
    ), proof="SELECT * FROM w"),
    Feature("partial index", beside=("CREATE INDEX ix ON t (kept) WHERE kept <> 'a:b'",)),
    Feature("expression index", beside=("CREATE INDEX ix ON t (lower(kept) DESC, id)",)),
    Feature("collated index", beside=("CREATE UNIQUE INDEX ix ON t (kept COLLATE NOCASE DESC)",)),
    Feature(
        "check", column="n INT CHECK (n > 0)",
        refuses="INSERT INTO t (id, kept, n) VALUES (90, 'x', -1)",
    ),
    Feature(
        "named check", column="n INT", constraint="CONSTRAINT ck CHECK (n LIKE '%:1' OR n > 0)",
        refuses="INSERT INTO t (id, kept, n) VALUES (90, 'x', -1)",
    ),
    Feature(
        "check that names the table", column="n INT", constraint="CHECK (t.n > 0)",
        refuses="INSERT INTO t (id, kept, n) VALUES (90, 'x', -1)",
    ),
    Feature(
        "collation", column="c TEXT COLLATE NOCASE DEFAULT 'A'",
        proof="SELECT count(*) FROM t WHERE c = 'a'",
    ),
    Feature("autoincrement", beside=(
        "INSERT INTO t (id, kept) VALUES (77, 'z')", "DELETE FROM t"
    ), proof="SELECT seq FROM sqlite_sequence WHERE name = 't'"),
    Feature("virtual column", column="g INT GENERATED ALWAYS AS (id * 2) VIRTUAL",
            proof="SELECT id, g FROM t"),
    Feature("stored column", column="g INT AS (id * 2) STORED", proof="SELECT id, g FROM t"),
    Feature("unique", column="u INT", constraint="UNIQUE (u, kept) ON CONFLICT IGNORE"),
    Feature("default", column="d TEXT DEFAULT (lower('A%' || ':b'))",
            proof="SELECT dflt_value FROM pragma_table_xinfo('t') WHERE name = 'd'"),
    Feature("foreign key", column="q_id INT", constraint=(
        "FOREIGN KEY (q_id, kept) REFERENCES q (a, b) ON UPDATE SET NULL"
        " DEFERRABLE INITIALLY DEFERRED"
    ), beside=("CREATE TABLE q (a INT, b TEXT, UNIQUE (a, b))",),
        proof="SELECT \"from\", \"to\", on_update FROM pragma_foreign_key_list('t')"
              " WHERE \"table\" = 'q'"),
    Feature("self reference", column="boss INT REFERENCES t (id) ON DELETE CASCADE",
            beside=("CREATE TABLE child (t_id INT REFERENCES t (id))",),
            proof="SELECT count(*) FROM t"),
    Feature("strict", option=" STRICT",
            refuses="INSERT INTO t (id, kept, old) VALUES (90, 'x', 'no number')"),
    Feature("without rowid", option=" WITHOUT ROWID",
            proof="SELECT wr FROM pragma_table_list('t')"),
]  # fmt: skip

Change = Callable[[Any], object]
OPERATIONS: dict[str, Change] = {
    "type": lambda t: t.alter_column("x", type_=sa.Integer()),
    "not null": lambda t: t.alter_column("x", nullable=False),
    "default": lambda t: t.alter_column("x", server_default="7"),
    "add": lambda t: t.add_column(sa.Column("new", sa.String(9))),
    "add not null": lambda t: t.add_column(
        sa.Column("new", sa.DateTime, server_default=sa.func.now(), nullable=False)
    ),
    "add reference": lambda t: t.add_column(
        sa.Column("new", sa.Integer, sa.ForeignKey("p.id", name="fk_new"))
    ),
    "drop": lambda t: t.drop_column("gone"),
    "drop unique column": lambda t: t.drop_column("two"),
    "drop referring column": lambda t: t.drop_column("p_id"),
    "rename": lambda t: t.alter_column("x", new_column_name="y"),
    "rename and more": lambda t: t.alter_column("x", new_column_name="y", type_=sa.Text()),
    "unique": lambda t: t.create_unique_constraint("uq_new", ["x"]),
    "check": lambda t: t.create_check_constraint("ck_new", "x <> ''"),
    "foreign key": lambda t: t.create_foreign_key("fk_new", "p", ["gone"], ["id"]),
    "drop check": lambda t: t.drop_constraint("ck_old", type_="check"),
    "drop unique": lambda t: t.drop_constraint("uq_two", type_="unique"),
    "drop foreign key": lambda t: t.drop_constraint("fk_p", type_="foreignkey"),
    "index": lambda t: t.create_index("ix_new", ["x"]),
}


@pytest.mark.parametrize("recreate", ["auto", "always"])
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_survives(feature: Feature, operation: str, recreate: str) -> None:
    """Also where SQLite could do the change by itself and the script wants a copy."""
    with place(*feature.statements) as db:
        before = _kept(db, feature)
        if operation == "foreign key":
            db.run("UPDATE t SET gone = 1")
        with db.batch(recreate=recreate) as t:
            OPERATIONS[operation](t)
        assert _kept(db, feature) == before
        assert not db.rows("PRAGMA foreign_key_check")
        assert db.rows("PRAGMA integrity_check") == [("ok",)]
        if feature.refuses:
            with pytest.raises(sa.exc.IntegrityError):
                db.run(feature.refuses)


def _kept(db: Place, feature: Feature) -> list[Any]:
    """Objects, rows and facts that no operation is about."""
    return [
        db.rows("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger',"
                " 'view', 'index') AND sql IS NOT NULL AND name <> 'ix_new' ORDER BY name"),
        db.rows("SELECT sql FROM sqlite_master WHERE type = 'table' AND name <> 't' ORDER BY name"),
        db.rows("SELECT id, kept FROM t ORDER BY id"),
        db.rows(feature.proof),
    ]  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS)
def test_outside_of_a_batch(operation: str) -> None:
    """The same operations work where plain Alembic refuses them."""
    with place(PARENT, *Feature("plain").statements[1:]) as db:
        db.run("UPDATE t SET gone = 1")
        OPERATIONS[operation](_Outside(db.op))
        assert db.rows("SELECT id, kept FROM t") == [(1, "a"), (5, "b")]
        inside = _in_a_batch(operation)
        assert db.sql("t").replace('"t"', "t") == inside.replace('"t"', "t")


def _in_a_batch(operation: str) -> str:
    with place(PARENT, *Feature("plain").statements[1:]) as db:
        db.run("UPDATE t SET gone = 1")
        with db.batch() as t:
            OPERATIONS[operation](t)
        return db.sql("t")


class _Outside:
    """``op.…("t", …)`` with the words of a batch."""

    def __init__(self, op: Any) -> None:
        self._op = op

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._op, name)
        if name.startswith(("create_unique", "create_check", "create_foreign", "create_index")):
            return lambda label, *args: method(label, "t", *args)
        if name == "drop_constraint":
            return lambda label, **options: method(label, "t", **options)
        return lambda *args, **options: method("t", *args, **options)
