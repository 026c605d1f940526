"""What kind of statement a text is, as far as taking it back is concerned.

Only its first words are read. What is in doubt is the cautious kind.
"""

from __future__ import annotations

import re
from enum import Enum

_BEFORE = re.compile(r"(?:\s+|/\*(?!!).*?\*/|--[^\n]*\n|\()*", re.DOTALL)
_WORD = re.compile(r"(?:/\*!\d*\s*)?([A-Za-z]+)")
_CHANGES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|MERGE)\b", re.IGNORECASE)
_TEMPORARY = re.compile(
    r"\s*(?:CREATE|DROP)\s+(?:LOCAL\s+|GLOBAL\s+)?TEMP(?:ORARY)?\s+TABLE\s+"
    r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?[`\"]?(\w+)",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r";\s*\S")
_QUOTED = re.compile(r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|`[^`]*`", re.DOTALL)


class Kind(Enum):
    """What a statement does to a transaction and to the database."""

    DATA = "data"
    """It changes rows, and can be taken back with its transaction."""
    SCHEMA = "schema"
    """It changes the schema; on MySQL it commits by itself."""
    OPAQUE = "opaque"
    """It may do anything, commits included: a procedure, several statements in one text."""
    COMMIT = "commit"
    """It ends a transaction and keeps what was done in it."""
    IMPLICIT = "implicit"
    """It changes nothing that lasts, but on MySQL it commits what came before it."""
    ROLLBACK = "rollback"
    """It ends a transaction and takes back what was done in it."""
    OTHER = "other"
    """It changes nothing that lasts: it reads, it sets a variable."""


_COMMIT_ON_MYSQL = ("ANALYZE", "BEGIN", "CACHE", "CHECK", "FLUSH", "LOCK", "RESET", "START")

_KINDS = {
    **dict.fromkeys(("INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "LOAD", "COPY"), Kind.DATA),
    **dict.fromkeys(
        (
            "CREATE",
            "ALTER",
            "DROP",
            "RENAME",
            "TRUNCATE",
            "OPTIMIZE",
            "REPAIR",
            "COMMENT",
            "GRANT",
            "REVOKE",
            "REINDEX",
            "CLUSTER",
            "VACUUM",
            "REFRESH",
            "SECURITY",
            "IMPORT",
        ),
        Kind.SCHEMA,
    ),
    **dict.fromkeys(("CALL", "EXECUTE", "DO"), Kind.OPAQUE),
    **dict.fromkeys(("COMMIT", "END"), Kind.COMMIT),
    **dict.fromkeys((*_COMMIT_ON_MYSQL, "UNLOCK"), Kind.IMPLICIT),
    **dict.fromkeys(("ROLLBACK", "ABORT"), Kind.ROLLBACK),
}


def kind_of(statement: str) -> Kind:
    """The kind of one statement."""
    start = _BEFORE.match(statement)
    found = _WORD.match(statement, start.end() if start else 0)
    word = found[1].upper() if found else ""
    if word in ("WITH", "EXPLAIN"):
        return Kind.DATA if _CHANGES.search(without_literals(statement)) else Kind.OTHER
    kind = _KINDS.get(word, Kind.OTHER)
    if kind is Kind.ROLLBACK and re.search(r"\bTO\b", statement, re.IGNORECASE):
        return Kind.OTHER  # to a savepoint
    if kind is not Kind.OTHER and is_several(statement):
        return Kind.OPAQUE
    return kind


def without_literals(statement: str) -> str:
    """A statement without what stands in quotes."""
    return _QUOTED.sub("''", statement)


def is_several(statement: str) -> bool:
    """Whether a text holds more than one statement. The body of a routine is no second one."""
    bare = without_literals(statement)
    has_body = re.match(
        r"\s*CREATE\b.*\b(TRIGGER|PROCEDURE|FUNCTION|EVENT)\b", bare, re.IGNORECASE | re.DOTALL
    )
    return not has_body and bool(_SEVERAL.search(bare))


def temporary_table(statement: str) -> str:
    """The temporary table that a statement creates or drops, "" if none.

    It goes with the session, so what was done to it must be done again in the next one.
    """
    found = _TEMPORARY.match(statement)
    return found[1] if found else ""
