"""Directives of our own in revision files."""
