"""Names that several stages must agree on."""

from __future__ import annotations

STATEMENT_NAME = "godwit_statement_name"
"""The execution option with which a statement says what it is called in the journal.

For one whose text may be another one when the revision is run again.
"""

SWAPPED = "_godwit_swap"
"""How a name ends that something has only while its own, or the one that it gets, is taken."""

DEFAULT_BIND = ""
"""The name of the application's main database, as Flask-Migrate's scripts call it."""
