"""Migrations that are killed at every moment, and must come to the same end all the same."""
