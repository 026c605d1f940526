"""Which changes of a column's type MySQL and MariaDB make without copying the table."""

from __future__ import annotations

import re
from collections.abc import Collection

_BYTES = {"utf8mb4": 4, "utf8mb3": 3, "utf8": 3, "latin1": 1, "ascii": 1, "binary": 1}
_ALIASES = {"integer": "int", "bool": "tinyint", "boolean": "tinyint", "numeric": "decimal"}
_ALIAS = re.compile(rf"^({'|'.join(_ALIASES)})\b")
_SHORT = 255
_WIDTH = re.compile(
    r"\s*(tinyint|smallint|mediumint|integer|int|bigint)\s*\((\d+)\)", re.IGNORECASE
)
_USUAL_WIDTHS = {
    "tinyint": ("3", "4"),
    "smallint": ("5", "6"),
    "mediumint": ("8", "9"),
    "int": ("10", "11"),
    "bigint": ("19", "20"),
}
_ENUM = re.compile(r"(enum|set)\s*\((.*)\)", re.IGNORECASE | re.DOTALL)

_CHARSET = re.compile(r"\s+(CHARACTER SET|CHARSET|COLLATE)\s+\S+", re.IGNORECASE)
_NAMED = re.compile(r"\b(CHARACTER SET|CHARSET|COLLATE)\s+(\S+)", re.IGNORECASE)
_SETS = {"utf8": "utf8mb3"}


def keeps_its_words(type_: str, traits: Collection[str]) -> bool:
    """Whether a column's own character set and collation are said again, if it has any."""
    said = {trait for trait in traits if trait.startswith(("charset ", "collate "))}
    return _words(type_) == {_word(*trait.split(" ", 1)) for trait in said}


def has_words(type_: str) -> bool:
    """Whether a column has a character set of its own: it loses it where none is said."""
    return any(word.startswith("charset") for word in _words(type_))


def _words(type_: str) -> set[str]:
    return {
        _word("collate" if kind.lower() == "collate" else "charset", name)
        for kind, name in _NAMED.findall(type_)
    }


def _word(kind: str, name: str) -> str:
    plain = name.strip("`'\"").lower()
    return f"{kind} {_SETS.get(plain, plain)}"


def is_same_type(old: str, new: str) -> bool:
    """Whether two types are one."""
    return plain_type(old) == plain_type(new)


def is_appended(old: str, new: str) -> bool:
    """Whether an enumeration gets more values at its end, in the storage that it has."""
    before, after = _ENUM.fullmatch(_bare(old)), _ENUM.fullmatch(_bare(new))
    if not (before and after) or before[1].lower() != after[1].lower():
        return False
    old_values, new_values = _values(before[2]), _values(after[2])
    steps = (8, 16, 24, 32, 64) if before[1].lower() == "set" else (255, 65535)
    size = [next(step for step in steps if len(v) <= step) for v in (old_values, new_values)]
    return new_values[: len(old_values)] == old_values and size[0] == size[1]


def stays_in_class(old: str, new: str, bytes_each: int = 4) -> bool:
    """Whether a VARCHAR grows, and its length is kept in as many bytes as before."""
    before, after = _varchar(old), _varchar(new)
    if before is None or after is None or after < before:
        return False
    each = next((size for name, size in _BYTES.items() if f" {name}" in old.lower()), bytes_each)
    return (before * each > _SHORT) == (after * each > _SHORT)


def _varchar(type_: str) -> int | None:
    found = re.match(r"varchar\s*\((\d+)\)", type_, re.IGNORECASE)
    return int(found[1]) if found else None


def _values(text: str) -> list[str]:
    return re.findall(r"'((?:[^']|'')*)'", text)


def _bare(type_: str) -> str:
    return _CHARSET.sub("", type_).strip()


def type_with_width(type_: str) -> str:
    """A type in one spelling, with the width in which its numbers are shown.

    That is left out where it is the usual one: which of them a server says depends on its version.
    """
    plain, found = plain_type(type_), _WIDTH.match(type_)
    if type_.strip().lower() in ("bool", "boolean"):
        return f"{plain}(1)"
    if found is None:
        return plain
    name, _, rest = plain.partition(" ")
    width = "" if found[2] in _USUAL_WIDTHS[name] else f"({found[2]})"
    return f"{name}{width} {rest}".strip()


def plain_type(type_: str) -> str:
    """A type in one spelling; the width in which numbers are shown does not matter to them."""
    choice = _ENUM.fullmatch(_bare(type_))
    if choice:  # labels in other letters are other ones to an application
        labels = ",".join(f"'{label}'" for label in _values(choice[2]))
        return f"{choice[1].lower()}({labels})"
    text = " ".join(_bare(type_).lower().split())
    text = re.sub(r"^(tinyint|smallint|mediumint|int|integer|bigint)\s*\(\d+\)", r"\1", text)
    text = re.sub(r"\s*([(),])\s*", r"\1", text)
    return _ALIAS.sub(lambda found: _ALIASES[found[0]], text)
