"""What MySQL and MariaDB give a table as a whole: engine, character set, format of its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from sqlalchemy import URL, Connection, Table, text

from ..mysql.column import compressed_as, parsed
from .table_options import OptionAnswers

_SPELLINGS = {
    "DEFAULT_CHARSET": "CHARSET",
    "CHARACTER_SET": "CHARSET",
    "DEFAULT_CHARACTER_SET": "CHARSET",
    "DEFAULT_COLLATE": "COLLATE",
    "TYPE": "ENGINE",
}
CHARACTERS = ("CHARSET", "COLLATE")
# What ALTER TABLE says to have none of them: only what is here is compared.
_NONE = {
    "ROW_FORMAT": "DEFAULT",
    "KEY_BLOCK_SIZE": "0",
    "STATS_PERSISTENT": "DEFAULT",
    "STATS_AUTO_RECALC": "DEFAULT",
    "STATS_SAMPLE_PAGES": "DEFAULT",
    "PACK_KEYS": "DEFAULT",
    "CHECKSUM": "0",
    "DELAY_KEY_WRITE": "0",
    "AVG_ROW_LENGTH": "0",
    "MAX_ROWS": "0",
    "MIN_ROWS": "0",
    "COMPRESSION": "none",
    "PAGE_CHECKSUM": "0",
    "TRANSACTIONAL": "0",
    "PAGE_COMPRESSED": "0",
}
_COMPARED = (*CHARACTERS, "ENGINE", *_NONE)
_TEXTS = ("COMPRESSION",)
_OPTION = re.compile(r"\b`?(\w+)`?=('(?:[^'\\]|''|\\.)*'|[^\s,]+)")
_CHARACTER_TYPE = re.compile(r"(?:(?:var)?char|(?:tiny|medium|long)?text|enum|set)\b")
_USUAL = "SELECT @@default_storage_engine, @@character_set_database, @@collation_database"
_DEFAULT_COLLATION = text(
    "SELECT default_collate_name FROM information_schema.character_sets"
    " WHERE character_set_name = :charset"
)


def options_in(line: str) -> dict[str, str]:
    """The options in the last line of SHOW CREATE TABLE that can be compared."""
    found = {name: value.strip("'") for name, value in _OPTION.findall(line)}
    return {name: value for name, value in found.items() if name in _COMPARED}


def said_options(table: Table, dialect: str) -> dict[str, str]:
    """What a model gives its table."""
    prefix = f"{dialect}_"
    found = {
        name.removeprefix(prefix).upper(): str(value)
        for name, value in table.kwargs.items()
        if name.startswith(prefix)
    }
    plain = {_SPELLINGS.get(name, name): value for name, value in found.items()}
    return {name: value for name, value in plain.items() if name in _COMPARED}


def usual_options(connection: Connection) -> dict[str, str]:
    """What a table gets for which nobody says anything."""
    engine, charset, collation = connection.exec_driver_sql(_USUAL).one()
    return {**_NONE, "ENGINE": engine, "CHARSET": charset, "COLLATE": collation}


def default_collation(connection: Connection, charset: str) -> str:
    """The one that SHOW CREATE TABLE leaves out."""
    return str(connection.scalar(_DEFAULT_COLLATION, {"charset": charset}))


def only_characters(copy: Table, dialect: str, kept: Mapping[str, str]) -> None:
    """Leave a table that is made for a moment no option but its character set.

    A temporary table refuses some of the others.

    :param kept: what the table has although its model does not say it.
    """
    said = said_options(copy, dialect)
    for name in [name for name in copy.kwargs if name.startswith(f"{dialect}_")]:
        del copy.kwargs[name]
    charset, collation = (said.get(n, kept.get(n)) for n in CHARACTERS)
    if not (charset and collation and _fit(charset, collation)):
        charset, collation = said.get("CHARSET"), said.get("COLLATE")
        charset = charset or (None if collation else kept.get("CHARSET"))
    for name, value in (("charset", charset), ("collate", collation)):
        if value:
            copy.kwargs[f"{dialect}_{name}"] = value


def _fit(charset: str, collation: str) -> bool:
    plain = collation.lower().replace("utf8_", "utf8mb3_").partition("_")[0]
    return plain == {"utf8": "utf8mb3"}.get(charset.lower(), charset.lower())


def settled_options(wanted: Mapping[str, str], made: Mapping[str, str]) -> dict[str, str]:
    """``utf8`` is another name, and a character set has a collation that nobody said."""
    is_text = any(name in wanted for name in CHARACTERS)
    return {**wanted, **{name: made[name] for name in CHARACTERS if is_text and name in made}}


def change_options(
    table: str, before: Mapping[str, str], after: Mapping[str, str], columns: Mapping[str, str]
) -> str:
    """The statement that gives a table other options.

    :param columns: definitions by quoted name, of those whose character set is the table's.
    """
    changed = {n: v for n, v in after.items() if not is_same(v, before.get(n, _NONE.get(n, "")))}
    parts = [
        f"{name}='{value}'" if name in _TEXTS else f"{name}={value}"
        for name, value in changed.items()
        if name not in CHARACTERS
    ]
    if any(name in changed for name in CHARACTERS):
        parts.append(f"DEFAULT CHARACTER SET {after['CHARSET']} COLLATE {after['COLLATE']}")
        # Those that have none of their own keep the old one, if they are not told otherwise.
        parts += [f"MODIFY {name} {said}" for name, said in columns.items() if _is_text(said)]
    return f"ALTER TABLE {table} {', '.join(parts)}"


def is_same(one: str, other: str) -> bool:
    """Whether two values of an option are spelled otherwise at most."""
    return one.lower() == other.lower()


def _is_text(definition: str) -> bool:
    return bool(_CHARACTER_TYPE.match(definition))


class MySQLOptions(OptionAnswers):
    """The answers of MySQL and MariaDB."""

    url: URL
    keeps_unsaid: ClassVar[bool] = True

    def move_table(self, table: str, schema: str, name: str) -> str:
        return f"ALTER TABLE {table} RENAME TO {schema}.{name}"

    def said_options(self, table: Table) -> Mapping[str, str]:
        return said_options(table, self._prefix)

    def comment(self, table: Table) -> str | None:
        if table.comment is not None:
            return table.comment
        said: str | None = table.kwargs.get(f"{self._prefix}_comment")
        return said

    def usual_options(self, connection: Connection) -> Mapping[str, str]:
        return usual_options(connection)

    def keep_options(self, copy: Table, kept: Mapping[str, str]) -> None:
        only_characters(copy, self._prefix, kept)

    def with_unsaid(self, definition: str, actual: str) -> str:
        unsaid, wanted = parsed(actual).others, parsed(definition)
        others = compressed_as(unsaid, wanted.type)
        return str(replace(wanted, others=others)) if unsaid else definition

    def without_unsaid(self, key: str, fact: str) -> str:
        from .mysql_inventory import without_unsaid

        return without_unsaid(key, fact)

    def settled_options(
        self, wanted: Mapping[str, str], made: Mapping[str, str]
    ) -> Mapping[str, str]:
        return settled_options(wanted, made)

    def change_options(
        self,
        table: str,
        before: Mapping[str, str],
        after: Mapping[str, str],
        columns: Mapping[str, str],
    ) -> str:
        return change_options(table, before, after, columns)

    @property
    def _prefix(self) -> str:
        """What a model's options begin with."""
        return self.url.get_backend_name()
