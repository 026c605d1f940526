"""The ``flask db`` commands: click, one call into ``commands`` each, and all the printing.

Importing this package must cost nothing that Flask does not cost itself: Alembic,
SQLAlchemy and rich are imported inside the functions that run.
"""
