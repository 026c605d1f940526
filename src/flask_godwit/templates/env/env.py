# Flask-Godwit runs the migrations. Options for Alembic's context.configure() go in the brackets.
from flask_godwit import run_migrations

run_migrations()
