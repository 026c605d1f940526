"""The known silent failures are errors that teach."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from .apps import APP, Folder, users, users_and_posts

MODELS_APART = """
    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy
    from flask_godwit import Migrate

    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///app.db"
    db = SQLAlchemy(app)
    migrate = Migrate(app, db)
"""
MODELS = """
    from app import db

    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)

    class Post(db.Model):
        id = db.Column(db.Integer, primary_key=True)
"""


class TestModelsNotImported:
    def test_empty_database(self, folder: Folder):
        """models.py exists and nobody imports it: no "No changes" but the file's name."""
        folder.write(app=MODELS_APART, models=MODELS)
        answer = folder.flask("db", "migrate")
        assert answer.exit_code == 1
        assert "its MetaData has no table" in answer.stderr
        assert "models.py" in answer.stderr
        assert "`import models`" in answer.stderr

    def test_what_to_type_in_a_package(self, folder: Folder):
        """Where the models are in a package, it is the package that imports them."""
        folder.write(**{"app/__init__": MODELS_APART, "app/models/__init__": MODELS})
        answer = folder.flask("db", "migrate")
        assert answer.exit_code == 1
        assert "`from . import models`" in answer.stderr

    def test_no_models_anywhere(self, shop):
        """No models and no file that looks like some: nothing changes, and that is said."""
        answer = shop(None).run("migrate")
        assert answer.exit_code == 0
        assert "No changes in schema detected." in answer.stdout
        assert "import their module" in answer.stderr

    def test_tables_exist(self, folder: Folder):
        """The import was lost later: the migration that would drop all is not written."""
        folder.write(app=MODELS_APART + "\n    import models\n", models=MODELS)
        assert "+ table user" in folder.flask("db", "migrate").stdout
        folder.flask("db", "upgrade")
        folder.write(app=MODELS_APART)
        answer = folder.flask("db", "migrate")
        assert answer.exit_code == 1
        assert "would drop 2 of 2 tables" in answer.stderr
        assert "models.py" in answer.stderr
        assert "--allow-drop" in answer.stderr
        assert len(list((folder.root / "migrations" / "versions").glob("*.py"))) == 1

    def test_allow_drop(self, folder: Folder):
        """`--allow-drop` writes it all the same."""
        folder.write(app=MODELS_APART + "\n    import models\n", models=MODELS)
        folder.flask("db", "migrate")
        folder.flask("db", "upgrade")
        folder.write(app=MODELS_APART)
        answer = folder.flask("db", "migrate", "--allow-drop")
        assert answer.exit_code == 0, answer.stderr
        assert "- table user" in answer.stdout

    def test_models_of_tests_and_environments_are_no_suspects(self, folder: Folder):
        """Files in a virtual environment, tests or hidden folders are not named."""
        folder.write(app=MODELS_APART, **{"tests/models": MODELS, "venv/models": MODELS})
        folder.write(**{"my_env/models": MODELS})
        (folder.root / "my_env" / "pyvenv.cfg").touch()
        answer = folder.flask("db", "migrate")
        assert answer.exit_code == 0, answer.stderr
        assert "models.py" not in answer.stderr

    def test_unreadable_folder_does_not_matter(self, folder: Folder):
        """A dangling link beside the application is no reason to fail."""
        folder.write(app=MODELS_APART)
        (folder.root / "dangling.py").symlink_to(folder.root / "nowhere.py")
        answer = folder.flask("db", "migrate")
        assert answer.exit_code == 0, answer.stderr
        assert "the application has no models" in answer.stderr


