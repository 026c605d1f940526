"""The application. ``flask`` finds ``create_app`` in app.py by itself."""

import flask_godwit
from flask import Flask
from sqlalchemy.exc import DBAPIError

from config import chosen_config
from models import db
from samples import add_samples
from views import blog, show_schema

migrate = flask_godwit.Migrate()


def create_app() -> Flask:
    """The blog, on the database that BLOG_DATABASE names."""
    app = Flask(__name__)
    app.config.from_object(chosen_config())
    db.init_app(app)
    migrate.init_app(app, db)
    app.register_blueprint(blog)
    app.register_error_handler(DBAPIError, explain_missing_schema)
    app.cli.command("samples", help="Write a few posts into the blog.")(add_samples)
    return app


def explain_missing_schema(error: DBAPIError) -> tuple[str, int]:
    """Say which migrations are missing when a page fails because of them.

    A failure on a database that is up to date is a fault of the code and stays one.
    """
    status = flask_godwit.status()
    if status.at_head:
        raise error
    return show_schema(status, interrupted=True), 503
