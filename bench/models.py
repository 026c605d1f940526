"""The application's models: as many tables as asked for, of the kinds a shop has."""

from __future__ import annotations

TABLE_PREFIX = "shop_"

_HEADER = '''"""Written by the bench."""

from datetime import datetime
from decimal import Decimal

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)
'''

_MODEL = """

class Shop{number:04}(db.Model):
    __tablename__ = "{prefix}{number:04}"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    active: Mapped[bool]
    created_at: Mapped[datetime]
"""

_PARENT = """    parent_id: Mapped[int | None] = mapped_column(ForeignKey("{prefix}{parent:04}.id"))
"""

_CHANGE = """    country: Mapped[str | None] = mapped_column(String(2), index=True)
"""

_UNIQUE = """    code: Mapped[str] = mapped_column(String(40))
    __table_args__ = (UniqueConstraint("code", name="uq_{prefix}{number:04}_code"),)
"""


def models_source(tables: int, *, changed: bool = False) -> str:
    """``models.py`` with that many tables; ``changed`` adds a column and an index to the last."""
    models = [_model(number) for number in range(1, tables + 1)]
    return _HEADER + "".join(models) + (_CHANGE if changed else "")


def _model(number: int) -> str:
    """Every second table refers to another one, every third has a unique constraint."""
    names = {"number": number, "prefix": TABLE_PREFIX, "parent": number // 2}
    source = _MODEL.format(**names)
    if number % 2 == 0:
        source += _PARENT.format(**names)
    if number % 3 == 0:
        source += _UNIQUE.format(**names)
    return source
