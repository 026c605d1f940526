"""Runs revisions on scratch databases, and says what that proves. Writes to no real database."""
