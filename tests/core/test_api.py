"""The Python functions: they return values, raise typed errors, print nothing, exit never."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

import flask_godwit
from flask_godwit import errors, values
from flask_godwit.listener import Listener

from .apps import Shop, users_and_posts


@pytest.fixture
def line(shop) -> Shop:
    """Two revisions that make tables."""
    made = shop()
    create = "op.create_table('{0}', sa.Column('id', sa.Integer))"
    for name, down in (("a", None), ("b", "a")):
        made.revision(name, down, create.format(name), downgrade=f"op.drop_table('{name}')")
    return made


class TestValues:
    """What each function returns."""

    def test_init(self, shop, tmp_path):
        """`init` returns the folder and what it made."""
        with shop().context():
            made = flask_godwit.init()
        versions = str(tmp_path / "migrations" / "versions")
        assert made == values.Created(str(tmp_path / "migrations"), (versions,))

    def test_migrate(self, shop):
        """`migrate` returns the script and its changes."""
        with shop().context():
            script = flask_godwit.migrate(message="first", rev_id="abc")
        assert isinstance(script, values.Script)
        assert (script.revision, script.message) == ("abc", "first")
        assert script.changes == (values.Change("+", "table user"),)
        assert Path(script.path).is_file()

    def test_migrate_nothing(self, shop):
        """`migrate` returns None when nothing differs."""
        with shop().context():
            flask_godwit.migrate()
            flask_godwit.upgrade()
            assert flask_godwit.migrate() is None

    def test_upgrade(self, line):
        """`upgrade` returns the revisions that were applied and where the database is."""
        with line.context():
            outcome = flask_godwit.upgrade()
            again = flask_godwit.upgrade()
        assert outcome.revisions == ("a", "b")
        (target,) = outcome.targets
        assert (target.before, target.after, target.at_head) == ((), ("b",), True)
        assert again.revisions == ()
        assert again.targets[0].before == ("b",)

    def test_downgrade(self, line):
        """`downgrade` returns what was reverted."""
        with line.context():
            flask_godwit.upgrade()
            assert flask_godwit.downgrade().revisions == ("b",)
            assert flask_godwit.downgrade(revision="base").revisions == ("a",)

    def test_stamp(self, line):
        """`stamp` returns where the database is said to be."""
        with line.context():
            (target,) = flask_godwit.stamp().targets
        assert target.after == ("b",)
        assert line.tables() == set()

    def test_sql(self, line):
        """With `sql=True` the script is returned, not printed."""
        with line.context():
            script = flask_godwit.upgrade(sql=True).sql
        assert "CREATE TABLE a" in script
        assert line.tables() == set()

    def test_reading(self, line):
        """The reading functions return revisions."""
        with line.context():
            flask_godwit.upgrade(revision="a")
            assert [item.revision for item in flask_godwit.history()] == ["b", "a"]
            assert [item.revision for item in flask_godwit.heads()] == ["b"]
            assert flask_godwit.branches() == ()
            assert [item.revision for item in flask_godwit.show(revision="a")] == ["a"]
            (current,) = flask_godwit.current()
        assert [item.revision for item in current.revisions] == ["a"]
        assert not current.at_head

    def test_check(self, shop):
        """`check` returns the differences; no difference is false."""
        with shop().context():
            flask_godwit.migrate()
            flask_godwit.upgrade()
            assert not flask_godwit.check()
        with shop(users_and_posts).context():
            found = flask_godwit.check()
        assert [str(change) for change in found.changes] == ["+ table post"]

    def test_status(self, line):
        """`status` returns what `flask db` shows."""
        with line.context():
            found = flask_godwit.status()
        assert found.next_command == "flask db upgrade"
        assert not found.at_head

    def test_create_and_drop(self, shop, tmp_path):
        """`create` and `drop` say for each database whether they did something."""
        with shop().context():
            assert [item.done for item in flask_godwit.create()] == [True]
            assert [item.done for item in flask_godwit.create()] == [False]
            assert [item.done for item in flask_godwit.drop()] == [True]
            assert [item.done for item in flask_godwit.drop()] == [False]
        assert not (tmp_path / "app.db").exists()

    def test_merge(self, shop):
        """`merge` returns the script that joins."""
        made = shop()
        made.revision("a", None)
        made.revision("b", None)
        with made.context():
            script = flask_godwit.merge(revisions="heads", message="join")
            (head,) = flask_godwit.heads()
        assert head.revision == script.revision
        assert head.down_revisions == ("a", "b")

    def test_listener(self, line):
        """A listener hears of each revision twice: when it begins and when it is done."""
        heard = []

        class Ear(Listener):
            def began(self, step):
                heard.append(("began", step.revision, step.seconds > 0))

            def done(self, step):
                heard.append(("done", step.revision, step.seconds > 0))

        with line.context():
            flask_godwit.upgrade(listener=Ear())
        assert heard == [
            ("began", "a", False),
            ("done", "a", True),
            ("began", "b", False),
            ("done", "b", True),
        ]

    def test_values_are_frozen(self, line):
        """A value can't be changed by who receives it."""
        with line.context():
            outcome = flask_godwit.upgrade()
        with pytest.raises(AttributeError):
            outcome.targets = ()

    def test_directory_may_be_a_path(self, shop, tmp_path):
        """`directory=` takes text or a path."""
        with shop().context():
            made = flask_godwit.init(directory=tmp_path / "other")
            assert flask_godwit.heads(directory=str(tmp_path / "other")) == ()
        assert made.directory == str(tmp_path / "other")


