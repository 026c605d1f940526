"""Columns of MySQL and MariaDB, changed without losing what is not to change.

It knows Alembic's operations and the text of SHOW CREATE TABLE, no project and no revision.
"""

IS_REHEARSED = "godwit_is_rehearsed"
"""The option of a context in which nothing is carried out: a table never changes."""
