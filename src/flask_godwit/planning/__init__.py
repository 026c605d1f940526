"""What revisions would do to a database: replayed, measured against facts, judged. Runs nothing."""
