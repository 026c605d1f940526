"""The tests. Start reading at databases.py and projects.py: they say what a test can ask for."""
