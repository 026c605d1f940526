"""What operations do: to names, values, keys and orders; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from flask_godwit import RebuildRefused
from flask_godwit.dialects import operations
from tests.sqlite.place import place

TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT)"


def names(db: Any, table: str = "t") -> list[str]:
    return [row[1] for row in db.rows(f"PRAGMA table_xinfo('{table}')")]


# Renames


def test_two_columns_swap_their_names() -> None:
    """In one batch, where operations use the names from before."""
    with place(
        TABLE, "INSERT INTO t VALUES (1, 'a', 2)", "CREATE VIEW v AS SELECT a, b FROM t"
    ) as db:
        with db.batch() as t:
            t.alter_column("a", new_column_name="b")
            t.alter_column("b", new_column_name="a")
        assert names(db) == ["id", "b", "a"]
        assert db.rows("SELECT a, b FROM t") == [(2, "a")]


def test_a_renamed_column_is_changed_and_constrained() -> None:
    """By its old name or its new one; what refers to it follows."""
    with place(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE)",
        "CREATE TABLE c (code TEXT REFERENCES p (code), CHECK (code <> ''))",
        "CREATE INDEX ix ON p (lower(code)) WHERE code > 'a'",
        "CREATE TRIGGER tr AFTER INSERT ON c BEGIN UPDATE p SET code = code WHERE 0; END",
        "INSERT INTO p VALUES (1, 'x')",
    ) as db:
        with db.batch("p") as t:
            t.alter_column("code", new_column_name="label", nullable=False)
            t.create_check_constraint("ck", "label <> 'y'")
            t.create_unique_constraint("uq", ["label", "id"])
            t.create_index("ix_label", ["label"])
        assert 'REFERENCES p ("label")' in db.sql("c") or "REFERENCES p (label)" in db.sql("c")
        assert "label" in db.sql("ix")
        assert "label" in db.sql("tr")
        assert "NOT NULL" in db.sql("p")


def test_a_name_is_taken_over() -> None:
    """One column goes, another takes its name, a third takes that one's."""
    with place(TABLE, "INSERT INTO t VALUES (1, 'a', 2)") as db:
        with db.batch() as t:
            t.drop_column("b")
            t.alter_column("a", new_column_name="b")
            t.add_column(sa.Column("a", sa.Integer))
        assert db.rows("SELECT id, b, a FROM t") == [(1, "a", None)]


def test_a_column_dropped_and_added_again_is_empty() -> None:
    """Its values went with it."""
    with place(TABLE, "INSERT INTO t VALUES (1, 'a', 2)") as db:
        with db.batch(recreate="always") as t:
            t.drop_column("b")
            t.add_column(sa.Column("b", sa.String(5), server_default="x"))
        assert db.rows("SELECT id, a, b FROM t") == [(1, "a", "x")]


def test_a_broken_view_is_not_in_the_way() -> None:
    """It was broken before, and stays as it is."""
    broken = "CREATE VIEW broken AS SELECT x FROM nowhere"
    with place(TABLE, broken, "CREATE VIEW v AS SELECT a FROM t") as db:
        with db.batch() as t:
            t.alter_column("a", new_column_name="c", type_=sa.Integer())
        with db.batch() as t:
            t.drop_column("b")
        assert db.sql("broken") == broken
        assert names(db) == ["id", "c"]


# Constraints


UNNAMED = (
    "CREATE TABLE p (id INTEGER PRIMARY KEY)",
    """CREATE TABLE t (id INTEGER PRIMARY KEY, a INT UNIQUE, b INT, c INT REFERENCES p,
    UNIQUE (a, b), CHECK (a > 0), FOREIGN KEY (b) REFERENCES p (id))""",
)


@pytest.mark.parametrize(
    ("name", "kind", "gone"),
    [
        ("fk_t_c_p", "foreignkey", "REFERENCES p,"),
        ("t_b_fkey", "foreignkey", "FOREIGN KEY (b)"),
        ("uq_t_a_b", "unique", "UNIQUE (a, b)"),
        ("t_a_key", "unique", "INT UNIQUE"),
        (None, "check", "CHECK"),
        (None, "primary", "PRIMARY KEY"),
        ("whatever", "primary", "PRIMARY KEY"),
    ],
)
def test_an_unnamed_constraint_is_dropped(name: str | None, kind: str, gone: str) -> None:
    """By a usual name, or by its kind where there is one only."""
    with place(*UNNAMED) as db:
        assert gone in db.sql("t")
        with db.batch() as t:
            t.drop_constraint(name, type_=kind)
        assert gone not in db.sql("t")


