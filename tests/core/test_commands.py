"""Every command of `flask db`: what it says, what its JSON holds, how it exits."""

from __future__ import annotations

import re

import pytest

from .apps import Shop, one, users_and_posts

COMMANDS = [
    "backfill",
    "branches",
    "check",
    "create",
    "current",
    "downgrade",
    "drop",
    "edit",
    "ensure-version",
    "heads",
    "history",
    "init",
    "lint",
    "list-templates",
    "log",
    "merge",
    "migrate",
    "plan",
    "prove",
    "resolve",
    "revision",
    "show",
    "stamp",
    "status",
    "upgrade",
]

INFO = {
    "revision",
    "down_revisions",
    "depends_on",
    "branch_labels",
    "message",
    "path",
    "is_head",
    "is_base",
    "is_branch_point",
    "is_merge_point",
    "is_current",
    "summary",
    "log_entry",
}


@pytest.fixture
def fresh(shop) -> Shop:
    """An application that was never migrated."""
    return shop()


@pytest.fixture
def line(shop) -> Shop:
    """A history of three revisions in a row: a, b, c, the database at the last one."""
    made = shop()
    create = "op.create_table('user', sa.Column('id', sa.Integer))"
    made.revision("a", None, create, downgrade="op.drop_table('user')")
    for name, down, column in (("b", "a", "name"), ("c", "b", "age")):
        add = f"op.add_column('user', sa.Column('{column}', sa.Integer))"
        made.revision(name, down, add, downgrade=f"op.drop_column('user', '{column}')")
    made.ok("upgrade")
    return made


@pytest.fixture
def fork(shop) -> Shop:
    """A history with a branch point and two heads; the database is at the branch point."""
    made = shop()
    made.revision("root", None)
    made.revision("left", "root")
    made.revision("right", "root")
    made.ok("stamp", "root")
    return made


class TestInit:
    def test_makes_versions_and_nothing_else(self, fresh, tmp_path):
        """`init` makes migrations/versions/ and copies no file."""
        answer = fresh.ok("init")
        assert answer.stdout.splitlines()[0] == "Made migrations/versions"
        assert "Next: flask db migrate" in answer.stdout
        made = list((tmp_path / "migrations").rglob("*"))
        assert made == [tmp_path / "migrations" / "versions"]

    def test_json(self, fresh, tmp_path):
        """`init --json` names the folder and what was made in it."""
        folder = tmp_path / "migrations"
        assert fresh.ok("init", "--json").json == {
            "directory": str(folder),
            "paths": [str(folder / "versions")],
        }

    def test_refuses_a_full_folder(self, fresh, tmp_path):
        """A folder with something in it is not touched; exit code 1."""
        (tmp_path / "migrations").mkdir()
        (tmp_path / "migrations" / "precious").touch()
        answer = fresh.run("init")
        assert answer.exit_code == 1
        assert "already exists and is not empty" in answer.stderr
        assert answer.stdout == ""

    def test_accepts_an_empty_folder(self, fresh, tmp_path):
        """An empty folder is as good as none."""
        (tmp_path / "migrations").mkdir()
        fresh.ok("init")
        assert (tmp_path / "migrations" / "versions").is_dir()

    def test_refuses_a_file(self, fresh, tmp_path):
        """A file where the folder should be is an error, not a traceback."""
        (tmp_path / "migrations").touch()
        answer = fresh.run("init")
        assert answer.exit_code == 1
        assert answer.stderr.startswith("Error: ")

    def test_env(self, fresh, tmp_path):
        """`init --env` writes an env.py of three lines that runs the migrations."""
        fresh.ok("init", "--env")
        lines = (tmp_path / "migrations" / "env.py").read_text().splitlines()
        assert len([line for line in lines if line.strip()]) == 3
        fresh.ok("migrate")
        fresh.ok("upgrade")
        assert fresh.tables() == {"user"}

    def test_package(self, fresh, tmp_path):
        """`init --package` makes the folder importable."""
        fresh.ok("init", "--package")
        assert (tmp_path / "migrations" / "__init__.py").is_file()
        assert (tmp_path / "migrations" / "versions" / "__init__.py").is_file()

    @pytest.mark.parametrize("name", ["flask", "flask-multidb", "env"])
    def test_named_template(self, fresh, name):
        """Every name that `list-templates` gives is accepted by `init -t`."""
        assert name in fresh.ok("list-templates").stdout
        fresh.ok("init", "-t", name)

    def test_unknown_template(self, fresh, tmp_path):
        """An unknown template is an error and makes nothing."""
        answer = fresh.run("init", "-t", "flsk")
        assert answer.exit_code == 1
        assert "'flsk'" in answer.stderr
        assert not (tmp_path / "migrations").exists()

    def test_multidb_is_accepted(self, fresh):
        """`--multidb` of Flask-Migrate is no error."""
        fresh.ok("init", "--multidb")

    def test_list_templates_json(self, fresh):
        """The templates as name and synopsis."""
        found = fresh.ok("list-templates", "--json").json
        assert {"name", "synopsis"} == set(found[0])
        assert "flask" in [template["name"] for template in found]


