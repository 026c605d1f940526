"""Row policies and rules of PostgreSQL, which hold the columns that they read."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.diff.conftest import Evolution

pytestmark = pytest.mark.requires("schemas")

POLICY = "CREATE POLICY his_notes ON notes AS RESTRICTIVE FOR UPDATE USING (author = %s)"
RULE = "CREATE RULE keep AS ON DELETE TO notes DO INSTEAD NOTHING"
LOG = "CREATE RULE log AS ON UPDATE TO notes DO ALSO INSERT INTO logs (author) VALUES (old.author)"


def notes(db: SQLAlchemy, length: int = 20, logs: int = 20) -> None:
    for name, size in (("notes", length), ("logs", logs)):
        db.Table(
            name,
            sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
            sa.Column("author", sa.String(size)),
        )


def by_revision(evolution: Evolution, *statements: str) -> None:
    """Begin, with a second revision that makes something by SQL."""
    evolution.begin(notes)
    first = evolution.now.files[0].stem.partition("-")[2][:12]
    body = "; ".join(f"op.execute({statement!r})" for statement in statements)
    evolution.now.revision("own", first, body, downgrade="pass")
    evolution.now.ok("upgrade")


def made(evolution: Evolution) -> list[tuple[object, ...]]:
    """The policies and rules as they are, with what is said of them."""
    return evolution.rows(
        "SELECT polname, polcmd::text, polpermissive, pg_get_expr(polqual, polrelid),"
        " pg_get_expr(polwithcheck, polrelid), obj_description(oid, 'pg_policy') FROM pg_policy"
    ) + evolution.rows(
        "SELECT rulename, definition FROM pg_rules WHERE schemaname = 'public' ORDER BY 1"
    )


def test_made_again(evolution: Evolution) -> None:
    """What a revision made goes for the moment, and is the same afterwards, there and back."""
    comment = "COMMENT ON POLICY his_notes ON notes IS 'only own ones'"
    by_revision(evolution, POLICY % "current_user", comment, LOG, RULE)
    before = made(evolution)
    assert len(before) == 3
    answer = evolution.migrate(lambda db: notes(db, 40, 40))
    assert answer.exit_code == 0, answer.output
    assert "Proved: upgrade, downgrade, no further changes" in answer.output
    assert "keep" not in evolution.script
    evolution.now.ok("upgrade")
    assert len(made(evolution)) == 3
    assert "policy" not in evolution.now.ok("check").output
    evolution.now.ok("downgrade")
    assert made(evolution) == before


@pytest.mark.parametrize(
    ("statement", "logs", "words"),
    [
        (POLICY % "current_user", 20, "policy his_notes on notes depends on notes.author"),
        (
            POLICY % "(SELECT min(author) FROM logs)",
            40,
            "policy his_notes on notes depends on logs",
        ),
        (LOG, 40, "rule log on notes depends on"),
    ],
)
def test_by_hand(evolution: Evolution, statement: str, logs: int, words: str) -> None:
    """What nobody could make again stops the migration, and is named."""
    evolution.begin(notes, statement)
    answer = evolution.migrate(lambda db: notes(db, 20 if logs == 40 else 40, logs))
    assert answer.exit_code == 1
    assert words in answer.output
    assert "Drop it in a revision before this one, or" in answer.output


def test_out_of_the_way(evolution: Evolution) -> None:
    """One that reads other columns stays as it is, and goes with its table."""
    evolution.begin(notes, POLICY % "current_user", RULE)
    before = made(evolution)

    def after(db: SQLAlchemy) -> None:
        notes(db, logs=50)

    evolution.follow(after)
    assert made(evolution) == before
    assert "his_notes" not in evolution.script
    evolution.follow(lambda db: db.Table("logs", sa.Column("id", sa.Integer, primary_key=True)))
    assert made(evolution) == []
