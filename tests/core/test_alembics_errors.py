"""What Alembic complains of reaches the user with what to type next."""

from __future__ import annotations

from pathlib import Path

import pytest

FUNCTIONS = "\ndef upgrade(): pass\ndef downgrade(): pass\n"

# file's text -> what is said, where, what to do
FILES = {
    "duplicate": ("revision='b'\ndown_revision='a'", "Two files have the revision 'b'", "Delete"),
    "no parent": ("revision='x'\ndown_revision='gone'", "'gone', which", "Bring the file back"),
    "no dependency": (
        "revision='x'\ndown_revision='c'\ndepends_on='gone'",
        "'gone', which",
        "correct `depends_on`",
    ),
    "no down_revision": ("revision='x'", "it has no `down_revision`", "Correct the file"),
    "empty": ("", "it has no `revision`", "move it out of the folder"),
    "number": ("revision=7\ndown_revision='c'", "can't be read as a revision", "both strings"),
    "sign": ("revision='x-y'\ndown_revision='c'", "'x-y' has a character", "Use letters"),
    "base": ("revision='base'\ndown_revision='c'", "has the revision 'base'", "another identifier"),
    "loop": ("revision='x'\ndown_revision='x'", "Self-loop", "Correct `down_revision`"),
    "syntax": ("revision='x'\ndef broken(:", ":2 can't be imported: SyntaxError", "Correct"),
}

TWO_FILES = {
    "cycle": ("down_revision='y'", "down_revision='x'", "Cycle", "Correct `down_revision`"),
    "dependencies": (
        "down_revision=None\ndepends_on='y'",
        "down_revision=None\ndepends_on='x'",
        "Dependency cycle",
        "Correct `depends_on`",
    ),
    "label": (
        "down_revision=None\nbranch_labels=('shop',)",
        "down_revision=None\nbranch_labels=('shop',)",
        "Two revisions have the branch label 'shop'",
        "Take it out of `branch_labels`",
    ),
}

# Of a history a -> b -> c, whose database is at c.
TYPED = {
    ("upgrade", ""): ("the name is empty", "flask db history"),
    ("upgrade", "c+1"): ("counts further", "flask db history"),
    ("upgrade", "c:b"): ("only --sql takes", "Name one revision: b"),
    ("downgrade", "b:c"): ("only --sql takes", "Name one revision: c"),
    ("upgrade", "nosuch@head"): ("'nosuch'", "flask db history"),
    ("downgrade", "-99"): ("not that many revisions", "flask db current"),
    ("upgrade", "c:b", "--sql"): ("no way up from c to b", "flask db downgrade c:b --sql"),
    ("upgrade", "c:base", "--sql"): ("no way up from c to base", "OLDER:NEWER"),
    ("history", "-r", "c:a"): ("no way from c to a", "OLDER:NEWER"),
    ("lint", "c:a"): ("no way from c to a", "OLDER:NEWER"),
    ("merge", "a", "c"): ("a is not a head", "--splice"),
    ("revision", "--head", "b", "-m", "x"): ("b is not a head", "--splice"),
    ("revision", "--head", "c", "--depends-on", "nix"): ("'nix'", "flask db history"),
    ("revision", "--head", "c", "--rev-id", "b"): ("'b' exists already", "flask db show b"),
    ("revision", "--head", "c", "--rev-id", "x@y"): ("'x@y' has a character", "Use letters"),
    ("revision", "--rev-id", "x/y"): ("'x/y' has a character", "Use letters"),
    ("revision", "--rev-id", "heads"): ("'heads' has a meaning already", "another one"),
    ("revision", "--branch-label", "b"): (
        "revision or branch label 'b' already",
        "flask db show b",
    ),
    ("merge", "--splice", "--rev-id", "c", "a", "b"): ("'c' exists already", "flask db show c"),
    ("revision", "--head", "c", "--version-path", "nix"): (
        "nix is none of the folders",
        "GODWIT_VERSION_LOCATIONS",
    ),
}


@pytest.fixture
def line(shop):
    """Three revisions, one after the other: a, b, c."""
    made = shop()
    for name, down in (("a", None), ("b", "a"), ("c", "b")):
        made.revision(name, down)
    return made


def explained(answer, said: str, hint: str) -> None:
    """The command failed, said what, and what to do, and showed no stack."""
    assert answer.exit_code == 1, answer.output
    message, arrow, advice = answer.stderr.partition("-> ")
    assert message.startswith("Error: ")
    assert said in message
    assert arrow
    assert hint in advice
    assert "Traceback" not in answer.stderr
    assert "Warning" not in answer.stderr


@pytest.mark.parametrize("case", FILES)
def test_a_file(line, case):
    """A file that spoils the history is named, whatever is the matter with it."""
    text, said, hint = FILES[case]
    (line.versions / "spoilt.py").write_text(text + FUNCTIONS)
    for command in ("heads", "upgrade"):
        answer = line.run(command)
        explained(answer, said, hint)
        assert case == "loop" or "spoilt.py" in answer.stderr


def test_a_copy(line):
    """A second file with the same text stands in nobody's way."""
    for name in "bc":
        (line.versions / f"{name} (copy).py").write_text((line.versions / f"{name}.py").read_text())
    assert "3 applied" in line.ok("upgrade").stdout


@pytest.mark.parametrize("case", TWO_FILES)
def test_two_files(shop, case):
    """Two files that contradict each other are both named by their revisions."""
    one, other, said, hint = TWO_FILES[case]
    made = shop()
    made.versions.mkdir(parents=True)
    for name, text in (("x", one), ("y", other)):
        Path(made.versions, f"{name}.py").write_text(f"revision={name!r}\n{text}{FUNCTIONS}")
    explained(made.run("heads"), said, hint)


def test_typed(line):
    """A revision that can't be meant is answered with what can be typed in its place."""
    line.ok("upgrade")
    for arguments, (said, hint) in TYPED.items():
        explained(line.run(*arguments), said, hint)
    assert len(line.files) == 3, "one was written"


def test_minus_one_of_several(shop):
    """Of several heads `-1` takes the first, as ever, and says which, and how to name another."""
    made = shop()
    for name in "ab":
        made.revision(name, None)
    made.ok("upgrade", "heads")
    answer = made.ok("downgrade", "-1")
    assert answer.stderr.count("could mean any of the revisions") == 1
    assert "flask db downgrade REVISION" in answer.stderr
    assert "UserWarning" not in answer.stderr
    assert "1 reverted" in answer.stdout


def test_one_row_too_many(line):
    """A version table with a revision and one that it follows says how to put it right."""
    line.ok("upgrade")
    line.execute("INSERT INTO alembic_version VALUES ('a')")
    line.revision("d", "c")
    explained(line.run("upgrade"), "one of them includes the other", "flask db stamp --purge")