class TestMigrate:
    def test_makes_the_folder_and_tells_the_changes(self, fresh, tmp_path):
        """The first `migrate` needs no `init`, prints the changes in words and the file."""
        fresh.app.config["GODWIT_PROVE"] = True
        lines = fresh.ok("migrate").stdout.splitlines()
        assert lines[0] == "+ table user"
        assert re.fullmatch(
            r"Wrote migrations/versions/\d{4}_\d\d_\d\d_\d{4}-[0-9a-f]{12}_add_table_user\.py",
            lines[1],
        )
        assert lines[2] == "Proved: upgrade, downgrade, no further changes"
        assert lines[3] == "Next: read it, then flask db upgrade"
        assert (tmp_path / lines[1].removeprefix("Wrote ")).is_file()

    def test_no_log_noise(self, fresh):
        """Nothing is logged or warned: stderr is empty."""
        assert fresh.ok("migrate").stderr == ""

    def test_message(self, fresh):
        """`-m` is the message and the file's name."""
        fresh.ok("migrate", "-m", "Initial migration", "--rev-id", "abc")
        assert fresh.files[0].name.endswith("-abc_initial_migration.py")
        assert fresh.files[0].read_text().startswith('"""Initial migration\n')

    def test_no_changes(self, fresh):
        """Nothing to write: exit code 0, said in Flask-Migrate's words, no file."""
        fresh.ok("migrate")
        fresh.ok("upgrade")
        assert fresh.ok("migrate").stdout == "No changes in schema detected.\n"
        assert len(fresh.files) == 1

    def test_json(self, fresh):
        """`--json`: revision, path, message, and each change with sign, text, bind, warning."""
        found = fresh.ok("migrate", "--json").json
        told = {"findings", "notes", "unmanaged", "proof"}
        assert set(found) == {"revision", "path", "message", "changes", *told}
        assert found["path"] == str(fresh.files[0])
        assert found["message"] == "add table user"
        assert found["changes"] == [{"sign": "+", "text": "table user", "bind": "", "warning": ""}]

    def test_json_without_changes(self, fresh):
        """`--json` of nothing is `null`."""
        fresh.ok("migrate")
        fresh.ok("upgrade")
        assert fresh.ok("migrate", "--json").json is None

    def test_quiet(self, fresh):
        """`-q` prints the result (what changed, where it is written) without advice."""
        assert "Next" not in fresh.ok("migrate", "-q").stdout

    def test_sql_makes_no_sense(self, fresh):
        """`migrate --sql` is refused, as by Alembic."""
        assert fresh.run("migrate", "--sql").exit_code == 1

    def test_autogenerate_of_revision(self, fresh):
        """`revision --autogenerate` is `migrate`."""
        assert "+ table user" in fresh.ok("revision", "--autogenerate").stdout

    def test_warns_of_lost_values(self, shop):
        """A dropped column is warned of on stderr, beside the change on stdout."""
        first = shop(users_and_posts)
        first.ok("migrate")
        first.ok("upgrade")

        def without_title(db):
            import sqlalchemy as sa

            db.Table(
                "user",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.String(80)),
            )
            db.Table(
                "post",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("author_id", sa.ForeignKey("user.id", name="post_author")),
            )

        answer = shop(without_title).ok("migrate")
        assert "- column post.title" in answer.stdout
        assert "Warning: - column post.title: its values are lost" in answer.stderr


