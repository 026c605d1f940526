"""`flask db lint`: the same rules, without a database."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import flask_godwit
from tests.core.apps import Shop

USERS = """
    op.create_table("users", sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("name", sa.String(20)), sa.Column("age", sa.Integer))
"""
INDEX = 'op.create_index("ix_age", "users", ["age"])'
# Nobody listens there: whoever asks the database fails.
URLS = {
    "sqlite": "",
    "postgresql": "postgresql+psycopg2://nobody@127.0.0.1:1/none",
    "mysql": "mysql+mysqldb://nobody@127.0.0.1:1/none",
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Scripts are judged as they stand."""
    shop = Shop(tmp_path, url=URLS["postgresql"], config={"GODWIT_ONLINE": False})
    shop.revision("r1", None, USERS)
    yield shop
    shop.close()


@pytest.mark.parametrize("dialect", URLS)
def test_no_database_is_needed(tmp_path: Path, dialect: str) -> None:
    """Also on SQLite, where a change of a table depends on what it is."""
    shop = Shop(tmp_path, url=URLS[dialect] or f"sqlite:///{tmp_path}/none.db")
    shop.revision("r1", None, USERS)
    shop.revision(
        "r2",
        "r1",
        """
        with op.batch_alter_table("users") as batch:
            batch.drop_column("name")
            batch.create_unique_constraint("uq", ["age"])
        """,
    )
    with shop.context():
        found = flask_godwit.lint()
    assert found.revisions == ("r1", "r2")
    assert "column-dropped" in {finding.rule for finding in found.errors}
    assert not (tmp_path / "none.db").exists()
    shop.close()


def test_exit_code_and_text(shop: Shop) -> None:
    """An error is exit code 1, with the line and what to write instead."""
    assert shop.run("lint").exit_code == 0
    shop.revision("r2", "r1", INDEX)
    answer = shop.run("lint")
    assert answer.exit_code == 1
    assert "r2.py:8" in answer.stdout
    assert "error index-blocks-writes" in answer.stdout
    assert "postgresql_concurrently=True" in answer.stdout
    assert "2 revisions: 1 hazard (1 error), 0 waived." in answer.stdout


def test_range(shop: Shop) -> None:
    """START:END, without START."""
    shop.revision("r2", "r1", INDEX)
    shop.revision("r3", "r2", 'op.drop_table("users")')
    assert shop.run("lint", "r2:r3", "--format", "json").json["revisions"] == ["r3"]
    assert shop.run("lint", "r2", "--format", "json").json["revisions"] == ["r1", "r2"]


def test_json_sarif_github(shop: Shop) -> None:
    """Formats for machines; the advice is part of each."""
    shop.revision("r2", "r1", INDEX)
    (finding,) = shop.run("lint", "--format", "json").json["findings"]
    assert (finding["rule"], finding["line"]) == ("index-blocks-writes", 8)
    (run,) = shop.run("lint", "--format", "sarif").json["runs"]
    (result,) = run["results"]
    assert result["level"] == "error"
    assert result["ruleId"] in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    annotation = shop.run("lint", "--format", "github").stdout
    assert annotation.startswith("::error file=")
    assert ",line=8,title=index-blocks-writes::Nobody can write to users" in annotation
    assert "%0A" in annotation


def test_what_reads_the_database(shop: Shop) -> None:
    """What follows a question is not judged, and that is said with its line."""
    shop.revision("r2", "r1", 'op.get_bind().execute(sa.text("SELECT 1")).all()')
    (finding,) = shop.run("lint", "--format", "json").json["findings"]
    assert finding["rule"] == "statement-not-understood"
    assert "it reads the database" in finding["what"]
    assert finding["line"] == 8


def test_a_comment_waives(shop: Shop) -> None:
    """On the line, before it, or inside of a statement of several lines; with a reason."""
    shop.revision(
        "r2",
        "r1",
        """
        op.create_index("a", "users", ["age"])  # godwit: assured index-blocks-writes at night
        # godwit: assured index-blocks-writes at night
        op.create_index("b", "users", ["age"])
        op.create_index(
            "c",  # godwit: assured index-blocks-writes at night
            "users",
            ["age"],
        )
        """,
    )
    found = shop.ok("lint", "--format", "json").json["findings"]
    assert [finding["waived"] for finding in found] == ["at night"] * 3


def test_a_block_waives(shop: Shop) -> None:
    """`with assured()`: everything in the block, with a reason."""
    body = f"with assured('at night'):\n    {INDEX}"
    shop.revision("r2", "r1", body, top="from flask_godwit import assured")
    (finding,) = shop.ok("lint", "--format", "json").json["findings"]
    assert finding["waived"] == "at night"