class TestErrors:
    """What each function raises: a subclass of GodwitError, never SystemExit."""

    @pytest.mark.parametrize(
        "call",
        [
            flask_godwit.upgrade,
            flask_godwit.downgrade,
            flask_godwit.heads,
            flask_godwit.history,
            flask_godwit.branches,
            flask_godwit.show,
            flask_godwit.current,
            flask_godwit.stamp,
            flask_godwit.check,
            flask_godwit.edit,
            flask_godwit.merge,
            flask_godwit.revision,
            flask_godwit.ensure_version,
        ],
        ids=lambda call: call.__name__,
    )
    def test_no_folder(self, shop, call):
        """Without a folder: FolderMissing."""
        with shop().context(), pytest.raises(errors.FolderMissing):
            call()

    def test_unknown_revision(self, line):
        """A revision without a file: UnknownRevision."""
        with line.context(), pytest.raises(errors.UnknownRevision, match="nowhere"):
            flask_godwit.upgrade(revision="nowhere")

    def test_several_heads(self, line):
        """`head` where there are two: MultipleHeads, with their files."""
        line.revision("c", "a")
        with line.context(), pytest.raises(errors.MultipleHeads) as caught:
            flask_godwit.upgrade()
        assert "b.py" in caught.value.detail
        assert "c.py" in caught.value.detail

    def test_behind(self, line):
        """`migrate` and `check` on an old database: NotUpToDate, with what is pending."""
        for call in (flask_godwit.migrate, flask_godwit.check):
            with line.context(), pytest.raises(errors.NotUpToDate) as caught:
                call()
            assert "a.py" in caught.value.detail
            assert caught.value.hint == "flask db upgrade"

    def test_failure(self, line):
        """A failing revision: MigrationFailed, whose `failure` says where and why."""
        line.revision("c", "b", "op.execute('SELECT 1 FROM nothing')")
        with line.context(), pytest.raises(errors.MigrationFailed) as caught:
            flask_godwit.upgrade()
        failure = caught.value.failure
        assert failure.revision == "c"
        assert failure.statement == "SELECT 1 FROM nothing"
        assert Path(failure.file).name == "c.py"
        assert "op.execute" in (line.versions / "c.py").read_text().splitlines()[failure.line - 1]
        assert failure.applied == ("a", "b")
        assert failure.current == ("b",)

    def test_system_exit_of_a_script(self, line):
        """Only a script's own `sys.exit` ends the process; we add none."""
        with line.context():
            for call, arguments in (
                (flask_godwit.init, {}),
                (flask_godwit.merge, {"revisions": "heads"}),
                (flask_godwit.history, {"rev_range": "nonsense"}),
                (flask_godwit.upgrade, {"revision": "a:b"}),
                (flask_godwit.downgrade, {"revision": "+1"}),
                (flask_godwit.migrate, {"sql": True}),
            ):
                with pytest.raises(errors.GodwitError):
                    call(**arguments)

    def test_outside_an_application(self):
        """Without an application context Flask's own error says so."""
        with pytest.raises(RuntimeError, match="application context"):
            flask_godwit.upgrade()

    def test_every_error_is_public(self):
        """Each class of the tree in errors.py can be imported from `flask_godwit`."""
        inner = {"RevisionError", "DatabaseError", "Failure"}
        tree = {
            name
            for name, value in vars(errors).items()
            if isinstance(value, type) and issubclass(value, errors.GodwitError)
        }
        assert tree - inner <= set(flask_godwit.__all__)
        assert all(name in (errors.__doc__ or "") for name in tree)