class TestRevision:
    def test_empty(self, fresh):
        """`revision -m` writes an empty script."""
        fresh.ok("init")
        fresh.ok("revision", "-m", "by hand")
        assert "    pass\n" in fresh.files[0].read_text()

    def test_without_folder(self, fresh):
        """`revision` makes no folder: it says how to."""
        answer = fresh.run("revision", "-m", "x")
        assert answer.exit_code == 1
        assert "no migrations folder" in answer.stderr
        assert "-> flask db init" in answer.stderr

    def test_depends_on(self, fork):
        """`--depends-on` writes the dependency that Flask-Migrate can't express."""
        fork.ok("revision", "--head", "left", "--depends-on", "right", "--rev-id", "dep")
        written = next(file for file in fork.files if "-dep" in file.name)
        assert "depends_on = 'right'" in written.read_text().replace('"', "'")
        found = {item["revision"]: item for item in fork.ok("history", "--json").json}
        assert found["dep"]["depends_on"] == ["right"]

    def test_depends_on_several(self, line):
        """`--depends-on` may be given several times."""
        line.ok(
            "revision", "--head", "base", "--depends-on", "b", "--depends-on", "c", "--rev-id", "z"
        )
        found = {item["revision"]: item for item in line.ok("history", "--json").json}
        assert sorted(found["z"]["depends_on"]) == ["b", "c"]

    def test_splice_head_branch_label(self, line):
        """`--head`, `--splice` and `--branch-label` do as in Alembic."""
        refused = line.run("revision", "--head", "a", "-m", "fork")
        assert refused.exit_code == 1
        assert "splice" in refused.stderr
        line.ok("revision", "--head", "a", "--splice", "--branch-label", "side", "--rev-id", "s")
        found = {item["revision"]: item for item in line.ok("heads", "--json").json}
        assert found["s"]["branch_labels"] == ["side"]

    def test_json(self, line):
        """The script as JSON, an empty one without changes."""
        found = line.ok("revision", "-m", "x", "--rev-id", "d", "--json").json
        assert found["revision"] == "d"
        assert found["changes"] == []

    def test_existing_rev_id(self, line):
        """A revision identifier that is taken is an error, and no file is overwritten."""
        before = [file.read_text() for file in line.files]
        answer = line.run("revision", "-m", "x", "--rev-id", "a")
        assert answer.exit_code == 1
        assert "'a'" in answer.stderr or " a " in answer.stderr
        assert [file.read_text() for file in line.files] == before


