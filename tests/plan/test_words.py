"""The words of a statement: those of plain ones are sqlglot's, without it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flask_godwit.sql.read import read
from flask_godwit.sql.server_words import words_of_server
from flask_godwit.sql.words import plain_words, words_of

DIALECTS = ("postgresql", "mysql", "mariadb")
PLAIN = (
    "ALTER TABLE users ADD COLUMN age INTEGER DEFAULT '3' NOT NULL",
    'CREATE UNIQUE INDEX "Ix 1" ON shop.users (name, "Last Name")',
    "ALTER TABLE t ADD CONSTRAINT c CHECK (a >= 0.5 AND b <> 'x;y')",
    "DROP TABLE a; RENAME TABLE b TO c",
    "UPDATE users SET name = '' WHERE id=7\n",
)
WORDS = "ALTER TABLE RENAME SET COMMENT t1 a.b 7 7.5 7e3 .5 7a é @x :name $1 %s N _utf8mb4 \n \t"
SIGNS = "( ) , ; = <= <> <=> != > < :: ->> -- /* */ # * + . { ? \\ '' $$"
QUOTED = ("'it'", "'a''b'", "'x;'", "'\\'", '"a b"', '"a"."b"', "`t`", "E'x'", "x'00'", "$$a$$")
PIECES = st.sampled_from((*WORDS.split(" "), *SIGNS.split(" "), *QUOTED))


@pytest.mark.parametrize("sql", PLAIN)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_plain_ones(sql: str, dialect: str) -> None:
    """What Alembic writes is plain, and has the same words as sqlglot finds."""
    words = plain_words(sql)
    assert words
    assert words == words_of_server(sql, dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a machine may be busy
@given(pieces=st.lists(PIECES, min_size=1, max_size=6), space=st.sampled_from((" ", "")))
def test_same_words(pieces: list[str], space: str, dialect: str) -> None:
    """Of a text that can be read without sqlglot, and is read so, it makes the same words."""
    sql = "SELECT " + space.join(pieces)
    assert words_of(sql, dialect) == words_of_server(sql, dialect)


def test_without_sqlglot() -> None:
    """It is not loaded for them: that is a seventh of what a small command takes."""
    code = (
        "import sys; from flask_godwit.sql.read import read;"
        f"[read(sql, 'mysql') for sql in {PLAIN!r}]; sys.exit('sqlglot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


FILLS = {
    "SET a = 'it''s' WHERE a IS NULL": True,
    "SET a = 'x'::mood, b = b WHERE a IS NULL": True,
    "SET a = CAST('1.50' AS NUMERIC(5, 2)) WHERE a IS NULL": True,
    "SET a = -1": False,
    "SET a = b WHERE a IS NULL": False,
    "SET a = NULL WHERE a IS NULL": False,
    "SET a = 1 WHERE a IS NOT NULL": False,
    "SET a = 1 WHERE a IS NULL AND b > 0": False,
    "SET a = 1 WHERE b IS NULL": False,
}


@pytest.mark.parametrize("text", FILLS)
def test_an_update_that_fills(text: str) -> None:
    """Only one after which no NULL can be left."""
    (action,) = read(f'UPDATE "t" {text}', "postgresql")
    assert (action.kind, action.table) == ("update", "t")
    assert action.columns == (("a",) if FILLS[text] else ())
