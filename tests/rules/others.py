"""What other linters warn of, each as a script that is typical of it; see docs/other-linters.md."""

from __future__ import annotations

from collections.abc import Mapping

Script = tuple[str, str]
"""The dialect, and SQL or Python."""


def pg(*scripts: str) -> tuple[Script, ...]:
    return tuple(("postgresql", script) for script in scripts)


def my(*scripts: str) -> tuple[Script, ...]:
    return tuple(("mysql", script) for script in scripts)


def lite(*scripts: str) -> tuple[Script, ...]:
    return tuple(("sqlite", script) for script in scripts)


DROP_COLUMN = pg("ALTER TABLE users DROP COLUMN name", 'op.drop_column("users", "name")')
DROP_TABLE = pg("DROP TABLE users", 'op.drop_table("users")')
RENAME_COLUMN = pg("ALTER TABLE users RENAME COLUMN name TO title")
RENAME_TABLE = pg("ALTER TABLE users RENAME TO people", 'op.rename_table("users", "people")')
CHANGE_TYPE = pg(
    "ALTER TABLE users ALTER COLUMN age TYPE bigint",
    'op.alter_column("users", "age", type_=sa.BigInteger())',
)
MODIFY = my("ALTER TABLE users MODIFY age bigint")
SET_NOT_NULL = pg(
    "ALTER TABLE users ALTER COLUMN age SET NOT NULL",
    'op.alter_column("users", "age", nullable=False)',
)
REQUIRED = pg(
    "ALTER TABLE users ADD COLUMN c int NOT NULL",
    'op.add_column("users", sa.Column("c", sa.Integer, nullable=False))',
)
VOLATILE = pg(
    "ALTER TABLE users ADD COLUMN u uuid DEFAULT gen_random_uuid()",
    "ALTER TABLE users ADD COLUMN u timestamptz DEFAULT clock_timestamp()",
)
SERIAL = pg(
    "ALTER TABLE users ADD COLUMN n bigserial",
    "ALTER TABLE users ADD COLUMN n int GENERATED ALWAYS AS IDENTITY",
)
STORED = pg("ALTER TABLE users ADD COLUMN d int GENERATED ALWAYS AS (age + 1) STORED")
INDEX = pg("CREATE INDEX ix ON users (name)", 'op.create_index("ix", "users", ["name"])')
DROP_INDEX = pg("DROP INDEX ix_age", 'op.drop_index("ix_age", table_name="users")')
CONCURRENTLY = pg(
    "CREATE INDEX CONCURRENTLY ix ON users (name)",
    'op.create_index("ix", "users", ["name"], postgresql_concurrently=True)',
)
FOREIGN_KEY = pg(
    "ALTER TABLE users ADD FOREIGN KEY (team_id) REFERENCES teams (id)",
    'op.create_foreign_key("fk", "users", "teams", ["team_id"], ["id"])',
)
FOREIGN_KEY_COPIES = my("ALTER TABLE users ADD FOREIGN KEY (team_id) REFERENCES teams (id)")
CHECK = pg("ALTER TABLE users ADD CHECK (age > 1)")
UNIQUE = pg(
    "ALTER TABLE users ADD CONSTRAINT uq UNIQUE (mail)",
    'op.create_unique_constraint("uq", "users", ["mail"])',
)
PRIMARY_KEY = pg(
    "ALTER TABLE bare ADD PRIMARY KEY (id)", 'op.create_primary_key("pk", "bare", ["id"])'
)
VALIDATE = (
    "ALTER TABLE users ADD CONSTRAINT x {} NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT x"
)
REINDEX = pg("REINDEX INDEX ix_age", "REINDEX TABLE users")
MANY = ", ".join(f"'x{number}'" for number in range(300))

