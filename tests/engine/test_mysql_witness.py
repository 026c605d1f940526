"""What MySQL and MariaDB say of a table, as a proof that a statement took effect."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from flask_godwit.dialects.mysql_witness import MySQLWitness
from tests.databases import MARIADB, MYSQL, Database, Kind


@pytest.mark.parametrize("kind", [MYSQL, MARIADB], ids=str)
def test_no_answer_is_no_proof(make_database: Callable[..., Database], kind: Kind) -> None:
    """A look that is cut off fails: it says neither that a table is there nor how it is."""
    database = make_database(kind)
    with database.engine() as engine, engine.connect() as connection:
        connection.execute(text("CREATE TABLE first (id INT)"))
        witness = MySQLWitness(connection)
        names = witness.names("ALTER TABLE first ADD COLUMN more INT")
        assert all(len(found) == 16 for found in witness.definitions(names).values())
        end_session_of(engine, connection.scalars(text("SELECT connection_id()")).one())
        with pytest.raises(Exception, match=r"(?i)lost|gone|killed"):
            witness.definitions(names)
        connection.invalidate()


def end_session_of(engine: Engine, number: int) -> None:
    with engine.connect() as other:
        other.execute(text(f"KILL {number}"))