@pytest.mark.parametrize("where", ["batch", "metadata"])
def test_a_naming_convention_names_it(where: str) -> None:
    """That of the batch, or that of the models."""
    convention = {"uq": "unique_%(column_0_N_name)s_of_%(table_name)s"}
    metadata = sa.MetaData(naming_convention=convention) if where == "metadata" else None
    options = {"naming_convention": convention} if where == "batch" else {}
    with place(*UNNAMED, metadata=metadata) as db:
        with db.batch(**options) as t:
            t.drop_constraint("unique_a_b_of_t", type_="unique")
        assert "UNIQUE (a, b)" not in db.sql("t")
        assert ("CONSTRAINT unique_a_of_t UNIQUE" in db.sql("t")) == (where == "batch")


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("nope", "foreignkey", r"no foreign key 'nope'"),
        (None, "unique", "2 constraints that could be"),
        ("nope", None, "no constraint 'nope'"),
    ],
)
def test_an_unknown_constraint_is_refused(name: str | None, kind: str | None, words: str) -> None:
    """And the message lists what there is; nothing is changed."""
    with place(*UNNAMED) as db:
        before = db.everything()
        with pytest.raises(RebuildRefused, match=words) as refused, db.batch() as t:  # noqa: PT012
            t.add_column(sa.Column("new", sa.Integer))
            t.drop_constraint(name, type_=kind)
        assert "(a, b)" in refused.value.detail or kind == "foreignkey"
        assert db.everything() == before


def test_constraints_without_a_name_are_added() -> None:
    """Plain Alembic wants a name for each."""
    with place(*UNNAMED) as db:
        with db.batch() as t:
            t.create_unique_constraint(None, ["b", "c"])
            t.create_foreign_key(None, "p", ["a"], ["id"])
        db.run("INSERT INTO p VALUES (1)", "INSERT INTO t VALUES (1, 1, 1, 1)")
        with pytest.raises(sa.exc.IntegrityError):
            db.run("INSERT INTO t VALUES (2, 2, 1, 1)")
        assert len(db.rows("PRAGMA foreign_key_list('t')")) == 3


def test_a_primary_key_is_replaced() -> None:
    """By another one, in one operation or in two."""
    with place(TABLE, "INSERT INTO t VALUES (1, 'a', 2)") as db:
        with db.batch() as t:
            t.create_primary_key("pk_t", ["id", "b"])
        keys = [(row[1], row[5]) for row in db.rows("PRAGMA table_xinfo('t')")]
        assert keys == [("id", 1), ("a", 0), ("b", 2)]
        with db.batch() as t:
            t.drop_column("b")
        assert 'PRIMARY KEY ("id")' in db.sql("t")
        assert db.rows("SELECT * FROM t") == [(1, "a")]


def test_a_column_takes_its_constraints_and_indexes_along() -> None:
    """Those that mention it, and no others."""
    with place(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT, CHECK (a < b), CHECK (b > 0),"
        " UNIQUE (a, b), UNIQUE (b))",
        "CREATE INDEX one ON t (b) WHERE a > 1",
        "CREATE INDEX two ON t (b)",
    ) as db:
        db.op.drop_column("t", "a")
        assert "a < b" not in db.sql("t")
        assert "CHECK (b > 0)" in db.sql("t")
        assert db.sql("t").count("UNIQUE") == 1
        assert [
            row[0] for row in db.rows("SELECT name FROM sqlite_master WHERE sql LIKE '%INDEX%'")
        ] == ["two"]


def test_the_check_of_a_type_follows_it() -> None:
    """An Enum's CHECK goes with the old type and comes with the new one."""
    old = sa.Enum("a", "b", name="letters", create_constraint=True)
    new = sa.Enum("a", "b", "c", name="letters", create_constraint=True)
    with place(TABLE) as db:
        with db.batch() as t:
            t.add_column(sa.Column("e", old))
        assert "CHECK (e IN ('a', 'b'))" in db.sql("t")
        with db.batch() as t:
            t.alter_column("e", existing_type=old, type_=new)
        assert "CHECK (e IN ('a', 'b', 'c'))" in db.sql("t")
        with db.batch() as t:
            t.alter_column("e", existing_type=new, type_=sa.String(5))
        assert "CHECK" not in db.sql("t")


