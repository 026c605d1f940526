"""What Alembic's comparison doesn't see. Knows one connection and the models; writes nothing."""
