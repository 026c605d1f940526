"""`flask db` is there whatever state the application is in, and stands in nobody's way."""

from __future__ import annotations

import re

import pytest

from .apps import APP, Folder


def blocked(*names: str) -> str:
    """Source that makes modules look as if they were not installed."""
    return f"\n    import sys\n    sys.modules.update(dict.fromkeys({names!r}))\n"


class TestBrokenApplication:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("import not_there_at_all", "No module named 'not_there_at_all'"),
            ("app = 1 / 0", "ZeroDivisionError"),
            ("def broken(:", "SyntaxError"),
            ("raise RuntimeError('the reason')", "the reason"),
        ],
    )
    def test_import_error(self, folder: Folder, source, expected):
        """A broken app.py: the reason and the line, never "No such command"."""
        folder.write(app=source)
        answer = folder.flask("db", "upgrade")
        assert answer.exit_code != 0
        assert answer.stdout == ""
        assert expected in answer.stderr
        assert "app.py" in answer.stderr
        assert "No such command" not in answer.stderr

    def test_frames_of_flask_are_left_out(self, folder: Folder):
        """The traceback begins in the application, not in Flask or in us."""
        folder.write(app="app = 1 / 0")
        answer = folder.flask("db", "upgrade")
        assert "flask_godwit" not in answer.stderr
        assert "locate_app" not in answer.stderr

    def test_no_application(self, folder: Folder):
        """No application at all: Flask's own words about FLASK_APP, exit code not 0."""
        answer = folder.flask("db", "upgrade")
        assert answer.exit_code != 0
        assert "Flask application" in answer.stderr
        assert "Traceback" not in answer.stderr

    def test_help_needs_no_application(self, folder: Folder):
        """`flask db --help` and a command's `--help` work beside a broken application."""
        folder.write(app="import not_there_at_all")
        assert "upgrade" in folder.flask("db", "--help").stdout
        assert "--sql" in folder.flask("db", "upgrade", "--help").stdout

    def test_application_without_migrations(self, folder: Folder):
        """An application that never made a Migrate: which line is missing."""
        folder.write(app="from flask import Flask\napp = Flask(__name__)\n")
        answer = folder.flask("db", "upgrade")
        assert answer.exit_code == 2
        assert "migrate = Migrate(app, db)" in answer.stderr

    def test_error_in_a_factory(self, folder: Folder):
        """A factory that fails is explained as well."""
        folder.write(app="def create_app():\n    raise ValueError('no configuration')\n")
        answer = folder.flask("db", "upgrade")
        assert answer.exit_code != 0
        assert "no configuration" in answer.stderr


class TestMissingDriver:
    @pytest.mark.parametrize(
        ("url", "modules", "install"),
        [
            ("mysql://u:p@h/d", ("MySQLdb",), "pip install 'Flask-Godwit[mysql]'"),
            ("mysql+pymysql://u:p@h/d", ("pymysql",), "pip install PyMySQL"),
            (
                "postgresql+psycopg://u:p@h/d",
                ("psycopg", "psycopg2"),
                "pip install 'Flask-Godwit[postgresql]'",
            ),
            ("postgresql+psycopg2://u:p@h/d", ("psycopg2",), "pip install psycopg2-binary"),
            ("oracle+oracledb://u:p@h/d", ("oracledb",), "pip install oracledb"),
        ],
    )
    def test_what_to_install(self, folder: Folder, url, modules, install):
        """A missing driver: its name and the one line that installs it; no traceback."""
        folder.write(app=blocked(*modules) + APP)
        for command in ("upgrade", "current", "migrate"):
            answer = folder.flask("db", command, URL=url)
            assert answer.exit_code == 1
            assert install in answer.stderr
            assert "Traceback" not in answer.stderr
            assert answer.stdout == ""

    def test_only_psycopg2_is_there(self, folder: Folder):
        """psycopg wanted, only psycopg2 there: say that the URL can name it."""
        folder.write(app=blocked("psycopg") + APP)
        answer = folder.flask("db", "upgrade", URL="postgresql+psycopg://u:p@h/d")
        assert answer.exit_code == 1
        assert re.search(r"SQLAlchemy 2.1 reads .*postgresql:// as psycopg 3", answer.stderr)
        assert "postgresql+psycopg2://" in answer.stderr

    def test_driver_missing_inside_a_lazy_engine(self, folder: Folder):
        """Flask-SQLAlchemy makes engines late: the same message then."""
        source = APP.replace("db = SQLAlchemy(app)", "db = SQLAlchemy()\n    db.init_app(app)")
        folder.write(app=blocked("MySQLdb") + source)
        answer = folder.flask("db", "current", URL="mysql://u:p@h/d")
        assert "pip install 'Flask-Godwit[mysql]'" in answer.stderr


class TestUnusableUrl:
    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("postgres://u:s3cret@h/d", "knows no database 'postgres'"),
            ("postgresql+nix://u:s3cret@h/d", "knows no database 'postgresql+nix'"),
            ("u:s3cret@h/d", "is none"),
            ("postgresql://u:s3cret@h:port/d", "is none"),
            ("sqlite://folder/app.db", "Invalid SQLite URL"),
        ],
    )
    def test_what_a_url_looks_like(self, folder: Folder, url: str, said: str):
        """A URL that SQLAlchemy can't read: what is the matter, and examples; no password."""
        folder.write(app=APP)
        answer = folder.flask("db", "upgrade", URL=url)
        assert answer.exit_code == 1
        assert said in answer.stderr
        assert "SQLALCHEMY_DATABASE_URI" in answer.stderr
        assert "Traceback" not in answer.stderr
        assert "s3cret" not in answer.output


