"""Columns of PostgreSQL with all that can be said of them: they come back as they were."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql as pg

from .conftest import Evolution

pytestmark = pytest.mark.requires("schemas")

_COLUMNS: dict[str, tuple[Any, dict[str, Any]]] = {
    "bits": (pg.BIT(4), {"server_default": sa.text("B'1010'")}),
    "more_bits": (pg.BIT(5, varying=True), {"server_default": sa.text("B'1'::bit varying")}),
    "span": (pg.INTERVAL(fields="YEAR TO MONTH"), {}),
    "exact_span": (pg.INTERVAL(precision=3), {"server_default": sa.text("'1 day'::interval")}),
    "moment": (pg.TIMESTAMP(precision=3, timezone=True), {"server_default": sa.func.now()}),
    "hour": (pg.TIME(precision=2), {"server_default": sa.text("LOCALTIME(2)")}),
    "codes": (pg.ARRAY(sa.String(5)), {"server_default": sa.text("ARRAY['a', 'b']::varchar[]")}),
    "grid": (pg.ARRAY(sa.Numeric(8, 3), dimensions=2), {}),
    "mood": (sa.Enum("so", "it's", name="mood"), {"server_default": "it's"}),
    "moods": (pg.ARRAY(sa.Enum("a", "b c", name="feeling")), {"server_default": "{}"}),
    "sorted": (sa.String(9, collation="C"), {"server_default": sa.text("lower('A')")}),
    "letters": (sa.CHAR(3), {"server_default": "a"}),
    "whole": (sa.Numeric, {"server_default": sa.text("round(1.5)")}),
    "rounded": (sa.Numeric(5), {}),
    "small": (sa.REAL, {"server_default": sa.text("'NaN'::real")}),
    "bytes": (sa.LargeBinary, {"server_default": sa.text(r"'\xdead'::bytea")}),
    "during": (pg.TSTZRANGE, {"server_default": sa.text("'empty'::tstzrange")}),
    "often": (pg.INT4MULTIRANGE, {}),
    "host": (pg.INET, {"server_default": "::1"}),
    "words": (pg.TSVECTOR, {"server_default": sa.text("to_tsvector('english', 'a cat')")}),
    "price": (pg.MONEY, {"server_default": sa.text("'12.50'::money")}),
    "plan": (pg.JSONB(none_as_null=True), {"server_default": sa.text("""'{"a": ":b"}'::jsonb""")}),
    "token": (sa.Uuid, {"server_default": sa.text("gen_random_uuid()")}),
    "name": (pg.REGCLASS, {}),
    "mail": (pg.DOMAIN("mail", sa.Text, check="VALUE LIKE '%@%'"), {"server_default": "a@b"}),
}


def _models(comment: str | None, **others: Any) -> Any:
    def declare(db: SQLAlchemy) -> None:
        columns = [
            sa.Column(name, kind, comment=comment, **{**keywords, **others})
            for name, (kind, keywords) in _COLUMNS.items()
        ]
        options = {"start": 7, "increment": 3, "maxvalue": 999, "cache": 5, "cycle": True}
        counter = sa.Column("counter", sa.BigInteger, sa.Identity(always=True, **options))
        twice = sa.Column("twice", sa.Integer, sa.Computed("nr * 2", persisted=True))
        db.Table("t", *_kept(), *columns, counter, twice)

    return declare


def _kept() -> tuple[sa.Column[Any], ...]:
    return sa.Column("id", sa.Integer, primary_key=True), sa.Column("nr", sa.Integer)


def _none(db: SQLAlchemy) -> None:
    db.Table("t", *_kept())


_SAID = """
    SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
      a.attgenerated, pg_get_expr(d.adbin, d.adrelid), c.collname,
      col_description(a.attrelid, a.attnum),
      (SELECT row(s.seqstart, s.seqincrement, s.seqmax, s.seqcache, s.seqcycle)::text
        FROM pg_sequence s
        WHERE s.seqrelid = pg_get_serial_sequence('t', a.attname)::regclass)
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation c ON c.oid = a.attcollation
    WHERE a.attrelid = 't'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1
"""  # fmt: skip

_COMMENT = 'in (the) "middle", it\'s 100% :so'


def test_dropped_and_back(evolution: Evolution) -> None:
    """Types, defaults, collations, counters and comments are what they were."""
    evolution.begin(_models(_COMMENT), "INSERT INTO t (id) VALUES (1)")
    before = evolution.rows(_SAID)
    evolution.now.ok("check")
    evolution.follow(_none)
    evolution.back(_models(_COMMENT))
    assert evolution.rows(_SAID) == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_models(None), _models(_COMMENT)),
        (_models(_COMMENT), _models(_COMMENT, nullable=False)),
        (_models(_COMMENT, server_default=None), _models(_COMMENT)),
    ],
    ids=["comment", "not-null", "default"],
)
def test_changed_and_back(evolution: Evolution, one: Any, other: Any) -> None:
    """A change of one clause leaves the others alone, there and back."""
    evolution.begin(one)
    before = evolution.rows(_SAID)
    evolution.follow(other)
    assert evolution.rows(_SAID) != before
    evolution.back(one)
    assert evolution.rows(_SAID) == before
