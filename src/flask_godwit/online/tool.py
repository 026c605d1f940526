"""pt-online-schema-change, which copies a table while others write to it.

It connects by itself. What it is given comes from the statement that the server would only carry
out with a copy of its own, for which everybody waits.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from ..dialects.mysql_backup import option_file
from ..dialects.mysql_widening import holds_all
from ..errors import OnlineToolFailed
from ..mysql.column import column_in, parsed
from ..retry import Limits
from .tied import run_tied

PROGRAM = "pt-online-schema-change"
_NAME = r"(?:`(?:[^`]|``)+`|[^\s`.]+)"
_ALTER = re.compile(
    rf"\s*ALTER\s+TABLE\s+({_NAME}(?:\.{_NAME})?)\s+(.+)", re.IGNORECASE | re.DOTALL
)
_MODIFY = re.compile(rf"MODIFY\s+({_NAME})\s+(.+)", re.IGNORECASE | re.DOTALL)
_NEW_NAME = "_godwit_%T_new"
"""What the copy is called: nobody else has a table of that name."""
_LONGEST_NAME = 64
_WAIT_SECONDS = 1
_CHUNK_SECONDS = 0.2
_OBSTACLES = {
    "a foreign key": """
        SELECT count(*) FROM information_schema.key_column_usage
        WHERE table_schema = :schema AND table_name = :table AND referenced_table_name IS NOT NULL
    """,
    "a foreign key that refers to it": """
        SELECT count(*) FROM information_schema.key_column_usage
        WHERE referenced_table_schema = :schema AND referenced_table_name = :table
    """,
    "a trigger": """
        SELECT count(*) FROM information_schema.triggers
        WHERE event_object_schema = :schema AND event_object_table = :table
          AND trigger_name NOT LIKE 'pt\\_osc\\_%'
    """,
    "a CHECK, whose name would change": """
        SELECT count(*) FROM information_schema.table_constraints
        WHERE table_schema = :schema AND table_name = :table AND constraint_type = 'CHECK'
          AND version() NOT LIKE '%MariaDB%'
    """,
    "no primary key": """
        SELECT count(*) = 0 FROM information_schema.table_constraints
        WHERE table_schema = :schema AND table_name = :table AND constraint_type = 'PRIMARY KEY'
    """,
}
_LEFT = text(
    """
    SELECT trigger_name, event_object_table FROM information_schema.triggers
    WHERE trigger_schema = :schema AND trigger_name IN (:one, :two, :three)
    """
)


class CopyTool:
    """The tool, for one table and one statement."""

    def __init__(self, connection: Connection, table: str, schema: str | None, sql: str) -> None:
        self.connection = connection
        self.table = table
        self.schema = schema or str(connection.exec_driver_sql("SELECT database()").scalar())
        found = _ALTER.fullmatch(sql)
        self.alter = found[2] if found else ""

    def why_not(self) -> str:
        """Why it can't be used; "" if it can."""
        if not self.alter:
            return "the statement is no ALTER TABLE"
        if shutil.which(PROGRAM) is None:
            raise OnlineToolFailed(
                f"{PROGRAM} is not installed.",
                hint="apt install percona-toolkit    or: GODWIT_ONLINE_TOOL = ''",
            )
        if not self._keeps_values():
            return "values of the column might not fit, which the tool cuts off silently"
        values = {"schema": self.schema, "table": self.table}
        for words, query in _OBSTACLES.items():
            if self.connection.scalar(text(query), values):
                return f"the table has {words}"
        return ""

    def _keeps_values(self) -> bool:
        """It copies with INSERT IGNORE: what does not fit is altered, and doubles are left out."""
        if re.match(r"(CHANGE|CONVERT)\b", self.alter, re.IGNORECASE):
            return False
        found = _MODIFY.fullmatch(self.alter)
        if found is None:
            return True
        name = found[1].strip("`").replace("``", "`")
        created = self.connection.exec_driver_sql(f"SHOW CREATE TABLE {self._quoted(self.table)}")
        old, new = column_in(str(created.one()[1]), name), parsed(found[2])
        return old is not None and old.charset == new.charset and holds_all(old.type, new.type)

    def run(self, limits: Limits, options: tuple[str, ...]) -> None:
        """Copy the table, and put the copy in its place.

        :raises OnlineToolFailed: it did not come to its end; then the table is as it was.
        """
        self.clean()
        with TemporaryDirectory(prefix="godwit-") as folder:
            file = Path(folder, "client.cnf")
            file.touch(mode=0o600)
            file.write_text(option_file(self.connection.engine.url), encoding="utf-8")
            command = [PROGRAM, f"--defaults-file={file}", *self._options(limits), *options]
            dsn = f"D={_escaped(self.schema)},t={_escaped(self.table)}"
            ended, said = run_tied([*command, "--alter", self.alter, "--execute", dsn])
        if ended:
            with suppress(DBAPIError):  # the next run does it, if the connection is lost
                self.clean()
            lines = said.decode("utf-8", "replace").strip().split("\n")
            raise OnlineToolFailed(
                f"{PROGRAM} ended with {ended}; the table {self.table} is as it was.",
                detail="\n".join(f"  {line}" for line in lines[-8:]),
                hint="flask db upgrade    tries it again",
            )

    def clean(self) -> None:
        """Remove what a tool that was killed left: its triggers, and the copy or the old table."""
        names = dict(zip(("one", "two", "three"), self._triggers(), strict=True))
        left = self.connection.execute(_LEFT, {"schema": self.schema, **names}).all()
        tables = {str(row[1]) for row in left} - {self.table}
        for row in left:
            self._drop("TRIGGER", str(row[0]))
        for table in {*tables, _NEW_NAME.replace("%T", self.table)[:_LONGEST_NAME]}:
            self._drop("TABLE", table)

    def _triggers(self) -> list[str]:
        """What it calls its triggers."""
        name = re.sub(rb"\W", b"_", f"pt_osc_{self.schema}_{self.table}".encode())[:60]
        return [f"{name.decode()}_{event}" for event in ("del", "upd", "ins")]

    def _drop(self, kind: str, name: str) -> None:
        self.connection.exec_driver_sql(f"DROP {kind} IF EXISTS {self._quoted(name)}")

    def _quoted(self, name: str) -> str:
        quote = self.connection.dialect.identifier_preparer.quote_identifier
        return f"{quote(self.schema)}.{quote(name)}".replace("%", "%%")

    def _options(self, limits: Limits) -> list[str]:
        tries = max(1, int(limits.retry_seconds / (2 * _WAIT_SECONDS)))
        steps = ("create_triggers", "swap_tables", "drop_triggers")
        variables = [f"lock_wait_timeout={max(_WAIT_SECONDS, int(limits.lock_seconds))}"]
        if self.connection.execute(text("SHOW VARIABLES LIKE 'explain_format'")).first():
            # It reads the number of rows from EXPLAIN; where it can't, it copies all in one go.
            variables.append("explain_format=TRADITIONAL")
        return [
            f"--set-vars={','.join(variables)}",
            f"--tries={','.join(f'{step}:{tries}:{_WAIT_SECONDS}' for step in steps)}",
            f"--chunk-time={_CHUNK_SECONDS}",  # as long as writers wait for rows of a chunk
            f"--new-table-name={_NEW_NAME}",
            "--no-version-check",
            "--recursion-method=none",
        ]


def _escaped(name: str) -> str:
    return name.replace(",", "\\,")