# Values


@pytest.mark.parametrize(
    ("old", "new", "value", "becomes"),
    [
        ("TEXT", sa.Integer(), "12", 12),
        ("VARCHAR(5)", sa.Numeric(10, 2), "1.5", 1.5),
        ("INTEGER", sa.String(5), 12, "12"),
        ("DATE", sa.DateTime(), "2024-05-01", "2024-05-01 00:00:00.000000"),
        ("DATETIME", sa.Date(), "2024-05-01 10:00:00.000000", "2024-05-01"),
        ("DATETIME", sa.Time(), "2024-05-01 10:00:00.000000", "10:00:00.000000"),
        ("TEXT", sa.DateTime(), "2024-05-01 10:00:00", "2024-05-01 10:00:00.000000"),
        ("DATE", sa.String(10), "2024-05-01", "2024-05-01"),
        ("FLOAT", sa.Integer(), 1.0, 1),
        ("FLOAT", sa.Integer(), 1.7, 1),
        ("TEXT", sa.Boolean(), "true", 1),
        ("TEXT", sa.Boolean(), "0", 0),
        ("TEXT", sa.JSON(), '{"a": 1}', '{"a": 1}'),
        (
            "VARCHAR(36)",
            sa.Uuid(),
            "7B1C9A3E-0D5F-4C55-8A6E-2F4F7A3B9C11",
            "7b1c9a3e0d5f4c558a6e2f4f7a3b9c11",
        ),
        ("BLOB", sa.Text(), b"abc", "abc"),
        ("TEXT", sa.LargeBinary(), "abc", b"abc"),
        ("INTEGER", sa.BigInteger(), None, None),
    ],
)
def test_values_follow_their_type(old: str, new: Any, value: Any, becomes: Any) -> None:
    """What can be converted is, and keeps its meaning."""
    with place(f"CREATE TABLE t (id INTEGER PRIMARY KEY, v {old})") as db:
        db.connection.exec_driver_sql("INSERT INTO t VALUES (1, ?)", (value,))
        db.op.alter_column("t", "v", type_=new)
        assert db.rows("SELECT v, typeof(v) FROM t") == [(becomes, _typeof(becomes))]


def _typeof(value: Any) -> str:
    kinds = {int: "integer", str: "text", float: "real", bytes: "blob", type(None): "null"}
    return kinds[type(value)]


def test_values_that_do_not_fit_are_refused() -> None:
    """Plain Alembic makes 0 of them."""
    with place(TABLE, "INSERT INTO t VALUES (1, 'twelve', 1), (2, '12', 2)") as db:
        before = db.everything()
        with pytest.raises(RebuildRefused, match=r"1 rows .* 'a' .* INTEGER, such as 'twelve'"):
            db.op.alter_column("t", "a", type_=sa.Integer())
        assert db.everything() == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.alter_column("b", nullable=False), "NOT NULL constraint failed: t.b"),
        (lambda t: t.create_unique_constraint("uq", ["a"]), "UNIQUE constraint failed: t.a"),
        (lambda t: t.create_check_constraint("ck_x", "b > 5"), "CHECK constraint failed: ck_x"),
        (
            lambda t: t.add_column(sa.Column("n", sa.Integer, nullable=False)),
            "'n' shall be NOT NULL, but the 2 rows",
        ),
        (lambda t: t.alter_column("z", nullable=False), "no column 'z'"),
        (lambda t: t.drop_column("a"), "error in view v"),
    ],
)
def test_a_refusal_changes_nothing(change: Any, words: str) -> None:
    """It speaks of the table by its name, and says why."""
    rows = "INSERT INTO t VALUES (1, 'x', 1), (2, 'x', NULL)"
    with place(TABLE, rows, "CREATE VIEW v AS SELECT a FROM t") as db:
        before = db.everything()
        with pytest.raises(RebuildRefused, match=words) as refused, db.batch() as t:  # noqa: PT012
            t.alter_column("b", server_default="1")
            change(t)
        assert "_alembic_tmp" not in str(refused.value)
        assert db.everything() == before
        assert db.rows("PRAGMA legacy_alter_table") == [(0,)]


