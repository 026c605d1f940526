"""Dates that MySQL and MariaDB took in another mode, and refuse when they copy a table.

A server of today refuses 0000-00-00 unless it is told otherwise; old tables may have it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, text

from .base import Condition

_STRICT = {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"}


def refused_dates(connection: Connection) -> Condition | None:
    """Which dates and moments are refused; None where all are taken."""
    modes = set(str(connection.scalar(text("SELECT @@SESSION.sql_mode"))).split(","))
    if not modes & _STRICT or not modes & {"NO_ZERO_DATE", "NO_ZERO_IN_DATE"}:
        return None

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        day, month = func.dayofmonth(column), func.month(column)
        no_date = and_(day == 0, month == 0, func.year(column) == 0)
        in_part = or_(day == 0, month == 0, day > func.dayofmonth(func.last_day(column)))
        if "NO_ZERO_IN_DATE" not in modes:
            return no_date
        return in_part if "NO_ZERO_DATE" in modes else and_(in_part, ~no_date)

    return condition
