"""What a second connection sees of a statement that changes a large table."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import Connection, Engine, text

from flask_godwit.dialects import dialect_for
from flask_godwit.dialects.observer import Sight
from tests.databases import Database

pytestmark = pytest.mark.requires("create_database")

_MYSQL = (
    "INSERT INTO large WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n"
    " WHERE x < 1000) SELECT a.x, left(sha2(a.x * b.x, 256), 40) FROM n a, n b WHERE b.x <= 400"
)
FILL = {
    "postgresql": "INSERT INTO large SELECT x, md5(x::text) FROM generate_series(1, 600000) x",
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
}
CHANGE = {
    "postgresql": "CREATE INDEX ix_large_{} ON large (text)",
    "mysql": "CREATE INDEX ix_large_{} ON large (text)",
    "mariadb": "ALTER TABLE large FORCE, ALGORITHM=COPY",
}
STAGES = (
    "UPDATE performance_schema.setup_consumers SET enabled = '{}'"
    " WHERE name = 'events_stages_current'"
)


def test_percentage_and_phase(database: Database) -> None:
    """How far it is grows, and there is a word for what is done."""
    with database.engine(isolation_level="AUTOCOMMIT") as engine, engine.connect() as connection:
        connection.execute(text("CREATE TABLE large (id integer, text varchar(40))"))
        connection.execute(text(FILL[database.dialect]))
        before = _switch(connection, database, "YES")
        try:
            seen = _seen_moving(engine, connection, CHANGE[database.dialect])
        finally:
            _switch(connection, database, before)
    parts = [sight.part for sight in seen if sight.part is not None]
    assert parts, seen
    assert all(0 <= part <= 1 for part in parts)
    assert max(parts) > min(parts)
    assert any(sight.phase for sight in seen)


def _seen_moving(engine: Engine, connection: Connection, change: str) -> list[Sight]:
    """What is seen of a few changes, until it moves: a busy machine may look only at the end."""
    seen: list[Sight] = []
    for number in range(4):
        seen += _seen(engine, connection, change.format(number))
        if len({sight.part for sight in seen if sight.part is not None}) > 1:
            break
    return seen


def _seen(engine: Engine, connection: Connection, change: str) -> list[Sight]:
    """What is seen while a statement is executed."""
    observer = dialect_for(engine.url, connection.dialect).observer(connection)
    worker = threading.Thread(target=connection.execute, args=[text(change)])
    worker.start()
    seen = []
    while worker.is_alive():
        seen.append(observer.look())
        time.sleep(0.02)
    worker.join()
    observer.close()
    return seen


def _switch(connection: Connection, database: Database, to: str) -> str:
    """MySQL tells of stages only where its administrator has switched that on."""
    if database.dialect != "mysql":
        return ""
    query = "SELECT enabled FROM performance_schema.setup_consumers WHERE name = '{}'"
    before = connection.scalar(text(query.format("events_stages_current")))
    connection.execute(text(STAGES.format(to)))
    return str(before)