def test_a_trigger_that_would_break_is_refused() -> None:
    """It would fail whenever it fires."""
    trigger = "CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET b = new.b; END"
    with place(TABLE, trigger) as db:
        with pytest.raises(RebuildRefused, match="in trigger tr"), db.batch() as t:  # noqa: PT012
            t.alter_column("a", type_=sa.Integer())
            t.drop_column("b")
        assert db.sql("tr") == trigger


# Wishes


def test_a_comment_is_no_reason_for_a_copy() -> None:
    """SQLite keeps none."""
    with place(TABLE) as db:
        before = db.everything()
        with db.batch() as t:
            t.alter_column("a", comment="what a is")
        assert db.everything() == before


def test_columns_are_put_where_the_script_wants_them() -> None:
    """Before another one, after it, or in an order of the whole table."""
    with place(TABLE, "INSERT INTO t VALUES (1, 'a', 2)") as db:
        with db.batch() as t:
            t.add_column(sa.Column("x", sa.Integer), insert_after="id")
            t.add_column(sa.Column("y", sa.Integer), insert_before="id")
        assert names(db) == ["y", "id", "x", "a", "b"]
        with db.batch(partial_reordering=[("b", "a", "id")]) as t:
            t.drop_column("y")
        assert [n for n in names(db) if n != "x"] == ["b", "a", "id"]
        assert db.rows("SELECT id, a, b FROM t") == [(1, "a", 2)]


def test_never_means_never() -> None:
    """What SQLite can do is done; what needs a copy is refused."""
    with place(TABLE) as db:
        with db.batch(recreate="never") as t:
            t.add_column(sa.Column("c", sa.Integer))
            t.drop_column("b")
        assert names(db) == ["id", "a", "c"]
        with pytest.raises(RebuildRefused, match="no statement"), db.batch(recreate="never") as t:
            t.alter_column("a", type_=sa.Integer())


BESIDE = (
    "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b INT)",
    "INSERT INTO t (id, a) VALUES (3, 'a'), (9, 'b')",
    "DELETE FROM t WHERE id = 9",
    "CREATE INDEX ix ON t (lower(a))",
    "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END",
    "CREATE VIEW v AS SELECT a FROM t",
)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
@pytest.mark.parametrize(
    "wish",
    [
        {"table_kwargs": {"sqlite_autoincrement": True}},
        {
            "reflect_args": [sa.Column("a", sa.String(3))],
            "table_kwargs": {"sqlite_autoincrement": True},
        },
        {
            "copy_from": sa.Table(
                "t",
                sa.MetaData(),
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.String(3)),
                sa.Column("b", sa.Integer),
                sqlite_autoincrement=True,
            )
        },
    ],
    ids=lambda wish: next(iter(wish)),
)
def test_a_table_that_the_script_describes(wish: dict[str, Any]) -> None:
    """It becomes as the script says; what stands beside it stays."""
    with place(*BESIDE) as db:
        with db.batch(**wish) as t:
            t.alter_column("b", type_=sa.String(5), existing_type=sa.Integer())
        assert db.rows("SELECT seq FROM sqlite_sequence") == [(9,)]
        assert [db.sql(name) for name in ("ix", "tr", "v")] == list(BESIDE[3:])
        assert db.rows("SELECT * FROM t") == [(3, "a", None)]


def test_constraints_of_table_args() -> None:
    """They are added; one that is there already is not added again."""
    check = sa.CheckConstraint("b > 0")
    with place("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, CHECK (b > 0))") as db:
        with db.batch(table_args=(check, sa.UniqueConstraint("a", name="uq_a"))) as t:
            t.alter_column("a", type_=sa.String(5))
        assert db.sql("t").count("CHECK") == 1
        assert "CONSTRAINT uq_a UNIQUE (a)" in db.sql("t")


def test_a_leftover_of_a_failed_run_is_removed() -> None:
    """Tools without real transactions leave their half-made table."""
    with place(TABLE, "CREATE TABLE _alembic_tmp_t (x)", "INSERT INTO t VALUES (1, 'a', 2)") as db:
        db.op.alter_column("t", "a", nullable=False)
        assert db.rows("SELECT name FROM sqlite_master WHERE type = 'table'") == [("t",)]


