"""Whatever runs with Flask-Migrate 4.1 runs with us: each claim is proved by running both tools."""