class TestUpgradeAndDowngrade:
    def test_one_line_a_revision_and_an_end(self, line):
        """`upgrade` names each revision with its message and ends with what it did."""
        line.ok("downgrade", "base")
        lines = line.ok("upgrade").stdout.splitlines()
        assert lines[:3] == [f"upgrade {name}, the message of {name}" for name in "abc"]
        assert re.fullmatch(r"3 applied in \d+\.\d\d s, the database is at c \(head\)\.", lines[3])

    def test_nothing_to_do(self, line):
        """A second `upgrade` says where the database is."""
        assert line.ok("upgrade").stdout == "Nothing to do: the database is at c (head).\n"

    def test_partial(self, line):
        """A database that is not at the newest revision is not called head."""
        line.ok("downgrade", "base")
        assert line.ok("upgrade", "+1").stdout.endswith("the database is at a.\n")

    def test_downgrade_to_base(self, line):
        """`downgrade base` reverts all, and names the place."""
        last = line.ok("downgrade", "base").stdout.splitlines()[-1]
        assert re.fullmatch(r"3 reverted in .* s, the database is at base\.", last)
        assert line.tables() == set()

    def test_quiet(self, line):
        """`-q` is silent when all went well."""
        assert line.ok("downgrade", "-q").output == ""
        assert line.ok("upgrade", "-q").output == ""

    def test_json(self, line):
        """`--json`: per database the revisions before and after, and each step."""
        line.ok("downgrade", "a")
        found = line.ok("upgrade", "--json").json
        assert set(found) == {"targets", "sql", "offline", "backups"}
        (target,) = found["targets"]
        assert set(target) == {"bind", "database", "before", "after", "steps", "at_head"}
        assert (target["before"], target["after"], target["at_head"]) == (["a"], ["c"], True)
        assert [step["revision"] for step in target["steps"]] == ["b", "c"]
        assert set(target["steps"][0]) == {
            "bind",
            "revision",
            "message",
            "direction",
            "path",
            "seconds",
        }
        assert target["steps"][0]["seconds"] > 0

    def test_sql(self, line):
        """`--sql` prints the statements and runs none."""
        line.ok("downgrade", "base")
        script = line.ok("upgrade", "--sql").stdout
        assert "CREATE TABLE user" in script
        assert "INSERT INTO alembic_version" in script
        assert line.tables() == set()

    def test_sql_range(self, line):
        """`upgrade a:b --sql` is the SQL of what lies between."""
        script = line.ok("upgrade", "a:b", "--sql").stdout
        assert "ADD COLUMN name" in script
        assert "age" not in script

    def test_downgrade_sql_needs_a_start(self, line):
        """`downgrade --sql a` can't know where it starts; the hint has the form to type."""
        answer = line.run("downgrade", "--sql", "a")
        assert answer.exit_code == 1
        assert "flask db downgrade --sql FROM:a" in answer.stderr

    def test_range_without_sql(self, line):
        """A range is for `--sql` only."""
        answer = line.run("upgrade", "a:b")
        assert answer.exit_code == 1
        assert "only --sql takes" in answer.stderr

    def test_verbose_logs_statements_on_stderr(self, line):
        """`-v` logs what Alembic does and every statement, on stderr only."""
        line.ok("downgrade", "b")
        answer = line.ok("upgrade", "-v")
        assert "Running upgrade b -> c" in answer.stderr
        assert "ALTER TABLE user ADD COLUMN age" in answer.stderr
        assert "ALTER TABLE" not in answer.stdout

    def test_verbose_leaves_logging_as_it_was(self, line):
        """After a command with `-v` the loggers are as before: the next command is silent."""
        import logging

        before = [
            (log.level, list(log.handlers))
            for log in map(logging.getLogger, ("alembic", "sqlalchemy.engine"))
        ]
        line.ok("downgrade", "b", "-v")
        assert "Running" not in line.ok("upgrade").stderr
        after = [
            (log.level, list(log.handlers))
            for log in map(logging.getLogger, ("alembic", "sqlalchemy.engine"))
        ]
        assert after == before

    def test_downgrade_at_base(self, line):
        """There is nothing below base: an error, as in Alembic."""
        line.ok("downgrade", "base")
        answer = line.run("downgrade")
        assert answer.exit_code == 1
        assert answer.stderr.startswith("Error: ")


