"""From differences to a revision file. May know schemas and operations, no terminal, no Flask."""
