"""What a database holds, in a form that two runs of the same history have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, inspect, text


def empty(engine: Engine) -> None:
    """Drop all that a history may have left."""
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        quote = connection.dialect.identifier_preparer.quote
        if engine.dialect.name == "mysql":
            connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        cascade = " CASCADE" if engine.dialect.name == "postgresql" else ""
        for name in names:
            connection.execute(text(f"DROP TABLE {quote(name)}{cascade}"))
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP TYPE IF EXISTS mood"))
        if engine.dialect.name == "mysql":
            connection.execute(text("SET FOREIGN_KEY_CHECKS = 1"))
        connection.commit()


def snapshot(engine: Engine) -> dict[str, Any]:
    """The schema and every row, without what is made anew in each run."""
    with engine.connect() as connection:
        inspector = inspect(connection)
        found: dict[str, Any] = {}
        for name in sorted(inspector.get_table_names()):
            columns = [
                f"{c['name']} {c['type']} {c['nullable']}" for c in inspector.get_columns(name)
            ]
            indexes = sorted(str(index["name"]) for index in inspector.get_indexes(name))
            keys = sorted(str(key["name"]) for key in inspector.get_foreign_keys(name))
            found[name] = [columns, indexes, keys, _rows(connection, name)]
        if engine.dialect.name == "postgresql":
            labels = connection.scalars(text("SELECT enumlabel FROM pg_enum ORDER BY 1")).all()
            broken = connection.scalars(
                text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
            ).all()
            found[" enums and invalid indexes"] = [list(labels), list(broken)]
    if found.get("godwit_journal", [None])[-1] == []:
        del found["godwit_journal"]  # made when first needed, and empty at the end
    if "godwit_ledger" in found:
        found["godwit_ledger"] = _ledger(engine)
    return found


def _ledger(engine: Engine) -> list[str]:
    """What was done, each once and in this order."""
    query = "SELECT revision, direction FROM godwit_ledger WHERE result = 'done' ORDER BY id"
    with engine.connect() as connection:
        return [" ".join(row) for row in connection.execute(text(query))]


def _rows(connection: Connection, name: str) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote
    rows = connection.execute(text(f"SELECT * FROM {quote(name)}")).mappings().all()
    # Identifiers have gaps where a transaction was rolled back.
    return sorted(repr({k: _still(k, v) for k, v in row.items() if k != "id"}) for row in rows)


def _still(column: str, value: Any) -> Any:
    """A value; of one that is random, or an identifier, only whether it is there."""
    is_text = isinstance(value, str) and len(value) == 32
    is_random = column in ("token", "owner_id") or is_text
    return bool(value) if is_random else value
