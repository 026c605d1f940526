"""From differences to a script that keeps the data."""