@pytest.mark.parametrize("newest", ["DROPS_COLUMNS", "RENAMES_COLUMNS"])
def test_an_older_sqlite(monkeypatch: pytest.MonkeyPatch, newest: str) -> None:
    """What it has no statement for is done by a copy, and what stands beside the table stays."""
    monkeypatch.setattr(f"flask_godwit.sqlite.native.{newest}", (99, 0))
    monkeypatch.setattr(f"flask_godwit.sqlite.impl.{newest}", (99, 0), raising=False)
    trigger = "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END"
    view = "CREATE VIEW v AS SELECT a FROM t"
    with place(TABLE, trigger, view, "INSERT INTO t VALUES (1, 'a', 2)") as db:
        with db.batch() as t:
            t.drop_column("b")
        assert db.rows("SELECT * FROM t") == [(1, "a")]
        assert (db.sql("tr"), db.sql("v")) == (trigger, view)


def test_runs_within_runs() -> None:
    """A run inside of another one changes nothing about that."""
    with place(TABLE) as db:
        with operations(db.op.migration_context):
            db.op.alter_column("t", "a", nullable=False)
        db.op.alter_column("t", "b", nullable=False)
        assert db.sql("t").count("NOT NULL") == 2


def test_statistics_are_kept() -> None:
    """ANALYZE need not run again for SQLite to choose the right index."""
    index = "CREATE INDEX ix ON t (a)"
    with place(TABLE, index, "INSERT INTO t VALUES (1, 'a', 2), (2, 'a', 2)", "ANALYZE") as db:
        before = db.rows("SELECT * FROM sqlite_stat1 ORDER BY idx")
        assert before
        db.op.alter_column("t", "b", nullable=False)
        assert db.rows("SELECT * FROM sqlite_stat1 ORDER BY idx") == before


def test_a_renamed_table() -> None:
    """Everything follows, and a broken view is not in the way."""
    with place(
        TABLE,
        "CREATE VIEW broken AS SELECT x FROM nowhere",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE TABLE c (t_id INT REFERENCES t (id))",
    ) as db:
        db.op.rename_table("t", "things")
        assert "things" in db.sql("v")
        assert "things" in db.sql("c")


def test_a_table_renamed_in_other_letters() -> None:
    """SQLite would say that there is one already."""
    with place(TABLE, "CREATE TABLE c (t_id INT REFERENCES t (id))") as db:
        db.op.rename_table("t", "T")
        assert db.rows("SELECT name FROM sqlite_master WHERE name = 'T'") == [("T",)]
        assert 'REFERENCES "T"' in db.sql("c")


def test_an_attached_database() -> None:
    """Its tables are changed where they are."""
    with place("ATTACH ':memory:' AS other", TABLE) as db:
        db.run(
            "CREATE TABLE other.t (id INTEGER PRIMARY KEY, a TEXT)",
            "CREATE INDEX other.ix ON t (lower(a))",
            "CREATE TRIGGER other.tr AFTER INSERT ON t BEGIN SELECT 1; END",
            "INSERT INTO other.t VALUES (1, '5')",
        )
        with db.batch(schema="other") as t:
            t.alter_column("a", type_=sa.Integer(), new_column_name="c")
            t.add_column(sa.Column("d", sa.Integer))
        assert db.rows("SELECT id, c, d FROM other.t") == [(1, 5, None)]
        stored = db.rows("SELECT name FROM other.sqlite_master ORDER BY name")
        assert stored == [("ix",), ("t",), ("tr",)]
        assert db.sql("t") == TABLE


def test_a_table_of_its_own_kind() -> None:
    """A virtual table has no text with columns: SQLite itself says what it can't."""
    refused = pytest.raises(sa.exc.OperationalError, match="virtual tables may not be altered")
    with place("CREATE VIRTUAL TABLE f USING fts5(a)") as db, refused:
        db.op.add_column("f", sa.Column("b", sa.Integer))


def test_if_exists() -> None:
    """Operations that need not be done are not."""
    with place(TABLE) as db:
        before = db.everything()
        with db.batch() as t:
            t.add_column(sa.Column("a", sa.Integer, sa.ForeignKey("p.id")), if_not_exists=True)
            t.drop_column("z", if_exists=True)
        assert db.everything() == before


def test_plain_alembic_is_plain_again_afterwards() -> None:
    """Only runs of ours are different."""
    from alembic.operations import batch

    plain = batch.BatchOperationsImpl
    with place(TABLE):
        assert batch.BatchOperationsImpl is not plain
    assert batch.BatchOperationsImpl is plain
