"""Columns of MySQL and MariaDB, changed without losing what is not to change.

It knows Alembic's operations and the text of SHOW CREATE TABLE, no project and no revision.
"""
