"""Scratch databases of MySQL and MariaDB."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from .scratch import PREFIX, drop_left_behind, made_for_a_moment

_NAMES = text("SELECT schema_name FROM information_schema.schemata")
_CHARACTERS = text(
    "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata"
    " WHERE schema_name = :name"
)
_OF_THE_SERVER = ("information_schema", "performance_schema")


@contextmanager
def scratch(server: Engine, real: Engine) -> Iterator[Engine]:
    """An empty database with the character set and the collation of the real one."""
    with server.connect() as connection:
        left = [name for name in connection.scalars(_NAMES) if name.startswith(PREFIX)]
        found = connection.execute(_CHARACTERS, {"name": real.url.database}).one_or_none()
    drop_left_behind(server, left)
    charset = f" CHARACTER SET {found[0]} COLLATE {found[1]}" if found else " CHARACTER SET utf8mb4"
    with made_for_a_moment(server, charset, "") as engine:
        yield engine


def neighbours(server: Engine) -> re.Pattern[str] | None:
    """``shop.`` or ```shop`.``: a name of another database, as it stands before a table's."""
    with server.connect() as connection:
        names = [name for name in connection.scalars(_NAMES) if name not in _OF_THE_SERVER]
    others = "|".join(re.escape(name) for name in names if not name.startswith(PREFIX))
    return re.compile(rf"(?<![\w.`$])`?(?:{others})`?\s*\.", re.IGNORECASE) if others else None
