"""The documentation builds without a warning, leaves nothing out, and tells the truth."""
