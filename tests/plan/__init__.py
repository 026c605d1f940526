"""The plan, and the facts that it stands on."""