class TestSilence:
    """Nothing but the CLI prints."""

    def test_no_output(self, line, capfd):
        """All functions in a row, on success and on failure: not a character."""
        with line.context():
            flask_godwit.upgrade()
            flask_godwit.current(verbose=True)
            flask_godwit.history(verbose=True)
            flask_godwit.show()
            flask_godwit.list_templates()
            flask_godwit.downgrade(revision="a")
            flask_godwit.upgrade(sql=True)
            flask_godwit.revision(message="x", rev_id="x")
            flask_godwit.stamp()
            flask_godwit.status(compare=True)
            with pytest.raises(errors.GodwitError):
                flask_godwit.upgrade(revision="nowhere")
        captured = capfd.readouterr()
        assert (captured.out, captured.err) == ("", "")

    def test_init_with_a_template_is_silent(self, shop, tmp_path, capfd):
        """Alembic prints each file of a template; we do not."""
        template = tmp_path / "mine"
        template.mkdir()
        (template / "env.py").write_text("")
        (template / "script.py.mako").write_text("")
        (template / "alembic.ini.mako").write_text("[alembic]\n")
        with shop().context():
            made = flask_godwit.init(template=str(template))
        assert str(tmp_path / "migrations" / "env.py") in made.paths
        captured = capfd.readouterr()
        assert (captured.out, captured.err) == ("", "")

    def test_template_without_an_ini(self, shop, tmp_path):
        """A template without alembic.ini.mako: said before anything is made; the hint helps."""
        template = tmp_path / "mine"
        template.mkdir()
        (template / "env.py").write_text("")
        with shop().context():
            with pytest.raises(flask_godwit.GodwitError, match="has no file alembic") as no:
                flask_godwit.init(template=str(template))
            assert not (tmp_path / "migrations").exists()
            assert "touch" in no.value.hint
            (template / "alembic.ini.mako").touch()
            flask_godwit.init(template=str(template))


class TestOneProcess:
    """Several calls in one process do not disturb each other."""

    def test_upgrade_then_migrate(self, shop):
        """`upgrade()` then `migrate()` in one process writes the right revision."""
        with shop().context():
            flask_godwit.migrate()
        made = shop(users_and_posts)
        with made.context():
            flask_godwit.upgrade()
            script = flask_godwit.migrate()
        assert [str(change) for change in script.changes] == ["+ table post"]
        assert "+ table post" in Path(script.path).read_text()

    def test_upgrade_then_migrate_with_an_old_env(self, shop, tmp_path):
        """Also with an env.py that stores functions in our options, as Flask-Migrate's does."""
        made = shop()
        with made.context():
            flask_godwit.init(env=True)
            (tmp_path / "migrations" / "env.py").write_text(
                "from flask import current_app\n"
                "from flask_godwit import run_migrations\n"
                "options = current_app.extensions['migrate'].configure_args\n"
                "def empty(context, revision, directives):\n"
                "    directives[:] = []\n"
                "if options.get('process_revision_directives') is None:\n"
                "    options['process_revision_directives'] = empty\n"
                "run_migrations()\n"
            )
            flask_godwit.upgrade()
            assert (
                "process_revision_directives" not in made.app.extensions["migrate"].configure_args
            )

    def test_new_revision_is_seen_at_once(self, line):
        """A file written between two calls is part of the second."""
        with line.context():
            flask_godwit.upgrade()
            line.revision("c", "b")
            assert flask_godwit.upgrade().revisions == ("c",)

    def test_two_applications_at_once(self, shop, tmp_path):
        """Two applications whose contexts are nested have their own history."""
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
        one, two = shop(root=tmp_path / "one"), shop(users_and_posts, root=tmp_path / "two")
        with one.context():
            flask_godwit.migrate(rev_id="first")
            with two.context():
                flask_godwit.migrate(rev_id="second")
                assert flask_godwit.upgrade().revisions == ("second",)
            assert flask_godwit.upgrade().revisions == ("first",)
        assert (one.tables(), two.tables()) == ({"user"}, {"user", "post"})

    def test_inside_of_another_run(self, shop, tmp_path, monkeypatch):
        """An env.py and a revision run the other application's commands, and then go on."""
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
        one, two = shop(root=tmp_path / "one"), shop(root=tmp_path / "two")
        two.revision("x", None, "op.create_table('t_two', sa.Column('id', sa.Integer))")
        two.revision("y", "x")
        monkeypatch.setattr(two.app, "upgrade_to", self._upgrade(two), raising=False)
        inside = "from flask import current_app\ncurrent_app.two.upgrade_to({!r})\n"
        monkeypatch.setattr(one.app, "two", two.app, raising=False)
        made = "op.create_table('{}', sa.Column('id', sa.Integer))\n"
        one.revision("a", None, made.format("before") + inside.format("y") + made.format("after"))
        (tmp_path / "one" / "migrations" / "env.py").write_text(
            inside.format("x") + "from alembic import context\n"
            "db = current_app.extensions['migrate'].db\n"
            "assert context.config.get_main_option('script_location').endswith('one/migrations')\n"
            "with db.engine.connect() as connection:\n"
            "    context.configure(connection=connection, target_metadata=db.metadata)\n"
            "    with context.begin_transaction():\n"
            "        context.run_migrations()\n"
        )
        with one.context():
            assert flask_godwit.upgrade().revisions == ("a",)
        assert one.tables() == {"before", "after"}
        assert two.tables() == {"t_two"}
        assert two.rows("SELECT version_num FROM alembic_version") == [("y",)]

    @staticmethod
    def _upgrade(made):
        def upgrade_to(revision):
            with made.context():
                flask_godwit.upgrade(revision=revision)

        return upgrade_to

    def test_threads(self, shop, tmp_path):
        """Four threads upgrade four applications; each database gets its own schema."""
        made = []
        for number in range(4):
            root = tmp_path / f"app{number}"
            root.mkdir()
            one = shop(root=root)
            for name, down in (("a", None), ("b", "a"), ("c", "b")):
                table = f"op.create_table('t{number}_{name}', sa.Column('id', sa.Integer))"
                one.revision(name, down, table)
            made.append(one)
        results: dict[int, object] = {}

        def work(number: int) -> None:
            try:
                with made[number].context():
                    results[number] = flask_godwit.upgrade().revisions
            except BaseException as error:
                results[number] = error

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert results == dict.fromkeys(range(4), ("a", "b", "c"))
        for number, one in enumerate(made):
            assert one.tables() == {f"t{number}_{name}" for name in "abc"}


