"""Tables of SQLite, changed without losing anything. Knows SQLite and Alembic's operations only."""