class TestMassDrop:
    def upgraded(self, shop, rows: bool):
        made = shop(users_and_posts)
        made.ok("migrate")
        made.ok("upgrade")
        if rows:
            made.execute("INSERT INTO user (id, name) VALUES (1, 'Ann')")
        return made

    def test_rows(self, shop):
        """Most tables would go, one has rows: refused, with that table's name."""
        self.upgraded(shop, rows=True)
        answer = shop(
            lambda db: db.Table("new", sa.Column("id", sa.Integer, primary_key=True))
        ).run("migrate")
        assert answer.exit_code == 1
        assert "would drop 2 of 2 tables, 1 of them with rows" in answer.stderr
        assert "  - table user" in answer.stderr
        assert "  - table post" not in answer.stderr
        assert "flask db migrate --allow-drop" in answer.stderr

    def test_empty_tables(self, shop):
        """Empty tables may go: nothing is lost."""
        self.upgraded(shop, rows=False)
        later = shop(lambda db: db.Table("new", sa.Column("id", sa.Integer, primary_key=True)))
        assert "- table user" in later.ok("migrate").stdout

    def test_half(self, shop):
        """Dropping half of the tables is an ordinary migration."""
        self.upgraded(shop, rows=True)
        answer = shop(users).ok("migrate")
        assert "- table post" in answer.stdout
        assert "Warning: - table post: its rows are lost" in answer.stderr

    def test_every_database(self, shop, database):
        """The question for rows is right SQL on every database, with awkward names too."""

        def awkward(db):
            db.Table("order", sa.Column("id", sa.Integer, primary_key=True))
            db.Table("Größe 100%", sa.Column("id", sa.Integer, primary_key=True))

        made = shop(awkward, url=database.url)
        made.ok("migrate")
        made.ok("upgrade")
        with made.context(), made.db.engine.begin() as connection:
            connection.execute(made.db.metadata.tables["order"].insert(), {"id": 1})
        later = shop(
            lambda db: db.Table("new", sa.Column("id", sa.Integer, primary_key=True)),
            url=database.url,
        )
        answer = later.run("migrate")
        assert answer.exit_code == 1
        assert "2 of 2 tables, 1 of them with rows" in answer.stderr

    def test_check_does_not_refuse(self, shop):
        """`check` only compares, whatever it finds."""
        self.upgraded(shop, rows=True)
        answer = shop(
            lambda db: db.Table("new", sa.Column("id", sa.Integer, primary_key=True))
        ).run("check")
        assert answer.exit_code == 1
        assert "- table user" in answer.stdout
        assert "would drop" not in answer.stderr


class TestNotUpToDate:
    def test_migrate(self, shop):
        """`migrate` on an old database: which revisions, and what to type."""
        made = shop()
        made.revision("a", None)
        made.revision("b", "a")
        answer = made.run("migrate")
        assert answer.exit_code == 1
        assert "The target database is not up to date: 2 pending." in answer.stderr
        assert "a.py  'the message of a'" in answer.stderr
        assert "b.py  'the message of b'" in answer.stderr
        assert "-> flask db upgrade" in answer.stderr

    def test_bind(self, shop, tmp_path):
        """With binds the error and the command name the bind."""
        made = shop(binds={"stock": f"sqlite:///{tmp_path / 'stock.db'}"})
        made.revision("a", None)
        made.ok("upgrade", "--bind", "default")
        answer = made.run("migrate")
        assert "The database of bind 'stock' is not up to date" in answer.stderr
        assert "-> flask db upgrade --bind stock" in answer.stderr


class TestUnknownRevisionInTheDatabase:
    @pytest.mark.parametrize(
        "command", ["upgrade", "migrate", "check", "downgrade", "current", "show current"]
    )
    def test_named(self, shop, command):
        """A revision whose file is gone: its name, and the ways out; no traceback."""
        made = shop()
        made.ok("migrate")
        made.ok("upgrade")
        made.execute("UPDATE alembic_version SET version_num = 'lost'")
        answer = made.run(*command.split())
        assert answer.exit_code == 1
        assert "lost" in answer.stderr
        assert "Traceback" not in answer.stderr
        assert "git branch" in answer.stderr
        assert "stamp --purge" in answer.stderr