class TestLogging:
    """The application's logging is left alone."""

    @pytest.fixture
    def logger(self):
        """The application's logger, with a handler of its own."""
        logger = logging.getLogger("shop.views")
        handler = logging.NullHandler()
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        yield logger
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)

    def state(self, logger: logging.Logger) -> tuple[object, ...]:
        root = logging.getLogger()
        return (
            logger.disabled,
            logger.level,
            list(logger.handlers),
            logger.propagate,
            root.level,
            list(root.handlers),
        )

    def test_without_env(self, line, logger):
        """Without env.py no logger changes."""
        before = self.state(logger)
        with line.context():
            flask_godwit.upgrade()
        assert self.state(logger) == before

    def test_file_config_is_undone(self, line, logger, tmp_path):
        """An env.py that calls `fileConfig` disables every logger; afterwards all are back."""
        folder = tmp_path / "migrations"
        (folder / "alembic.ini").write_text(
            "[alembic]\n[loggers]\nkeys = root\n[handlers]\nkeys = console\n[formatters]\nkeys =\n"
            "[logger_root]\nlevel = WARN\nhandlers = console\n"
            "[handler_console]\nclass = StreamHandler\nargs = (sys.stderr,)\n"
        )
        (folder / "env.py").write_text(
            "import logging\nfrom logging.config import fileConfig\nfrom alembic import context\n"
            "from flask_godwit import run_migrations\n"
            "fileConfig(context.config.config_file_name)\n"
            "assert logging.getLogger('shop.views').disabled\n"
            "run_migrations()\n"
        )
        before = self.state(logger)
        with line.context():
            flask_godwit.upgrade()
            assert self.state(logger) == before
            line.revision("c", "b", "raise ValueError('no')")
            with pytest.raises(errors.MigrationFailed):
                flask_godwit.upgrade()
        assert self.state(logger) == before

    def test_logger_made_by_env(self, line, logger, tmp_path):
        """A logger that was born while env.py ran stays usable."""
        (tmp_path / "migrations" / "env.py").write_text(
            "import logging\nfrom flask_godwit import run_migrations\n"
            "logging.getLogger('born.in.env').info('hello')\nrun_migrations()\n"
        )
        with line.context():
            flask_godwit.upgrade()
        assert not logging.getLogger("born.in.env").disabled


def test_engine_of_the_application_is_used(line):
    """The application's own engine runs the migrations, with its listeners."""
    seen = []
    with line.context():
        sa.event.listen(line.db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        flask_godwit.upgrade()
    assert any("CREATE TABLE a" in statement for statement in seen)


def test_calls_from_a_running_application(line):
    """`upgrade()` at application start-up leaves the session usable."""
    with line.context():
        flask_godwit.upgrade()
        assert line.db.session.execute(sa.text("SELECT count(*) FROM a")).scalar() == 0
        line.db.session.remove()