class TestReading:
    def test_history(self, line):
        """Newest first, a line each, in Alembic's words."""
        assert line.ok("history").stdout.splitlines() == [
            "b -> c (head), the message of c",
            "a -> b, the message of b",
            "<base> -> a, the message of a",
        ]

    def test_history_json(self, line):
        """`--json` has every field of a revision."""
        found = line.ok("history", "--json").json
        assert [item["revision"] for item in found] == ["c", "b", "a"]
        assert all(set(item) == INFO for item in found)
        assert found[0]["down_revisions"] == ["b"]
        assert [item["is_head"] for item in found] == [True, False, False]
        assert [item["is_base"] for item in found] == [False, False, True]

    @pytest.mark.parametrize(
        ("range_", "expected"), [("b:", "cb"), (":b", "ba"), ("a:b", "ba"), ("current:", "c")]
    )
    def test_history_range(self, line, range_, expected):
        """`-r START:END` is a part of the history."""
        found = line.ok("history", "-r", range_, "--json").json
        assert "".join(item["revision"] for item in found) == expected

    def test_history_wrong_range(self, line):
        """A range without a colon is refused and the form is shown."""
        answer = line.run("history", "-r", "a")
        assert answer.exit_code == 1
        assert "START:END" in answer.stderr

    def test_history_indicates_current(self, line):
        """`-i` marks where the database is."""
        line.ok("downgrade", "b")
        marked = [row for row in line.ok("history", "-i").stdout.splitlines() if "(current)" in row]
        assert marked == ["a -> b (current), the message of b"]

    def test_history_needs_no_database(self, shop, tmp_path):
        """Reading the files works while the database is down."""
        made = shop(url=f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
        made.revision("a", None)
        assert "<base> -> a" in made.ok("history").stdout
        assert "a (head)" in made.ok("heads").stdout
        assert made.ok("branches").stdout == ""
        assert "Rev: a (head)" in made.ok("show").stdout

    def test_heads(self, fork):
        """Each head on a line."""
        assert fork.ok("heads").stdout.splitlines() == ["left (head)", "right (head)"]
        found = fork.ok("heads", "--json").json
        assert [item["revision"] for item in found] == ["left", "right"]

    def test_branches(self, fork):
        """Each branch point with its successors."""
        assert fork.ok("branches").stdout.splitlines()[0] == "root (branchpoint)"
        (found,) = fork.ok("branches", "--json").json
        assert set(found) == {"revision", "successors"}
        assert found["revision"]["revision"] == "root"
        assert sorted(item["revision"] for item in found["successors"]) == ["left", "right"]

    def test_show(self, line):
        """`show` has the identifier, its parent, its file and its message."""
        shown = line.ok("show", "b").stdout
        assert "Rev: b" in shown
        assert "Parent: a" in shown
        assert "b.py" in shown
        assert "the message of b" in shown
        assert line.ok("show", "b", "--json").json[0]["revision"] == "b"

    def test_show_current(self, line):
        """`show current` asks the database."""
        line.ok("downgrade", "a")
        assert line.ok("show", "current", "--json").json[0]["revision"] == "a"

    def test_current(self, line):
        """`current` prints the revision, and whether it is the head."""
        assert line.ok("current").stdout == "c (head)\n"
        (found,) = line.ok("current", "--json").json
        assert set(found) == {"bind", "database", "revisions", "heads", "at_head"}
        assert found["revisions"][0]["revision"] == "c"
        assert found["heads"] == ["c"]
        assert found["at_head"] is True

    def test_current_verbose(self, line):
        """`-v` names the database."""
        assert "Current revision(s) for sqlite:///" in line.ok("current", "-v").stdout

    def test_current_of_a_new_database(self, line):
        """A database at base prints nothing, as in Flask-Migrate."""
        line.ok("downgrade", "base")
        assert line.ok("current").stdout == ""

    def test_check_heads(self, line):
        """`current --check-heads` exits 1 behind the head, and says what to type."""
        line.ok("current", "--check-heads")
        line.ok("downgrade")
        answer = line.run("current", "--check-heads")
        assert answer.exit_code == 1
        assert answer.stdout == "b\n"
        assert "flask db upgrade" in answer.stderr

    def test_check_heads_json_is_still_json(self, line):
        """With `--json` the answer stays one document on stdout."""
        line.ok("downgrade")
        answer = line.run("current", "--check-heads", "--json")
        assert answer.exit_code == 1
        assert answer.json[0]["at_head"] is False


class TestCheck:
    def test_no_differences(self, fresh):
        """Exit code 0 when models and database are alike."""
        fresh.ok("migrate")
        fresh.ok("upgrade")
        assert fresh.ok("check").stdout == "No new upgrade operations detected.\n"
        assert fresh.ok("check", "--json").json == {
            "changes": [],
            "edited": [],
            "unmanaged": [],
            "notes": [],
        }

    def test_differences(self, fresh, shop):
        """Exit code 1 on differences: in words on stdout, the verdict on stderr."""
        fresh.ok("migrate")
        fresh.ok("upgrade")
        later = shop(users_and_posts)
        answer = later.run("check")
        assert answer.exit_code == 1
        assert answer.stdout == "+ table post\n"
        assert "New upgrade operations detected: 1." in answer.stderr
        assert "-> flask db migrate" in answer.stderr
        assert len(later.files) == 1, "check writes nothing"

    def test_differences_json(self, fresh, shop):
        """Exit code 1 and the differences."""
        fresh.ok("migrate")
        fresh.ok("upgrade")
        answer = shop(users_and_posts).run("check", "--json")
        assert answer.exit_code == 1
        assert [change["text"] for change in answer.json["changes"]] == ["table post"]

    def test_behind(self, fresh):
        """A database that lacks revisions is not compared."""
        fresh.ok("migrate")
        answer = fresh.run("check")
        assert answer.exit_code == 1
        assert "not up to date" in answer.stderr


class TestStamp:
    def test_runs_nothing(self, fresh):
        """`stamp` writes the version and no table."""
        fresh.ok("migrate", "--rev-id", "abc")
        assert "the database is at abc (head)" in fresh.ok("stamp").stdout
        assert fresh.tables() == set()

    def test_purge(self, line):
        """`stamp --purge` forgets a revision that no file has."""
        line.execute("UPDATE alembic_version SET version_num = 'gone'")
        assert line.run("stamp", "b").exit_code == 1
        line.ok("stamp", "--purge", "b")
        assert line.rows("SELECT * FROM alembic_version") == [("b",)]

    def test_stamp_same_again(self, line):
        """Stamping where the database is already is nothing to do."""
        assert "Nothing to do" in line.ok("stamp", "c").stdout

    def test_sql(self, line):
        """`stamp --sql` prints the statements."""
        assert "INSERT INTO alembic_version" in line.ok("stamp", "--sql", "b").stdout

    def test_ensure_version(self, fresh):
        """`ensure-version` makes the version table, twice if need be."""
        fresh.ok("init")
        for _ in range(2):
            assert fresh.ok("ensure-version").stdout == "The version table is there.\n"
        assert fresh.rows("SELECT * FROM alembic_version") == []


class TestMerge:
    def test_heads(self, fork):
        """`merge heads` joins them; the history has one head again."""
        fork.ok("merge", "heads", "-m", "joined", "--rev-id", "j")
        (head,) = fork.ok("heads", "--json").json
        assert head["revision"] == "j"
        assert sorted(head["down_revisions"]) == ["left", "right"]
        assert fork.ok("history").stdout.splitlines()[0].endswith("j (head) (mergepoint), joined")

    def test_names(self, fork):
        """Revisions may be named one by one."""
        assert "Wrote" in fork.ok("merge", "left", "right").stdout

    def test_one_head(self, line):
        """One head needs no merge."""
        answer = line.run("merge", "heads")
        assert answer.exit_code == 1
        assert "at least two" in answer.stderr

    def test_splice(self, line):
        """`--splice` merges what are no heads; without it that is refused."""
        refused = line.run("merge", "a", "b")
        assert refused.exit_code == 1
        line.ok("merge", "a", "b", "--splice", "--rev-id", "m")

    def test_unknown(self, fork):
        """A name that no file has is named in the error."""
        answer = fork.run("merge", "left", "nowhere")
        assert answer.exit_code == 1
        assert "nowhere" in answer.stderr


class TestEdit:
    def test_opens_the_editor(self, line, monkeypatch, tmp_path):
        """`edit` opens the file of a revision in $EDITOR."""
        editor = tmp_path / "editor.sh"
        editor.write_text('#!/bin/sh\necho "# edited" >> "$1"\n')
        editor.chmod(0o755)
        monkeypatch.setenv("EDITOR", str(editor))
        assert "Edited migrations/versions/b.py" in line.ok("edit", "b").stdout
        assert (line.versions / "b.py").read_text().endswith("# edited\n")

    def test_current(self, line, monkeypatch):
        """`edit current` asks the database for the revision."""
        monkeypatch.setenv("EDITOR", "true")
        line.ok("downgrade", "a")
        assert "a.py" in line.ok("edit", "current").stdout

    def test_failing_editor(self, line, monkeypatch):
        """An editor that does not exist is an error message."""
        monkeypatch.setenv("EDITOR", "/no/such/editor")
        monkeypatch.setenv("PATH", "")
        answer = line.run("edit", "b")
        assert answer.exit_code == 1
        assert answer.stderr.startswith("Error: ")


class TestErrors:
    def test_usage_errors_exit_2(self, fresh):
        """An option that does not exist is a usage error."""
        assert fresh.run("upgrade", "--nonsense").exit_code == 2

    def test_unknown_command(self, fresh):
        """So is a command that does not exist."""
        answer = fresh.run("upgade")
        assert answer.exit_code == 2
        assert "upgade" in answer.stderr

    @pytest.mark.parametrize(
        "command",
        sorted(set(COMMANDS) - {"init", "migrate", "list-templates", "create", "drop", "status"}),
    )
    def test_without_folder(self, fresh, command):
        """Every command that needs the folder says where it was looked for and how to make it."""
        needed = {"show": ["x"], "edit": ["x"], "merge": ["x"], "resolve": ["x", "--retry"]}
        answer = fresh.run(command, *needed.get(command, []))
        assert answer.exit_code == 1
        assert answer.stdout == ""
        assert f"There is no migrations folder at {fresh.root / 'migrations'}." in answer.stderr
        assert "-> flask db init" in answer.stderr

    @pytest.mark.parametrize("command", COMMANDS)
    def test_help(self, fresh, command):
        """Every command has a help text and the common options."""
        text = fresh.ok(command, "--help").stdout
        for option in ("--directory", "--quiet", "--traceback"):
            assert option in text

    def test_all_commands_are_known(self, fresh):
        """The list above is all there is."""
        listed = re.findall(
            r"^  ([a-z-]+) ", fresh.ok("--help").stdout.partition("Commands:")[2], re.MULTILINE
        )
        assert sorted(listed) == COMMANDS

    def test_traceback(self, line):
        """`--traceback` adds where Python was, before the message."""
        answer = line.run("upgrade", "nowhere", "--traceback")
        assert answer.exit_code == 1
        assert "Traceback (most recent call last):" in answer.stderr
        assert answer.stderr.index("Traceback") < answer.stderr.index("Error: ")
        assert "Traceback" not in line.run("upgrade", "nowhere").stderr

    def test_unknown_revision(self, line):
        """A revision that no file has: its name, and how to list those that have one."""
        answer = line.run("upgrade", "nowhere")
        assert answer.exit_code == 1
        assert "nowhere" in answer.stderr
        assert "flask db history" in answer.stderr

    def test_ambiguous_prefix(self, shop):
        """A prefix that several revisions have is not guessed."""
        made = shop()
        made.revision("aaaa1", None)
        made.revision("aaaa2", "aaaa1")
        answer = made.run("upgrade", "aaaa")
        assert answer.exit_code == 1
        assert "aaaa1" in answer.stderr
        assert "aaaa2" in answer.stderr

    def test_broken_revision_file(self, line):
        """A file with a syntax error is named with its line."""
        (line.versions / "b.py").write_text("def broken(:\n")
        answer = line.run("upgrade")
        assert answer.exit_code == 1
        assert "b.py" in answer.stderr
        assert "SyntaxError" in answer.stderr


def test_message_names_one_file(fresh):
    """What `migrate` prints can be opened: exactly one path, which exists."""
    printed = one(r"Wrote (\S+)", fresh.ok("migrate").stdout)
    assert (fresh.root / printed).is_file()


def test_loop(line):
    """A history that bites its tail is an error message on every command, no stack."""
    file = line.versions / "b.py"
    # One line more: a file of the same size and second would be read from Python's cache.
    file.write_text(file.read_text().replace("'a'", "'b'") + "\n")
    for command in ("history", "upgrade", ""):
        answer = line.run(*command.split())
        assert answer.exit_code == 1
        assert answer.stderr.startswith("Error: Self-loop is detected in revisions (b)")
        assert "LoopDetected" not in answer.stderr


def test_missing_parent(line):
    """A file whose parent was deleted is named with its parent."""
    (line.versions / "b.py").unlink()
    answer = line.run("upgrade")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: No file has the revision 'b'")
    assert "c.py follows" in answer.stderr
    assert "KeyError" not in answer.stderr
