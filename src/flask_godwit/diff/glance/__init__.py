"""Which tables are obviously unchanged, so that only the others are compared in full."""
