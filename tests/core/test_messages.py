"""Messages and names that people really type: the file stays valid Python, its name portable."""

from __future__ import annotations

import ast
import re

import pytest
import sqlalchemy as sa

MESSAGES = [
    'say "hello"',
    'three """ quotes',
    "three ''' quotes",
    'ends with a quote"',
    "back\\slash",
    "ends with backslash\\",
    "C:\\new\\table\\x\\u1234\\N{DASH}",
    "two\nlines",
    "carriage\rreturn",
    "tab\there",
    "percent %s %(here)s %d 100%",
    "mako ${1/0} <% x %> ## no comment",
    "Übergröße für Ñandú",
    "日本語のメッセージ",
    "emoji 🎉🎉",
    "slash / and : colon * ? < > |",
    "../../etc/passwd",
    "CON",
    "   spaces   ",
    "x" * 500,
    "null \\0 byte",
    "-m",
    "{braces}",
    "trailing dot.",
]


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
@pytest.mark.parametrize("command", ["migrate", "revision"])
def test_message(shop, message, command):
    """A message never breaks the revision file, and comes back as it was typed."""
    made = shop()
    made.ok("init")
    made.ok(command, "--rev-id", "abc", f"--message={message}")
    (file,) = made.files
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    made.ok("upgrade")
    (found,) = made.ok("history", "--json").json
    assert (
        found["message"].split() == message.splitlines()[0].split()
        or found["message"].split() == message.split()
    )


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
def test_file_name(shop, message):
    """The file is in versions/, short, and its name is allowed on Windows."""
    made = shop()
    made.ok("init")
    made.ok("revision", "--rev-id", "abc", f"--message={message}")
    (file,) = made.files
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f%]', file.name)
    assert len(file.name) < 120
    assert not file.stem.endswith((" ", "."))


AWKWARD = ["order", "Größe", "two words", 'quo"te', "semi;colon", "per%cent", "日本", "${x}"]


@pytest.mark.parametrize("name", AWKWARD)
def test_table_and_column_names(shop, database, name):
    """Reserved and odd names of tables and columns migrate up and down, on every database."""

    def models(db):
        db.Table(
            name,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("select", sa.String(20)),
            sa.Column(name, sa.String(20), server_default="100%"),
        )

    made = shop(models, url=database.url)
    answer = made.ok("migrate")
    assert f"+ table {name}" in answer.stdout
    ast.parse(made.files[0].read_text(encoding="utf-8"))
    made.ok("upgrade")
    assert made.tables() == {name}
    assert made.ok("check").stdout == "No new upgrade operations detected.\n"
    made.ok("downgrade")
    assert made.tables() == set()


def test_no_message_for_many_changes(shop):
    """A hundred new tables have a short name: the first ones, and how many more."""

    def many(db):
        for number in range(100):
            db.Table(f"table_{number:03}", sa.Column("id", sa.Integer, primary_key=True))

    made = shop(many)
    found = made.ok("migrate", "--json").json
    assert found["message"] == "add table table_000, add table table_001 and 98 more"
    assert len(found["changes"]) == 100
    assert len(made.files[0].name) < 100


def test_long_table_names(shop):
    """Names of 60 letters make no file name of 200."""
    made = shop(
        lambda db: [
            db.Table(f"{'t' * 58}{n}", sa.Column("id", sa.Integer, primary_key=True)) for n in "ab"
        ]
    )
    made.ok("migrate")
    assert len(made.files[0].name) < 120


def test_empty_message(shop):
    """`-m ""` is as good as no message: the changes name the revision."""
    made = shop()
    assert made.ok("migrate", "-m", "", "--json").json["message"] == "add table user"


def test_two_in_one_minute(shop):
    """Two revisions in one minute with one message are two files."""
    made = shop()
    made.ok("init")
    made.ok("revision", "-m", "same")
    made.ok("revision", "-m", "same")
    assert len(made.files) == 2
