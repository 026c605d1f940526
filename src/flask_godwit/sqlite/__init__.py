"""Tables of SQLite, changed without losing anything. Knows SQLite and Alembic's operations only."""

IS_BEHIND = "godwit_is_behind"
"""The option of a context that says whether what a revision does now was done before, and need
not be looked at: a run was cut off later than that."""
ASIDE = "godwit_aside"
"""The execution option of a statement that changes nothing in the end: a look, a savepoint."""
ON_NULL = "sqlite_on_conflict_not_null"
ON_KEY = "sqlite_on_conflict_primary_key"
"""As SQLAlchemy's columns have it: what happens to a row that NOT NULL or a key refuses.

Given on to ``alter_column()``; the key may be one of several columns.
"""
