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
from typing import ClassVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ..dialects.mysql_backup import option_file
from ..errors import OnlineToolFailed
from ..retry import Limits
from .copies import TableCopy
from .tied import run_tied

PROGRAM = "pt-online-schema-change"
_NEW_NAME = "_godwit_%T_new"
"""What the copy is called: nobody else has a table of that name."""
_LONGEST_NAME = 64
_WAIT_SECONDS = 1
_CHUNK_SECONDS = 0.2
_LEFT = text(
    """
    SELECT trigger_name, event_object_table FROM information_schema.triggers
    WHERE trigger_schema = :schema AND trigger_name IN (:one, :two, :three)
    """
)


class CopyTool(TableCopy):
    """The tool, for one table and one statement."""

    maker: ClassVar[str] = PROGRAM
    in_words: ClassVar[str] = PROGRAM

    def why_not_this(self) -> str:
        if shutil.which(PROGRAM) is None:
            raise OnlineToolFailed(
                f"{PROGRAM} is not installed.",
                hint="apt install percona-toolkit    or: GODWIT_ONLINE_TOOL = 'godwit'",
            )
        # It copies with INSERT IGNORE: what does not fit is altered, and doubles are left out.
        if not self.keeps_values():
            return "values of the column might not fit, which the tool cuts off silently"
        return ""

    def run(self) -> None:
        self.clean()
        limits, options = self.around.limits, self.around.settings.online_tool_options
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
        self.clean()

    def clean(self) -> None:
        names = dict(zip(("one", "two", "three"), self._triggers(), strict=True))
        left = self.connection.execute(_LEFT, {"schema": self.schema, **names}).all()
        tables = {str(row[1]) for row in left} - {self.table}
        for row in left:
            self.drop("TRIGGER", str(row[0]))
        for table in {*tables, _NEW_NAME.replace("%T", self.table)[:_LONGEST_NAME]}:
            self.drop("TABLE", table)

    def _triggers(self) -> list[str]:
        """What it calls its triggers."""
        name = re.sub(rb"\W", b"_", f"pt_osc_{self.schema}_{self.table}".encode())[:60]
        return [f"{name.decode()}_{event}" for event in ("del", "upd", "ins")]

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
