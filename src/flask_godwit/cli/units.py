"""Amounts as a person reads them."""

from __future__ import annotations


def size(count: int) -> str:
    """A number of bytes as a person reads it."""
    amount = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""
