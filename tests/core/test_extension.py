"""`Migrate`: what it accepts as a database, and where it keeps its state."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

import flask_godwit
from flask_godwit import Migrate, SettingsError

from .apps import users


def metadata() -> sa.MetaData:
    found = sa.MetaData()
    sa.Table("thing", found, sa.Column("id", sa.Integer, primary_key=True))
    return found


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return Flask("shop", root_path=str(tmp_path))


@pytest.fixture
def engine(tmp_path: Path):
    made = sa.create_engine(f"sqlite:///{tmp_path / 'plain.db'}")
    yield made
    made.dispose()


def migrated(app: Flask, engine: sa.Engine) -> set[str]:
    """The tables after the first migration of an application."""
    with app.app_context():
        assert flask_godwit.migrate() is not None
        flask_godwit.upgrade()
    return tables(engine)


def tables(engine: sa.Engine) -> set[str]:
    """The tables of a database, without what we keep for ourselves."""
    names = sa.inspect(engine).get_table_names()
    return {name for name in names if not name.startswith("godwit_")}


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)


class TestWhatCountsAsADatabase:
    def test_pair_of_engine_and_metadata(self, app, engine):
        """`Migrate(app, (engine, metadata))` needs no Flask extension."""
        Migrate(app, (engine, metadata()))
        assert migrated(app, engine) == {"thing", "alembic_version"}

    def test_engine_and_metadata_by_name(self, app, engine):
        """`Migrate(app, engine, metadata=…)` is the same."""
        Migrate(app, engine, metadata=metadata())
        assert migrated(app, engine) == {"thing", "alembic_version"}

    def test_engine_keyword_alone(self, app, engine):
        """`Migrate(app, engine=…, metadata=…)` registers itself without a `db`."""
        Migrate(app, engine=engine, metadata=metadata())
        assert migrated(app, engine) == {"thing", "alembic_version"}

    @pytest.mark.parametrize("models", [Base, Base.metadata, Base.registry])
    def test_whatever_has_metadata(self, app, engine, models):
        """A declarative base, its registry and its MetaData all say where the models are."""
        Migrate(app, engine, metadata=models)
        assert migrated(app, engine) == {"thing", "alembic_version"}

    def test_several_metadata_for_one_database(self, app, engine):
        """A list of MetaData is one schema."""
        second = sa.MetaData()
        sa.Table("second", second, sa.Column("id", sa.Integer, primary_key=True))
        Migrate(app, engine, metadata=[metadata(), second])
        assert migrated(app, engine) == {"thing", "second", "alembic_version"}

    def test_flask_sqlalchemy_with_binds_and_no_main_database(self, app, tmp_path):
        """Flask-SQLAlchemy 3.1 allows binds without a main database; their tables are migrated."""
        app.config["SQLALCHEMY_BINDS"] = {"stock": f"sqlite:///{tmp_path / 'stock.db'}"}
        db = SQLAlchemy(app)
        db.Table("item", sa.Column("id", sa.Integer, primary_key=True), bind_key="stock")
        Migrate(app, db)
        with app.app_context():
            flask_godwit.migrate()
            outcome = flask_godwit.upgrade()
            names = sa.inspect(db.engines["stock"]).get_table_names()
            db.engines["stock"].dispose()
        assert [target.bind for target in outcome.targets] == ["stock"]
        assert "item" in names

    def test_custom_base_of_flask_sqlalchemy(self, app, tmp_path):
        """`SQLAlchemy(model_class=Base)` with typed models is migrated like any other."""

        class Own(DeclarativeBase):
            pass

        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'own.db'}"
        db = SQLAlchemy(app, model_class=Own)

        class Book(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)

        Migrate(app, db)
        with app.app_context():
            script = flask_godwit.migrate()
            db.engine.dispose()
        assert [str(change) for change in script.changes] == ["+ table book"]


class TestFlaskSQLAlchemyLite:
    def app_with(self, app: Flask, **engines: str):
        from flask_sqlalchemy_lite import SQLAlchemy as Lite

        app.config["SQLALCHEMY_ENGINES"] = engines
        db = Lite()
        db.init_app(app)
        return db

    def test_default_engine(self, app, tmp_path):
        """Flask-SQLAlchemy-Lite gives the engine, `metadata=` the models."""
        db = self.app_with(app, default=f"sqlite:///{tmp_path / 'lite.db'}")
        Migrate(app, db, metadata=Base)
        with app.app_context():
            engine = db.engine
        assert migrated(app, engine) == {"thing", "alembic_version"}
        engine.dispose()

    def test_several_engines(self, app, tmp_path):
        """Each engine is a bind; `metadatas=` gives each its models."""
        urls = {name: f"sqlite:///{tmp_path / name}.db" for name in ("default", "stock")}
        db = self.app_with(app, **urls)
        stock = sa.MetaData()
        sa.Table("item", stock, sa.Column("id", sa.Integer, primary_key=True))
        Migrate(app, db, metadatas={"default": Base, "stock": stock})
        with app.app_context():
            flask_godwit.migrate()
            outcome = flask_godwit.upgrade()
            found = {name: sorted(tables(db.engines[name])) for name in urls}
            for engine in db.engines.values():
                engine.dispose()
        assert [target.bind for target in outcome.targets] == ["", "stock"]
        assert found == {
            "default": ["alembic_version", "thing"],
            "stock": ["alembic_version", "item"],
        }

    def test_without_metadata(self, app, tmp_path):
        """Lite has no models of its own: the error says which argument is missing."""
        db = self.app_with(app, default="sqlite://")
        Migrate(app, db)
        with app.app_context(), pytest.raises(SettingsError) as caught:
            flask_godwit.migrate()
        assert "metadata=" in caught.value.hint


class TestWhatDoesNot:
    @pytest.mark.parametrize("db", ["sqlite://", 7, object(), ()])
    def test_no_engine(self, app, db):
        """What holds no engine is refused with its type's name."""
        Migrate(app, db)
        with app.app_context(), pytest.raises(SettingsError, match=type(db).__name__):
            flask_godwit.migrate()

    def test_metadata_that_is_none(self, app, engine):
        """`metadata=` of a wrong kind is refused."""
        Migrate(app, engine, metadata="models")
        with app.app_context(), pytest.raises(SettingsError, match=r"metadata=….*'models'"):
            flask_godwit.migrate()

    def test_engine_without_metadata(self, app, engine):
        """An engine alone does not say where the models are."""
        Migrate(app, engine)
        with app.app_context(), pytest.raises(SettingsError, match="where the models are"):
            flask_godwit.migrate()

    def test_nothing_is_written_on_a_wrong_argument(self, app, engine, tmp_path):
        """A command refused for its settings leaves no folder behind."""
        Migrate(app, engine)
        with app.app_context(), pytest.raises(SettingsError):
            flask_godwit.migrate()
        assert not (tmp_path / "migrations").exists()