def test_a_waiver_ends(shop: Shop) -> None:
    """After its date it waives nothing, and says so."""
    shop.revision("r2", "r1", f"{INDEX}  # godwit: assured index-blocks-writes x until 2020-01-01")
    found = shop.run("lint", "--format", "json").json["findings"]
    assert {finding["rule"] for finding in found} == {"index-blocks-writes", "stale-waiver"}
    shop.revision("r2", "r1", f"{INDEX}  # godwit: assured index-blocks-writes x until 2999-01-01")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("pass\nop.execute('SELECT 1')  # godwit: assured index-blocks-writes x", "finds nothing"),
        ("op.execute('SELECT 1')  # godwit: assured nonsense x", "There is no rule"),
        ("with assured('why'):\n    op.execute('SELECT 1')", "concerns no hazard"),
    ],
)
def test_a_waiver_for_nothing(shop: Shop, body: str, words: str) -> None:
    """One that waives nothing is reported."""
    shop.revision("r2", "r1", body, top="from flask_godwit import assured")
    (finding,) = shop.run("lint", "--format", "json").json["findings"]
    assert finding["rule"] == "stale-waiver"
    assert words in finding["what"]


def test_assured_needs_a_reason() -> None:
    """Without one it is refused."""
    with pytest.raises(ValueError, match="needs a reason"), flask_godwit.assured(" "):
        pass


def test_since(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what git has not seen at a revision; tables that are new there are no hazard.

    Without a word, since the remote's main branch, or the one that a pull request is made for.
    """
    for name in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", "-C", str(shop.root), *identity, *arguments], check=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    shop.revision("r2", "r1", INDEX)
    shop.revision("r3", "r2", USERS.replace("users", "posts"))
    shop.revision("r4", "r3", INDEX.replace("users", "posts"))
    found = shop.run("lint", "--since", "HEAD", "--format", "json").json
    assert found["revisions"] == ["r2", "r3", "r4"]
    assert [finding["file"][-5:] for finding in found["findings"]] == ["r2.py"]
    assert " since origin" not in shop.run("lint").stdout
    git("update-ref", "refs/remotes/origin/trunk", "HEAD")
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert "3 revisions since origin/trunk: 1 hazard" in shop.run("lint").stdout
    assert "4 revisions: " in shop.run("lint", "--all").stdout
    git("add", ".")
    git("commit", "-qm", "second")
    git("update-ref", "refs/remotes/origin/release", "HEAD")
    monkeypatch.setenv("GITHUB_BASE_REF", "release")
    assert "0 revisions since origin/release: 0 hazards" in shop.ok("lint").stdout
    answer = shop.run("lint", "--since", "nowhere")
    assert answer.exit_code == 1
    assert "nowhere" in answer.stderr


def test_an_env_py_is_not_executed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would connect; that of Flask-Migrate for several databases writes files."""
    monkeypatch.chdir(shop.root)
    (shop.root / "migrations" / "env.py").write_text("raise RuntimeError")
    assert "1 revision: 0 hazards" in shop.ok("lint").stdout


def test_databases_of_different_kinds(tmp_path: Path) -> None:
    """Each bind is judged as what it is."""
    binds = {"other": f"sqlite:///{tmp_path}/other.db"}
    config = {"GODWIT_ONLINE": False}
    shop = Shop(tmp_path, url=URLS["postgresql"], binds=binds, config=config)
    parts = """
def upgrade_():
    op.create_index("ix", "elsewhere", ["a"])
def upgrade_other():
    op.create_table("o", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Text))
    op.rename_table("o", "p")
"""
    body = 'globals()["upgrade_" + engine_name]()'
    path = shop.revision("r1", None, body, top=parts)
    path.write_text(path.read_text().replace("def upgrade():", "def upgrade(engine_name):"))
    found = shop.run("lint", "--format", "json").json
    assert [finding["rule"] for finding in found["findings"]] == ["index-blocks-writes"]
    shop.close()


def test_the_hook_is_a_command_of_ours(shop: Shop) -> None:
    """What `.pre-commit-hooks.yaml` has people run before each commit."""
    hooks = (Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text()
    (entry,) = (line for line in hooks.splitlines() if line.strip().startswith("entry:"))
    git = ("git", "-C", str(shop.root), "-c", "user.name=a", "-c", "user.email=a@b.c")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], check=True)
    shop.revision("r2", "r1", INDEX)
    program, group, *words = entry.partition(":")[2].split()
    assert (program, group) == ("flask", "db")
    answer = shop.run(*words)
    assert (answer.exit_code, "index-blocks-writes" in answer.stdout) == (1, True)
