"""Scripts to ask the code about: each operation once, as a person would write it.

Only the questions stand here. What an operation takes, which rule warns of it and how ``upgrade``
does it is asked of the code while the site is built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

POSTGRESQL, MYSQL, MARIADB, SQLITE = "postgresql", "mysql", "mariadb", "sqlite"
ALL = (POSTGRESQL, MYSQL, MARIADB, SQLITE)
SERVERS = (POSTGRESQL, MYSQL, MARIADB)
MY = (MYSQL, MARIADB)
PG = (POSTGRESQL,)

COLUMNS = (
    "id int NOT NULL, a varchar(20), b int, c int DEFAULT 1 NOT NULL, d int, p int, x varchar(100)"
)
FREE = "t", "d"
"""A column that nothing else depends on."""
SETUP: Mapping[str, Sequence[str]] = {
    POSTGRESQL: (
        "CREATE TABLE parent (id bigint PRIMARY KEY)",
        (
            f"CREATE TABLE t ({COLUMNS}, CONSTRAINT t_pkey PRIMARY KEY (id),"
            " CONSTRAINT ck CHECK (b > 0), CONSTRAINT ckx CHECK (x <> ''),"
            " CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id))"
        ),
        "CREATE INDEX ix ON t (x)",
        "CREATE UNIQUE INDEX uq ON t (b)",
        "ALTER TABLE t ADD CONSTRAINT later CHECK (c > 0) NOT VALID",
    ),
    MYSQL: (
        "CREATE TABLE parent (id bigint PRIMARY KEY)",
        (
            f"CREATE TABLE t ({COLUMNS}, e enum('a', 'b'), CONSTRAINT t_pkey PRIMARY KEY (id),"
            " CONSTRAINT ck CHECK (b > 0), CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id))"
        ),
        "CREATE INDEX ix ON t (x)",
    ),
    SQLITE: (
        "CREATE TABLE parent (id bigint PRIMARY KEY)",
        (
            f"CREATE TABLE t ({COLUMNS}, CONSTRAINT t_pkey PRIMARY KEY (id),"
            " CONSTRAINT ck CHECK (b > 0), CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id))"
        ),
        "CREATE INDEX ix ON t (x)",
        "CREATE VIEW v AS SELECT 1 AS one",
    ),
}
"""What there is, on a server that has many rows in ``t``."""


@dataclass(frozen=True)
class Sample:
    """One operation. ``why`` is the reason why nothing warns of it, where that needs one."""

    title: str
    script: str | Mapping[str, str]
    dialects: Sequence[str] = ALL
    why: str = ""

    def on(self, dialect: str) -> str:
        """The script for a database, "" where it has no such operation."""
        if dialect not in self.dialects:
            return ""
        return self.script if isinstance(self.script, str) else self.script.get(dialect, "")


@dataclass(frozen=True)
class Chapter:
    """Operations that belong together."""

    title: str
    samples: Sequence[Sample] = field(default_factory=tuple)


def sql(statement: str) -> str:
    """A script that sends one statement."""
    return f'op.execute("{statement}")'


def batch(line: str) -> str:
    """A script of one operation that SQLite rebuilds the table for."""
    return f'with op.batch_alter_table("t") as batch:\n    batch.{line}'


def each(first: str, **others: str) -> Mapping[str, str]:
    """One script for the servers, and others for some of the databases."""
    return {**dict.fromkeys(SERVERS, first), **others}


_NEW = 'op.create_table("u", sa.Column("id", sa.BigInteger, primary_key=True){})'
_KEY = ', sa.Column("t_id", sa.Integer, sa.ForeignKey("t.id"))'
_WHOLE = "for readers of the schema, and seldom: in a quiet hour"
_BEYOND = "what it stands for is read as far as it can be; the statement itself is the author's"
_PARTS = "a table is divided once, by hand, with a tool that copies it"

TABLES = (
    Sample("create a table", _NEW.format("")),
    Sample(
        "create a table whose key has 32 bits",
        'op.create_table("u", sa.Column("id", sa.Integer, primary_key=True))',
        SERVERS,
    ),
    Sample("create a table with a foreign key", _NEW.format(_KEY)),
    Sample("create a table from a query", sql("CREATE TABLE u AS SELECT * FROM t")),
    Sample(
        "create a partition",
        sql("CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2)"),
        PG,
    ),
    Sample("drop a table", 'op.drop_table("t")'),
    Sample("drop a table and what depends on it", sql("DROP TABLE t CASCADE"), PG),
    Sample("rename a table", 'op.rename_table("t", "u")'),
    Sample("move a table to another schema", sql("ALTER TABLE t SET SCHEMA other"), PG),
    Sample("rename a schema", sql("ALTER SCHEMA other RENAME TO another"), PG),
    Sample("drop a schema", sql("DROP SCHEMA other CASCADE"), PG),
    Sample("truncate a table", sql("TRUNCATE TABLE t"), SERVERS),
    Sample(
        "lock a table",
        each(
            sql("LOCK TABLE t"),
            mysql=sql("LOCK TABLES t WRITE"),
            mariadb=sql("LOCK TABLES t WRITE"),
        ),
    ),
    Sample(
        "write a table anew",
        each(
            sql("ALTER TABLE t FORCE"),
            postgresql=sql("ALTER TABLE t SET UNLOGGED"),
            sqlite=sql("VACUUM"),
        ),
    ),
    Sample("vacuum", sql("VACUUM t"), PG),
    Sample(
        "analyze",
        each(sql("ANALYZE TABLE t"), postgresql=sql("ANALYZE t"), sqlite=sql("ANALYZE t")),
    ),
    Sample("comment a table", 'op.create_table_comment("t", "x")', SERVERS),
    Sample("set parameters of storage", sql("ALTER TABLE t SET (fillfactor = 70)"), PG),
    Sample("change the owner", sql("ALTER TABLE t OWNER TO other"), PG),
    Sample(
        "change the default character set", sql("ALTER TABLE t DEFAULT CHARACTER SET utf8mb4"), MY
    ),
    Sample("convert the character set", sql("ALTER TABLE t CONVERT TO CHARACTER SET latin1"), MY),
    Sample("turn row security on", sql("ALTER TABLE t ENABLE ROW LEVEL SECURITY"), PG),
    Sample(
        "attach a partition",
        sql("ALTER TABLE parent ATTACH PARTITION t FOR VALUES FROM (1) TO (2)"),
        PG,
    ),
    Sample("detach a partition", sql("ALTER TABLE parent DETACH PARTITION t"), PG),
    Sample(
        "divide a table into partitions",
        sql("ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 4"),
        MY,
        _PARTS,
    ),
    Sample("drop a partition", sql("ALTER TABLE t DROP PARTITION p0"), MY),
    Sample("exchange a partition", sql("ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE u"), MY),
)
COLUMN = (
    Sample("add a column", 'op.add_column("t", sa.Column("y", sa.Integer))'),
    Sample(
        "add a column with a constant default",
        'op.add_column("t", sa.Column("y", sa.Integer, nullable=False, server_default="5"))',
    ),
    Sample(
        "add a column that must have a value",
        'op.add_column("t", sa.Column("y", sa.Integer, nullable=False))',
        SERVERS,
    ),
    Sample(
        "add a column with a default of its own for each row",
        {
            dialect: f'op.add_column("t", sa.Column("y", sa.String(36), server_default={value}))'
            for dialect, value in {
                POSTGRESQL: 'sa.text("gen_random_uuid()")',
                MYSQL: 'sa.text("(uuid())")',
                MARIADB: 'sa.text("(uuid())")',
            }.items()
        },
    ),
    Sample(
        "add a column that counts",
        each(
            sql("ALTER TABLE t ADD COLUMN y int AUTO_INCREMENT UNIQUE"),
            postgresql=sql("ALTER TABLE t ADD COLUMN y serial"),
        ),
    ),
    Sample(
        "add an identity column",
        'op.add_column("t", sa.Column("y", sa.Integer, sa.Identity()))',
        PG,
    ),
    Sample(
        "add a stored generated column",
        'op.add_column("t", sa.Column("y", sa.Integer, sa.Computed("b + 1", persisted=True)))',
        SERVERS,
    ),
    Sample(
        "add a virtual generated column",
        'op.add_column("t", sa.Column("y", sa.Integer, sa.Computed("b + 1", persisted=False)))',
        (MYSQL, MARIADB, SQLITE),
    ),
    Sample("add a column with a CHECK", sql("ALTER TABLE t ADD COLUMN y int CHECK (y > 0)")),
    Sample("add a unique column", sql("ALTER TABLE t ADD COLUMN y int UNIQUE"), SERVERS),
    Sample(
        "add a column with a reference in it",
        sql("ALTER TABLE t ADD COLUMN y int REFERENCES parent (id)"),
        SERVERS,
    ),
    Sample("add a JSON column", 'op.add_column("t", sa.Column("y", sa.JSON))', PG),
    Sample("drop a column", each('op.drop_column("t", "a")', sqlite=batch('drop_column("a")'))),
    Sample(
        "rename a column",
        'op.alter_column("t", "a", new_column_name="z", existing_type=sa.String(20))',
    ),
    Sample(
        "widen a string that a CHECK is about",
        'op.alter_column("t", "x", type_=sa.String(200), existing_type=sa.String(100))',
        PG,
    ),
    Sample("add a value to an enumeration", sql("ALTER TABLE t MODIFY e enum('a', 'b', 'c')"), MY),
    Sample("reorder an enumeration", sql("ALTER TABLE t MODIFY e enum('b', 'a')"), MY),
    Sample("change a column and leave a part of it out", sql("ALTER TABLE t MODIFY c int"), MY),
    Sample(
        "give a column a name that is too long",
        'op.add_column("t", sa.Column("y" * 64, sa.Integer))',
        PG,
    ),
    Sample(
        "widen a string",
        'op.alter_column("t", "a", type_=sa.String(40),'
        " existing_type=sa.String(20), existing_nullable=True)",
        SERVERS,
    ),
    Sample(
        "narrow a string",
        'op.alter_column("t", "a", type_=sa.String(10),'
        " existing_type=sa.String(20), existing_nullable=True)",
        SERVERS,
    ),
    Sample(
        "int to bigint, of a column with a CHECK",
        'op.alter_column("t", "b", type_=sa.BigInteger,'
        " existing_type=sa.Integer, existing_nullable=True)",
        PG,
    ),
    Sample(
        "int to bigint",
        'op.alter_column("t", "d", type_=sa.BigInteger,'
        " existing_type=sa.Integer, existing_nullable=True)",
        SERVERS,
    ),
    Sample(
        "change a collation",
        {
            POSTGRESQL: sql('ALTER TABLE t ALTER COLUMN x TYPE varchar(100) COLLATE \\"C\\"'),
            MYSQL: sql("ALTER TABLE t MODIFY x varchar(100) COLLATE utf8mb4_bin"),
            MARIADB: sql("ALTER TABLE t MODIFY x varchar(100) COLLATE utf8mb4_bin"),
        },
    ),
    Sample(
        "set NOT NULL",
        'op.alter_column("t", "a", nullable=False, existing_type=sa.String(20))',
        SERVERS,
    ),
    Sample(
        "drop NOT NULL",
        'op.alter_column("t", "c", nullable=True, existing_type=sa.Integer,'
        ' existing_server_default="1")',
        SERVERS,
    ),
    Sample(
        "set a default",
        'op.alter_column("t", "a", server_default="x", existing_type=sa.String(20))',
        SERVERS,
    ),
    Sample(
        "drop a default",
        'op.alter_column("t", "c", server_default=None,'
        " existing_type=sa.Integer, existing_nullable=False)",
        SERVERS,
    ),
    Sample(
        "comment a column",
        'op.alter_column("t", "a", comment="x", existing_type=sa.String(20))',
        SERVERS,
    ),
    Sample("change a column of SQLite", batch('alter_column("a", nullable=False)'), (SQLITE,)),
    Sample(
        "make a column count",
        sql("ALTER TABLE t ALTER COLUMN c ADD GENERATED ALWAYS AS IDENTITY"),
        PG,
    ),
    Sample("stop a column counting", sql("ALTER TABLE t ALTER COLUMN c DROP IDENTITY"), PG),
    Sample(
        "make a generated column a plain one",
        sql("ALTER TABLE t ALTER COLUMN c DROP EXPRESSION"),
        PG,
    ),
    Sample(
        "change what a column is generated from",
        sql("ALTER TABLE t ALTER COLUMN c SET EXPRESSION AS (b + 1)"),
        PG,
    ),
    Sample("set statistics", sql("ALTER TABLE t ALTER COLUMN a SET STATISTICS 500"), PG),
    Sample("set how it is stored", sql("ALTER TABLE t ALTER COLUMN a SET STORAGE EXTERNAL"), PG),
)
CONSTRAINT = (
    Sample("add a primary key", each('op.create_primary_key("pk", "t", ["id"])')),
    Sample(
        "drop a primary key",
        each(
            sql("ALTER TABLE t DROP PRIMARY KEY"),
            postgresql='op.drop_constraint("t_pkey", "t", type_="primary")',
        ),
    ),
    Sample(
        "replace a primary key", sql("ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (id, c)"), MY
    ),
    Sample(
        "add a unique constraint",
        each(
            'op.create_unique_constraint("uq_a", "t", ["a"])',
            sqlite=batch('create_unique_constraint("uq_a", ["a"])'),
        ),
    ),
    Sample(
        "make a unique index a constraint",
        sql("ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX uq"),
        PG,
    ),
    Sample("add a foreign key", each('op.create_foreign_key("f", "t", "parent", ["b"], ["id"])')),
    Sample(
        "add a foreign key without looking at the rows",
        sql("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (c) REFERENCES parent (id) NOT VALID"),
        PG,
    ),
    Sample("drop a foreign key", 'op.drop_constraint("fk", "t", type_="foreignkey")', SERVERS),
    Sample("add a CHECK", each('op.create_check_constraint("k", "t", "c > 0")')),
    Sample("validate a constraint", sql("ALTER TABLE t VALIDATE CONSTRAINT later"), PG),
    Sample(
        "add and validate a constraint",
        sql(
            "ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0)"
            " NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT k"
        ),
        PG,
    ),
    Sample(
        "drop a CHECK",
        each(sql("ALTER TABLE t DROP CONSTRAINT ck"), mysql=sql("ALTER TABLE t DROP CHECK ck")),
    ),
    Sample("drop a constraint", sql("ALTER TABLE t DROP CONSTRAINT ck"), MY),
    Sample("add a NOT NULL constraint", sql("ALTER TABLE t ADD CONSTRAINT n NOT NULL a"), PG),
    Sample(
        "add a NOT NULL constraint without looking at the rows",
        sql("ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID"),
        PG,
    ),
    Sample("add an exclusion", sql("ALTER TABLE t ADD EXCLUDE (id WITH =)"), PG),
    Sample("rename a constraint", sql("ALTER TABLE t RENAME CONSTRAINT ck TO kc"), PG),
    Sample(
        "change a constraint",
        each(
            sql("ALTER TABLE t ALTER CHECK ck ENFORCED"),
            postgresql=sql("ALTER TABLE t ALTER CONSTRAINT fk DEFERRABLE"),
            mariadb="",
        ),
    ),
)
INDEX = (
    Sample(
        "create an index and demand a lock",
        sql("CREATE INDEX iy ON t (a) LOCK = SHARED"),
        MY,
    ),
    Sample("create an index", 'op.create_index("ix_a", "t", ["a"])'),
    Sample("create an index concurrently", sql("CREATE INDEX CONCURRENTLY ix_a ON t (a)"), PG),
    Sample(
        "create an index of an expression",
        each('op.create_index("ix_a", "t", [sa.text("(lower(a))")])', mariadb=""),
    ),
    Sample("create a full-text index", sql("CREATE FULLTEXT INDEX ft ON t (a)"), MY),
    Sample("add a full-text index", sql("ALTER TABLE t ADD FULLTEXT INDEX ft (a)"), MY),
    Sample(
        "add a spatial index",
        sql("ALTER TABLE t ADD SPATIAL INDEX sp (a)"),
        MY,
        "columns of positions are rare, and pt-online-schema-change does it",
    ),
    Sample("drop an index", 'op.drop_index("ix", table_name="t")'),
    Sample(
        "rename an index",
        each(
            sql("ALTER TABLE t RENAME INDEX ix TO xi"),
            postgresql=sql("ALTER INDEX ix RENAME TO xi"),
        ),
    ),
    Sample(
        "change an index",
        each(
            sql("ALTER TABLE t ALTER INDEX ix INVISIBLE"),
            postgresql=sql("ALTER INDEX ix SET (fillfactor = 70)"),
        ),
    ),
    Sample("build an index anew", {POSTGRESQL: sql("REINDEX INDEX ix"), SQLITE: sql("REINDEX ix")}),
)
ROWS = (
    Sample("insert a row", sql("INSERT INTO t (id) VALUES (1)")),
    Sample("update all rows", sql("UPDATE t SET b = 1")),
    Sample("delete all rows", sql("DELETE FROM t")),
    Sample("change all rows in batches", 'op.backfill("t", {"b": 1})', SERVERS),
)
OTHER = (
    Sample(
        "create a trigger",
        sql("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()"),
        PG,
    ),
    Sample(
        "create a trigger", sql("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @a = 1"), MY
    ),
    Sample(
        "create a trigger",
        sql("CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END"),
        (SQLITE,),
    ),
    Sample("turn a trigger off", sql("ALTER TABLE t DISABLE TRIGGER tr"), PG),
    Sample(
        "drop a trigger",
        each(
            sql("DROP TRIGGER tr"),
            postgresql=sql("DROP TRIGGER tr ON t"),
            sqlite=sql("DROP TRIGGER IF EXISTS tr"),
        ),
    ),
    Sample("create a view", sql("CREATE VIEW w AS SELECT 1 AS one")),
    Sample("drop a view", each(sql("DROP VIEW v"), sqlite=sql("DROP VIEW v"))),
    Sample("create a materialized view", sql("CREATE MATERIALIZED VIEW m AS SELECT 1 AS one"), PG),
    Sample("refresh a materialized view", sql("REFRESH MATERIALIZED VIEW m"), PG),
    Sample("drop a materialized view", sql("DROP MATERIALIZED VIEW m"), PG),
    Sample("create an enumeration", sql("CREATE TYPE e AS ENUM ('a')"), PG),
    Sample("drop a type", sql("DROP TYPE e"), PG),
    Sample("add a value to an enumeration", {POSTGRESQL: sql("ALTER TYPE e ADD VALUE 'b'")}),
    Sample("rename a value of an enumeration", sql("ALTER TYPE e RENAME VALUE 'a' TO 'b'"), PG),
    Sample("rename a type", sql("ALTER TYPE e RENAME TO f"), PG),
    Sample("change a domain", sql("ALTER DOMAIN d ADD CHECK (VALUE > 0)"), PG),
    Sample("change a sequence", sql("ALTER SEQUENCE s RESTART"), PG),
    Sample(
        "create something else",
        each(
            sql("CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1"),
            postgresql=sql("CREATE EXTENSION hstore"),
            sqlite=sql("CREATE VIRTUAL TABLE f USING fts5(a)"),
        ),
    ),
    Sample("change something else", sql("ALTER FUNCTION f COMMENT 'x'"), MY),
    Sample("change something else", sql("ALTER FUNCTION f() STABLE"), PG),
    Sample(
        "drop something else", each(sql("DROP FUNCTION f"), postgresql=sql("DROP FUNCTION f()"))
    ),
    Sample("grant a right", sql("GRANT SELECT ON t TO other"), SERVERS),
    Sample("what can't be read", sql("CALL something()"), SERVERS, _BEYOND),
)
_TWICE = "op.alter_column('t', '{}', type_=sa.BigInteger(), existing_type=sa.Integer())"
_ADD = 'op.add_column("{}", sa.Column("y", sa.Integer))'
TOGETHER = (
    Sample("change two large tables", "\n".join(map(_ADD.format, ("t", "parent"))), PG),
    Sample(
        "change a table and write to it", f"{_ADD.format('t')}\n{sql('UPDATE t SET y = 1')}", PG
    ),
    Sample("change a column's type twice", "\n".join(map(_TWICE.format, "bc")), MY),
    Sample(
        "add a column and drop a foreign key",
        f"{_ADD.format('t')}\nop.drop_constraint('fk', 't', type_='foreignkey')",
        PG,
    ),
)
CHAPTERS = (
    Chapter("Tables", TABLES),
    Chapter("Columns", COLUMN),
    Chapter("Constraints", CONSTRAINT),
    Chapter("Indexes", INDEX),
    Chapter("Rows", ROWS),
    Chapter("Other", OTHER),
    Chapter("Several in one revision", TOGETHER),
)
