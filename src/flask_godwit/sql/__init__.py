"""What a statement does, read from its text. Knows no connection, no version, no lock.

Every statement comes this way: Alembic's, and those that a person wrote into ``op.execute()``.
"""