class TestMultipleHeads:
    @pytest.fixture
    def fork(self, shop):
        made = shop()
        made.revision("left", None)
        made.revision("right", None)
        return made

    @pytest.mark.parametrize("command", ["upgrade", "migrate", "revision -m x"])
    def test_files(self, fork, command):
        """Which files are the heads, and both ways to go on."""
        answer = fork.run(*command.split())
        assert answer.exit_code == 1
        assert "2 heads" in answer.stderr
        assert "left.py" in answer.stderr
        assert "right.py" in answer.stderr
        assert "flask db merge heads" in answer.stderr

    def test_authors(self, folder: Folder):
        """In a git repository each head has its author."""
        import subprocess

        from .apps import write_revision

        folder.write(app=APP)
        versions = folder.root / "migrations" / "versions"

        def git(*arguments: str) -> None:
            subprocess.run(["git", *arguments], cwd=folder.root, check=True, capture_output=True)

        git("init")
        for name, author in (("left", "Ann Aal"), ("right", "Ben Bär")):
            write_revision(versions, name, None)
            git("add", ".")
            git("-c", f"user.name={author}", "-c", "user.email=x@y", "commit", "-m", name)
        answer = folder.flask("db", "upgrade")
        assert answer.exit_code == 1
        lines = answer.stderr.splitlines()
        assert any("left.py" in line and "by Ann Aal" in line for line in lines)
        assert any("right.py" in line and "by Ben Bär" in line for line in lines)

    def test_heads_symbol(self, fork):
        """`upgrade heads` applies them all."""
        fork.ok("upgrade", "heads")
        assert sorted(fork.rows("SELECT * FROM alembic_version")) == [("left",), ("right",)]


class TestPercentInTheURL:
    def test_old_env(self, shop, tmp_path):
        """An old env.py that passes the URL on unescaped runs with a `%` in it."""
        made = shop(url=f"sqlite:///{tmp_path / 'a%20b.db'}")
        made.ok("init", "--env")
        (tmp_path / "migrations" / "env.py").write_text(
            "from alembic import context\nfrom flask import current_app\n"
            "from sqlalchemy import create_engine, pool\n"
            "config = context.config\n"
            "config.set_main_option('sqlalchemy.url',"
            " current_app.config['SQLALCHEMY_DATABASE_URI'])\n"
            "url = config.get_main_option('sqlalchemy.url')\n"
            "assert url.endswith('a%20b.db'), url\n"
            "engine = create_engine(url, poolclass=pool.NullPool)\n"
            "with engine.connect() as connection:\n"
            "    context.configure(connection=connection)\n"
            "    with context.begin_transaction():\n"
            "        context.run_migrations()\n"
        )
        made.revision("a", None)
        made.ok("upgrade")

    def test_new_env(self, shop, tmp_path):
        """An env.py that escapes, as newer ones do, is not escaped twice."""
        made = shop()
        with made.context():
            config = made.migrate.get_config()
        config.set_main_option("sqlalchemy.url", "mysql://u:a%%40b@h/d")
        assert config.get_main_option("sqlalchemy.url") == "mysql://u:a%40b@h/d"
        config.set_main_option("sqlalchemy.url", "mysql://u:a%40b@h/d")
        assert config.get_main_option("sqlalchemy.url") == "mysql://u:a%40b@h/d"

    def test_without_env(self, shop, tmp_path):
        """Without env.py the URL is never interpolated."""
        made = shop(url=f"sqlite:///{tmp_path / '100%s %(here)s.db'}")
        made.ok("migrate")
        made.ok("upgrade")
        assert made.tables() == {"user"}

    def test_folder_with_percent(self, shop, tmp_path):
        """A project folder with a `%` in its name works."""
        root = tmp_path / "100% mine %(here)s"
        root.mkdir()
        made = shop(root=root)
        made.ok("migrate")
        made.ok("upgrade")
        assert made.tables() == {"user"}


class TestWrongFolder:
    def test_typed_folder_that_is_not_there(self, shop):
        """`-d nowhere` names the whole path that was looked at."""
        made = shop()
        answer = made.run("upgrade", "-d", "nowhere")
        assert answer.exit_code == 1
        assert str(made.root / "nowhere") in answer.stderr

    def test_file_instead_of_folder(self, shop):
        """A file is no folder."""
        made = shop()
        (made.root / "migrations").touch()
        answer = made.run("upgrade")
        assert answer.exit_code == 1
        assert answer.stderr.startswith("Error: ")
        assert "FileExistsError" not in answer.stderr
