"""What a sequence has when nobody says anything."""

from __future__ import annotations

USUAL = {
    "type": "AS bigint",
    "start": "START WITH 1",
    "increment": "INCREMENT BY 1",
    "minimum": "NO MINVALUE",
    "maximum": "NO MAXVALUE",
    "cache": "CACHE 1",
    "cycle": "NO CYCLE",
}
"""By option, the clause that says it."""
