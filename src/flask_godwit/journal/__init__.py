"""What was done to a database, written down while it is done. Knows its own tables, no plan."""