class TestApplications:
    def test_factory(self, tmp_path):
        """`Migrate()` at module level, `init_app` in the factory."""
        db, migrate = SQLAlchemy(), Migrate()
        users(db)

        def create_app() -> Flask:
            app = Flask("factory", root_path=str(tmp_path))
            app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'f.db'}"
            db.init_app(app)
            migrate.init_app(app, db)
            return app

        app = create_app()
        with app.app_context():
            flask_godwit.migrate()
            assert len(flask_godwit.upgrade().revisions) == 1
            db.engine.dispose()

    def test_db_given_early_app_late(self, app, engine):
        """`Migrate(db=…)` keeps the database for a later `init_app(app)`."""
        migrate = Migrate(db=(engine, metadata()))
        migrate.init_app(app)
        assert migrated(app, engine) == {"thing", "alembic_version"}

    def test_one_migrate_for_two_applications(self, tmp_path):
        """One `Migrate` serves several applications, each with its own folder and options."""
        migrate, apps = Migrate(compare_type=False), []
        for name in ("one", "two"):
            root = tmp_path / name
            root.mkdir()
            app = Flask(name, root_path=str(root))
            engine = sa.create_engine(f"sqlite:///{root / 'app.db'}")
            migrate.init_app(app, (engine, metadata()), compare_type=name == "two")
            apps.append((app, engine))
        for app, engine in apps:
            assert "thing" in migrated(app, engine)
            assert app.extensions["migrate"].db[0] is engine
            engine.dispose()
        options = [app.extensions["migrate"].configure_args["compare_type"] for app, _ in apps]
        assert options == [False, True]
        assert [len(list(tmp_path.glob(f"{n}/migrations/versions/*.py"))) for n in ("one", "two")]

    def test_the_second_application_does_not_inherit_the_first_ones_folder(self, tmp_path):
        """A directory given to one application's `init_app` is not the other's."""
        migrate = Migrate()
        first, second = (Flask(name, root_path=str(tmp_path)) for name in ("one", "two"))
        engine = sa.create_engine("sqlite://")
        migrate.init_app(first, (engine, metadata()), directory="first")
        migrate.init_app(second, (engine, metadata()))
        assert first.extensions["migrate"].directory == "first"
        assert second.extensions["migrate"].directory == "migrations"

    def test_two_migrates(self, tmp_path):
        """Two `Migrate` objects for two applications know nothing of each other."""
        found = []
        for name in ("one", "two"):
            app = Flask(name, root_path=str(tmp_path))
            engine = sa.create_engine(f"sqlite:///{tmp_path / name}.db")
            Migrate(app, (engine, metadata()), directory=f"migrations_{name}")
            found.append(migrated(app, engine))
            engine.dispose()
        assert found == [{"thing", "alembic_version"}] * 2
        assert len(list(tmp_path.glob("migrations_*/versions/*.py"))) == 2

    def test_state_for_old_env_files(self, app, engine):
        """`app.extensions["migrate"]` has what env.py files of Flask-Migrate read."""
        models = metadata()
        migrate = Migrate(app, engine, metadata=models, compare_server_default=True)
        state = app.extensions["migrate"]
        assert state.db is engine
        assert state.migrate is migrate
        assert state.directory == "migrations"
        assert state.metadata is models
        assert state.configure_args == {
            "compare_type": True,
            "render_as_batch": True,
            "compare_server_default": True,
        }

    def test_application_without_migrations(self, app):
        """The functions say what line is missing."""
        with app.app_context(), pytest.raises(SettingsError, match="'shop'") as caught:
            flask_godwit.heads()
        assert "Migrate(app, db)" in caught.value.hint


