"""Backups before a migration: where they are, how many. Knows no revision but its name."""

from .folder import Backups

__all__ = ["Backups"]