class TestOtherGroups:
    def test_own_command_name(self, folder: Folder):
        """`command="database"` is `flask database`; `flask db` then says there is none."""
        folder.write(app=APP.replace("Migrate(app, db)", 'Migrate(app, db, command="database")'))
        assert "migrations: no migrations folder" in folder.flask("database").stdout
        answer = folder.flask("db", "upgrade")
        assert answer.exit_code == 2

    def test_flask_migrate_in_the_same_application(self, folder: Folder):
        """An application that still uses Flask-Migrate gets Flask-Migrate's `flask db`."""
        folder.write(app=APP.replace("from flask_godwit", "from flask_migrate"))
        text = folder.flask("db", "--help").stdout
        assert "ensure-version" not in text or "create" not in text
        made = folder.flask("db", "init")
        assert made.exit_code == 0, made.output
        assert (folder.root / "migrations" / "env.py").is_file()

    def test_another_extensions_group_wins(self, folder: Folder):
        """A `db` group that the application itself has is what runs."""
        folder.write(
            app="""
            from flask import Flask
            app = Flask(__name__)

            @app.cli.group("db", help="Another extension's")
            def group(): ...

            @group.command()
            def hello():
                print("it is me")
            """
        )
        assert folder.flask("db", "hello").stdout == "it is me\n"
        assert "Another extension's" in folder.flask("--help").stdout
        assert "Another extension's" in folder.flask("db", "--help").stdout
        assert folder.flask("db", "upgrade").exit_code == 2

    def test_another_plugin(self, folder: Folder):
        """Another installed package's `db` plugin is not hidden where we are not used."""
        info = folder.root / "other-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[flask.commands]\ndb = other:group\n")
        folder.write(
            other="""
            import click

            @click.group()
            def group(): ...

            @group.command()
            def hello():
                print("the other plugin")
            """,
            app="from flask import Flask\napp = Flask(__name__)\n",
        )
        answer = folder.flask("db", "hello", PYTHONPATH=str(folder.root))
        assert answer.stdout == "the other plugin\n", answer.stderr


class TestCommandLine:
    def test_app_option(self, folder: Folder):
        """`flask --app name db …` works as for every command."""
        folder.write(shop=APP)
        answer = folder.flask("--app", "shop", "db", "migrate")
        assert "+ table user" in answer.stdout, answer.stderr

    def test_debug_option(self, folder: Folder):
        """`flask --debug db` works."""
        folder.write(app=APP)
        assert folder.flask("--debug", "db").exit_code == 0

    def test_env_file(self, folder: Folder):
        """FLASK_DB_DIRECTORY from the environment is used by the real `flask`."""
        folder.write(app=APP)
        folder.flask("db", "init", FLASK_DB_DIRECTORY="elsewhere")
        assert (folder.root / "elsewhere" / "versions").is_dir()

    def test_factory(self, folder: Folder):
        """A factory is called once for a command, and what it prints is not lost."""
        folder.write(
            app="""
            from flask import Flask
            from flask_godwit import Migrate
            from sqlalchemy import Column, Integer, MetaData, Table, create_engine

            def create_app():
                print("made")
                app = Flask(__name__)
                metadata = MetaData()
                Table("user", metadata, Column("id", Integer, primary_key=True))
                Migrate(app, (create_engine("sqlite:///factory.db"), metadata))
                return app
            """
        )
        answer = folder.flask("db", "migrate")
        assert answer.stdout.count("made\n") == 1
        assert "+ table user" in answer.stdout, answer.stderr


class TestCollector:
    #: An application that says how the collector was when it was imported, and in its command.
    TELLS = """
        import atexit, gc
        {before}
        print("import", gc.isenabled(), gc.get_threshold()[0])
        atexit.register(lambda: print("end", gc.isenabled(), gc.get_threshold()[0]))
        from flask import Flask
        from flask_godwit import Migrate

        app = Flask(__name__)
        Migrate().init_app(app)
    """

    @pytest.mark.parametrize(
        ("before", "imported", "at_the_end"),
        [
            ("", "True 0", "True 100000"),
            ("gc.set_threshold(90)", "True 90", "True 90"),
            ("gc.disable()", "False 0", "False 100000"),
        ],
    )
    def test_rests_while_an_application_is_loaded(
        self, folder: Folder, before: str, imported: str, at_the_end: str
    ):
        """Nothing is collected while modules come, then again; the application's word stands."""
        folder.write(app=self.TELLS.format(before=before))
        answer = folder.flask("db", "list-templates")
        assert answer.exit_code == 0, answer.stderr
        assert answer.stdout.startswith(f"import {imported}\n")
        assert answer.stdout.endswith(f"end {at_the_end}\n")

    def test_other_commands_are_as_they_were(self, folder: Folder):
        """`flask routes`, or a server, has the collector that Python gives it."""
        folder.write(app=self.TELLS.format(before=""))
        usual = folder.python("-c", "import gc; print(gc.get_threshold()[0])").stdout.strip()
        assert f"end True {usual}\n" in folder.flask("routes").stdout
