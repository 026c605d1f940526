"""Which types of MySQL and MariaDB hold every value of another one, unchanged."""

from __future__ import annotations

import re

from .mysql_types import is_appended, plain_type

_INTEGERS = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
_TEXTS = {"tinytext": 255, "text": 65535, "mediumtext": 2**24 - 1, "longtext": 2**32 - 1}
_BLOBS = {"tinyblob": 255, "blob": 65535, "mediumblob": 2**24 - 1, "longblob": 2**32 - 1}
_TIMES = ("datetime", "timestamp", "time")
_LONGEST_CHARACTER = 4
_TYPE = re.compile(r"(\w+)(?:\((\d+)(?:,(\d+))?\))?( unsigned)?(?: zerofill)?")


def holds_all(old: str, new: str) -> bool:
    """Whether no value of the old type is altered or refused; false where that is not known."""
    if is_appended(old, new):
        return True
    before, after = _TYPE.fullmatch(plain_type(old)), _TYPE.fullmatch(plain_type(new))
    if not (before and after):
        return False
    if before[0] == after[0]:
        return True
    one, other = before[1], after[1]
    if one in _INTEGERS and other in _INTEGERS:
        return _holds_integers(before, after)
    if one in ("char", "varchar", *_TEXTS) and other in ("varchar", *_TEXTS):
        return _bytes(before, _TEXTS) <= _bytes(after, _TEXTS)
    if one in ("varbinary", *_BLOBS) and other in ("varbinary", *_BLOBS):
        return _bytes(before, _BLOBS) <= _bytes(after, _BLOBS)
    if one == other == "decimal":
        return _holds_decimals(before, after)
    if one == other and one in _TIMES:
        return int(before[2] or 0) <= int(after[2] or 0)
    return (one, other) == ("float", "double") and before[0] == "float"


def _holds_integers(old: re.Match[str], new: re.Match[str]) -> bool:
    if bool(old[4]) == bool(new[4]):
        return _INTEGERS[old[1]] <= _INTEGERS[new[1]]
    return bool(old[4]) and _INTEGERS[old[1]] < _INTEGERS[new[1]]


def _holds_decimals(old: re.Match[str], new: re.Match[str]) -> bool:
    scale, digits = int(old[3] or 0), int(old[2] or 10) - int(old[3] or 0)
    new_scale, new_digits = int(new[3] or 0), int(new[2] or 10) - int(new[3] or 0)
    signs = bool(old[4]) or not new[4]
    return scale <= new_scale and digits <= new_digits and signs


def _bytes(found: re.Match[str], named: dict[str, int]) -> int:
    """How many bytes fit for sure; of a text with a length, how many it may need."""
    return named.get(found[1]) or int(found[2] or 1) * _LONGEST_CHARACTER