class TestConfigure:
    def test_callbacks_change_the_config(self, shop):
        """`@migrate.configure` functions get Alembic's Config, in order, for every command."""
        made = shop()
        calls = []

        @made.migrate.configure
        def first(config):
            calls.append("first")
            config.set_main_option("file_template", "%%(rev)s")
            return config

        @made.migrate.configure
        def second(config):
            calls.append("second")
            assert config.get_main_option("file_template") == "%(rev)s"
            return config

        made.ok("init")
        calls.clear()
        made.ok("migrate", "--rev-id", "abc")
        assert calls == ["first", "second"]

    def test_callback_decides_the_file_name(self, shop):
        """What a callback sets wins over our default file names."""
        made = shop()

        @made.migrate.configure
        def short(config):
            config.set_main_option("file_template", "%%(rev)s")
            return config

        made.ok("migrate", "--rev-id", "abc")
        assert [file.name for file in made.files] == ["abc.py"]

    def test_get_config(self, shop, tmp_path):
        """`get_config` gives the folder, `-x` values and flags, as in Flask-Migrate."""
        made = shop()
        with made.context():
            config = made.migrate.get_config(x_arg=["a=1"], opts=["autogenerate"])
        assert config.get_main_option("script_location") == str(tmp_path / "migrations")
        assert config.cmd_opts.x == ["a=1"]
        assert config.cmd_opts.autogenerate is True


class TestAlembicOptions:
    def test_options_reach_alembic(self, shop):
        """Keyword arguments of `Migrate` are options of `context.configure()`."""
        made = shop(
            include_object=lambda obj, name, kind, reflected, other: name != "user",
            version_table="history_of_schema",
        )
        made.ok("migrate")
        made.ok("ensure-version")
        assert "history_of_schema" in made.tables()

    def test_render_as_batch_is_the_default(self, shop):
        """A changed column is written as a batch block, which SQLite needs."""
        first = shop()
        first.ok("migrate")
        first.ok("upgrade")

        def longer(db):
            db.Table(
                "user",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.String(90)),
            )

        second = shop(longer)
        assert "~ user.name: String(80) -> String(90)" in second.ok("migrate").stdout
        assert "batch_alter_table" in "".join(file.read_text() for file in second.files)

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("compare_server_defaults", "compare_server_default"),
            ("include_objects", "include_object"),
            ("version_tables", "version_table"),
            ("file_tempalte", "file_template"),
        ],
    )
    def test_misspelled_option(self, shop, typed, meant):
        """Alembic ignores an option that it does not know; we say which one was meant."""
        made = shop(**{typed: True})
        answer = made.run("migrate")
        assert answer.exit_code == 1
        assert f"Migrate({typed}=…) is no option." in answer.stderr
        assert f"Did you mean {meant}?" in answer.stderr

    def test_option_of_a_custom_environment(self, shop):
        """An option that resembles none of ours is let through, for env.py files of one's own."""
        shop(my_own_flag=1).ok("migrate")


def test_imperative_registry(app, engine):
    """Imperatively mapped models are found by their registry's metadata."""
    mapping = registry()
    table = sa.Table("thing", mapping.metadata, sa.Column("id", sa.Integer, primary_key=True))

    class Plain:
        pass

    mapping.map_imperatively(Plain, table)
    Migrate(app, engine, metadata=mapping)
    assert migrated(app, engine) == {"thing", "alembic_version"}
    mapping.dispose()
