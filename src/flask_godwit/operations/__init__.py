"""Directives of our own for revision files. They know Alembic and the journal, no command.

Importing this package teaches them to Alembic's ``op``: our runs do it, and in another tool that
runs Alembic ``import flask_godwit.operations`` does.
"""

from __future__ import annotations

from .backfill import BackfillOp
from .later import RequireBackfillOp
from .objects import ObjectOp
from .tables import Tables

__all__ = ["BackfillOp", "ObjectOp", "RequireBackfillOp", "Tables"]
