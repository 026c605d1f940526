"""The rules: each is shown what it warns of, and its own advice."""
