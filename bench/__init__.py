"""The same job with Flask-Migrate and with Flask-Godwit, side by side, in one run.

Run it with ``python -m bench`` (or ``make bench``). It is a harness, not a test: no figure it
prints can fail the suite, but a tool that does not do its job (wrong revision, other schema)
fails the run.
"""
