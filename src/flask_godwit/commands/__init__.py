"""The use cases. They know a ``Project`` and arguments, return values, and never print."""