STRONG_MIGRATIONS = {
    "remove_column": DROP_COLUMN,
    "change_column": CHANGE_TYPE + MODIFY,
    "change_column_with_not_null": pg(
        "ALTER TABLE users ALTER name TYPE text, ALTER name SET NOT NULL"
    ),
    "change_column_constraint": pg("ALTER TABLE users ALTER COLUMN mail TYPE varchar(60)"),
    "rename_column": RENAME_COLUMN,
    "rename_table": RENAME_TABLE,
    "rename_schema": pg("ALTER SCHEMA app RENAME TO shop"),
    "rename_enum_value": pg("ALTER TYPE mood RENAME VALUE 'good' TO 'fine'"),
    "create_table": pg("DROP TABLE users; CREATE TABLE users (id bigint PRIMARY KEY)"),
    "add_column_auto_incrementing": SERIAL
    + my("ALTER TABLE users ADD COLUMN n bigint AUTO_INCREMENT UNIQUE"),
    "add_column_generated_stored": STORED
    + my("ALTER TABLE users ADD COLUMN d int AS (age + 1) STORED"),
    "add_column_default": VOLATILE,
    "add_column_default_callable": VOLATILE
    + my("ALTER TABLE users ADD COLUMN u varchar(36) DEFAULT (uuid())"),
    "add_column_json": pg(
        "ALTER TABLE users ADD COLUMN extra json",
        'op.add_column("users", sa.Column("extra", sa.JSON()))',
    ),
    "add_index": INDEX,
    "remove_index": DROP_INDEX,
    "add_reference": pg(
        'op.add_column("users", sa.Column("city_id", sa.Integer, sa.ForeignKey("teams.id")))',
        "ALTER TABLE users ADD COLUMN city_id int; CREATE INDEX ix ON users (city_id)",
    )
    + my('op.add_column("users", sa.Column("city_id", sa.Integer, sa.ForeignKey("teams.id")))'),
    "add_foreign_key": FOREIGN_KEY,
    "add_foreign_key_mysql": FOREIGN_KEY_COPIES,
    "validate_foreign_key": pg(VALIDATE.format("FOREIGN KEY (team_id) REFERENCES teams (id)")),
    "add_check_constraint": CHECK,
    "add_check_constraint_mysql": my("ALTER TABLE users ADD CHECK (age > 1)"),
    "validate_check_constraint": pg(VALIDATE.format("CHECK (age > 1)")),
    "add_unique_constraint": UNIQUE,
    "add_exclusion_constraint": pg("ALTER TABLE users ADD EXCLUDE USING gist (name WITH =)"),
    "change_column_null_postgresql": SET_NOT_NULL,
    "execute": pg("DO $$ BEGIN PERFORM 1; END $$"),
    "backfilling data": pg(
        "UPDATE users SET age = 1", "ALTER TABLE users ADD COLUMN c int; UPDATE users SET c = 1"
    )
    + my("UPDATE users SET age = 1"),
    "copy_algorithm": my(
        "CREATE INDEX ix ON users (name) ALGORITHM = COPY",
        "ALTER TABLE users ADD COLUMN c int, ALGORITHM=COPY",
    ),
    "lock_option": my(
        "CREATE INDEX ix ON users (name) LOCK = SHARED",
        "ALTER TABLE users ADD INDEX ix (name), LOCK=EXCLUSIVE",
    ),
}
SQUAWK = {
    "adding-field-with-default": VOLATILE,
    "adding-foreign-key-constraint": FOREIGN_KEY
    + pg("ALTER TABLE users ADD COLUMN c int DEFAULT 1 REFERENCES teams (id)"),
    "adding-not-nullable-field": SET_NOT_NULL,
    "adding-required-field": REQUIRED,
    "adding-serial-primary-key-field": PRIMARY_KEY
    + pg("ALTER TABLE bare ADD COLUMN key serial PRIMARY KEY"),
    "ban-alter-domain-with-add-constraint": pg("ALTER DOMAIN percent ADD CHECK (VALUE > 0)"),
    "ban-concurrent-index-creation-in-transaction": CONCURRENTLY,
    "ban-drop-column": DROP_COLUMN,
    "ban-drop-database": pg("DROP DATABASE shop"),
    "ban-drop-not-null": pg("ALTER TABLE users ALTER COLUMN city DROP NOT NULL"),
    "ban-drop-table": DROP_TABLE,
    "ban-truncate-cascade": pg("TRUNCATE users CASCADE"),
    "changing-column-type": CHANGE_TYPE,
    "constraint-missing-not-valid": CHECK + FOREIGN_KEY,
    "disallowed-unique-constraint": UNIQUE,
    "identifier-too-long": pg(f"ALTER TABLE users ADD COLUMN {'c' * 64} int"),
    "prefer-bigint-over-int": pg(
        "CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE t (id serial PRIMARY KEY)"
    ),
    "prefer-bigint-over-smallint": pg("CREATE TABLE t (id smallint PRIMARY KEY)"),
    "prefer-repack": pg("VACUUM FULL users", "CLUSTER users USING ix_age"),
    "renaming-column": RENAME_COLUMN,
    "renaming-table": RENAME_TABLE,
    "require-concurrent-index-creation": INDEX,
    "require-concurrent-index-deletion": DROP_INDEX,
    "require-concurrent-partition-detach": pg("ALTER TABLE logs DETACH PARTITION logs_1"),
    "require-concurrent-reindex": REINDEX,
    "unused-ignore": pg(
        'op.add_column("users", sa.Column("c", sa.Integer))  # godwit: assured column-dropped x'
    ),
}
ATLAS = {
    "DS101": pg("DROP SCHEMA app") + my("DROP DATABASE app"),
    "DS102": DROP_TABLE,
    "DS103": DROP_COLUMN,
    "MF103": REQUIRED,
    "BC101": RENAME_TABLE + my("RENAME TABLE users TO people"),
    "BC102": RENAME_COLUMN + my("ALTER TABLE users CHANGE name title varchar(20)"),
    "CD101": pg('op.drop_constraint("fk", "users", type_="foreignkey")')
    + my("ALTER TABLE users DROP FOREIGN KEY fk"),
    "PG101": INDEX,
    "PG102": DROP_INDEX,
    "PG103": CONCURRENTLY + pg("DROP INDEX CONCURRENTLY ix_age"),
    "PG104": PRIMARY_KEY,
    "PG105": UNIQUE,
    "PG301": CHANGE_TYPE,
    "PG302": VOLATILE,
    "PG303": SET_NOT_NULL,
    "PG304": PRIMARY_KEY,
    "PG305": CHECK,
    "a foreign key": FOREIGN_KEY + FOREIGN_KEY_COPIES,
    "LOGGED and UNLOGGED": pg("ALTER TABLE users SET UNLOGGED"),
    "a trigger": pg("CREATE TRIGGER tr BEFORE INSERT ON users EXECUTE FUNCTION noop()"),
    "a stored or identity column": STORED + SERIAL,
    "an access method": pg("ALTER TABLE users SET ACCESS METHOD columnar"),
    "a FULLTEXT or SPATIAL index": my(
        "ALTER TABLE users ADD FULLTEXT INDEX ft (name)",
        "ALTER TABLE users ADD SPATIAL INDEX sp (place)",
    ),
    "MY101": my("ALTER TABLE users ADD COLUMN c int NOT NULL"),
    "MY102": my(
        "ALTER TABLE users ADD COLUMN city_id int REFERENCES teams (id)",
        "CREATE TABLE pets (id bigint PRIMARY KEY, owner_id int REFERENCES users (id))",
    ),
    "MY110": my("ALTER TABLE moods MODIFY m ENUM('a')"),
    "MY111": my("ALTER TABLE moods MODIFY m ENUM('b', 'a')"),
    "MY112": my("ALTER TABLE moods MODIFY m ENUM('a', 'x', 'b')"),
    "MY113": my(f"ALTER TABLE moods MODIFY m ENUM('a', 'b', {MANY})"),
    "MY120": my("ALTER TABLE moods MODIFY s SET('a')"),
    "MY121": my("ALTER TABLE moods MODIFY s SET('b', 'a')"),
    "MY122": my("ALTER TABLE moods MODIFY s SET('a', 'x', 'b')"),
    "MY123": my("ALTER TABLE moods MODIFY s SET('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i')"),
}
DJANGO = {
    "NOT_NULL": REQUIRED,
    "DROP_COLUMN": DROP_COLUMN
    + lite('with op.batch_alter_table("users") as b:\n    b.drop_column("name")'),
    "DROP_TABLE": DROP_TABLE + lite('op.drop_table("users")'),
    "RENAME_COLUMN": RENAME_COLUMN,
    "RENAME_TABLE": RENAME_TABLE + lite('op.rename_table("users", "people")'),
    "ALTER_COLUMN": CHANGE_TYPE + MODIFY,
    "ADD_UNIQUE": UNIQUE,
    "CREATE_INDEX": INDEX,
    "CREATE_INDEX_EXCLUSIVE": pg(
        "ALTER TABLE users ADD COLUMN c int; CREATE INDEX ix ON users (c)",
        "ALTER TABLE users ADD COLUMN c int; CREATE INDEX CONCURRENTLY ix ON users (c)",
    ),
    "DROP_INDEX": DROP_INDEX,
    "REINDEX": REINDEX,
}
ALEMBIC_GUARD = {
    "AG001": REQUIRED,
    "AG002": INDEX,
    "AG003": CONCURRENTLY,
    "AG004": RENAME_COLUMN + RENAME_TABLE,
    "AG005": DROP_COLUMN + DROP_TABLE,
    "AG006": CHANGE_TYPE,
    "AG007": SET_NOT_NULL,
    "AG008": FOREIGN_KEY + CHECK,
    "AG009": VOLATILE,
    "AG010": UNIQUE + PRIMARY_KEY,
}
SCRIPTS: Mapping[str, Mapping[str, tuple[Script, ...]]] = {
    "strong_migrations": STRONG_MIGRATIONS,
    "squawk": SQUAWK,
    "Atlas": ATLAS,
    "django-migration-linter": DJANGO,
    "alembic-guard": ALEMBIC_GUARD,
}
"""By the heading of its table on the page, and the rule in it."""
