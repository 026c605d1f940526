"""Alembic's alter_column on MySQL and MariaDB, which keeps whatever it is not to change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from alembic.ddl.base import format_server_default
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Computed, Connection, Identity
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import String, to_instance

from ..frozen import frozen
from ..values import STATEMENT_NAME
from . import IS_REHEARSED
from .column import ColumnText, column_in, compressed_as, suits_charset, takes_expressions_only
from .statement import as_ddl

_WISHES = ("name", "type_", "nullable", "server_default", "comment", "autoincrement")


@frozen
class Abilities:
    """Since which version there is RENAME COLUMN; whether a text's default may be a literal."""

    renames_columns: tuple[int, ...]
    texts_default: bool


@contextmanager
def faithful(context: MigrationContext, abilities: Abilities) -> Iterator[None]:
    """Let alter_column say the whole column again, as the database has it."""
    plain = context.impl
    if isinstance(plain, FaithfulImpl) or plain.as_sql:
        yield
        return
    ours = object.__new__(_faithful_class(type(plain)))
    ours.__dict__.update(plain.__dict__)
    ours.abilities = abilities
    ours.made = {} if context.opts.get(IS_REHEARSED) else None
    context.impl = ours
    try:
        yield
    finally:
        context.impl = plain


@cache
def _faithful_class(plain: type[Any]) -> type[Any]:
    """Ours on top of the application's own, if it registered one."""
    return type(plain.__name__, (FaithfulImpl, plain), {})


class FaithfulImpl:
    """Alembic's ``impl`` of MySQL, for columns that are there."""

    as_sql: bool
    dialect: Any
    connection: Connection
    abilities: Abilities
    made: dict[tuple[str | None, str, str], ColumnText] | None
    """What columns would be by now, where nothing is carried out."""

    def alter_column(self, table_name: str, column_name: str, **options: Any) -> None:
        if isinstance(options.get("server_default"), Computed | Identity):
            super().alter_column(table_name, column_name, **options)  # type: ignore[misc]
            return
        new = options.get("name")
        column = self._column(options.get("schema"), table_name, column_name)
        table = self._quoted(options.get("schema"), table_name)
        old = self._quote(column_name)
        wanted = f"{table}.{old}: {self._said(options)}"
        renames = new is not None and new != column_name
        if column is not None and self.made is not None:
            place = (options.get("schema"), table_name, str(new) if renames else column_name)
            self.made[place] = self._changed(column, options)
        if renames and column is not None and not self._renames_columns:
            changed = self._changed(column, options)
            change = f"ALTER TABLE {table} CHANGE {old} {self._quote(str(new))} {changed}"
            self._send(change, wanted)
            return
        if not renames or self._changes(options):
            if column is None:
                self._change_unseen(table_name, column_name, options, wanted)
            else:
                change = self._change(old, column, self._changed(column, options))
                self._send(f"ALTER TABLE {table} {change}", wanted)
        if renames:
            name = self._quote(str(new))
            self._send(f"ALTER TABLE {table} RENAME COLUMN {old} TO {name}", f"{wanted}, renamed")

    def _change_unseen(self, table: str, column: str, options: dict[str, Any], name: str) -> None:
        """A column that is not there: it was renamed since, and the journal knows of the change;
        or it is not there yet, and Alembic knows the statement.
        """
        rest = {key: value for key, value in options.items() if key != "name"}
        try:
            with self._naming(name):
                super().alter_column(table, column, **rest)  # type: ignore[misc]
        except CommandError:  # it knows no type
            quoted = self._quoted(options.get("schema"), table)
            self._send(f"ALTER TABLE {quoted} MODIFY {self._quote(column)} int", name)

    @contextmanager
    def _naming(self, name: str) -> Iterator[None]:
        """What is sent meanwhile is called so."""
        own = vars(self).get("_exec")
        send = self._exec  # type: ignore[has-type]

        def named(construct: Any, *_: Any, **__: Any) -> Any:
            return send(construct, execution_options={STATEMENT_NAME: name})

        self._exec = named
        try:
            yield
        finally:
            del self._exec
            if own is not None:
                self._exec = own

    def _changes(self, options: dict[str, Any]) -> bool:
        """Whether more than a name is wanted."""
        is_said = [options.get(name) is not None for name in ("type_", "nullable", "autoincrement")]
        defaults = [options.get(name, False) for name in ("server_default", "comment")]
        return any(is_said) or any(value is not False for value in defaults)

    def _said(self, options: dict[str, Any]) -> str:
        """What the script asks for, which is the same whenever it is run."""
        said = {name: options.get(name) for name in _WISHES if options.get(name) is not None}
        if said.get("type_") is not None:
            said["type_"] = self._type(said["type_"])
        if said.get("server_default") not in (None, False):
            said["server_default"] = self._default(said["server_default"])
        return repr(sorted(said.items()))

    def _change(self, name: str, column: ColumnText, changed: ColumnText) -> str:
        """Only a default that is a literal can be changed without saying all the rest."""
        if changed != replace(column, default=changed.default) or changed == column:
            return f"MODIFY {name} {changed}"
        if not changed.default and changed.null == "NOT NULL":
            return f"ALTER COLUMN {name} DROP DEFAULT"
        # Where none is left at all, a column that may be NULL has to be given a value all the same.
        if not changed.default and not takes_expressions_only(changed.type):
            return f"ALTER COLUMN {name} SET DEFAULT NULL"
        if changed.default[:1] in tuple("'-0123456789") or changed.default.upper() == "NULL":
            return f"ALTER COLUMN {name} SET DEFAULT {changed.default}"
        return f"MODIFY {name} {changed}"

    def _changed(self, column: ColumnText, options: dict[str, Any]) -> ColumnText:
        changed = column
        if options.get("type_") is not None:
            changed = self._of_type(changed, options["type_"], options.get("existing_type"))
        if options.get("server_default", False) is not False:
            changed = self._of_default(changed, options["server_default"])
        nullable = options.get("nullable")
        if nullable is not None and not changed.computed:
            changed = replace(changed, null="NULL" if nullable else "NOT NULL")
        if changed.null == "NOT NULL" and changed.default.upper() == "NULL":
            changed = replace(changed, default="")
        if options.get("autoincrement") is not None:
            changed = replace(changed, counter="AUTO_INCREMENT" * bool(options["autoincrement"]))
        comment = options.get("comment", False)
        if comment is not False:
            said = f"COMMENT {self._literal(comment)}" if comment is not None else ""
            changed = replace(changed, comment=said)
        return changed

    def _of_type(self, column: ColumnText, type_: Any, existing: Any) -> ColumnText:
        said = self._type(type_)
        told = getattr(existing, "collation", None) or getattr(existing, "charset", None)
        charset = column.charset if suits_charset(said) and not told else ""
        others = compressed_as(column.others, said)
        changed = replace(column, type=said, charset=charset, others=others)
        if column.check.lower().startswith("check (json_valid("):  # MariaDB's JSON is a text
            changed = replace(changed, charset="", check="")
        literal = column.default.startswith("'") and not self.abilities.texts_default
        if literal and takes_expressions_only(said):
            changed = replace(changed, default=f"({column.default})")
        return changed

    def _of_default(self, column: ColumnText, default: Any) -> ColumnText:
        if default is None:
            return replace(column, default="")
        value, says_update, update = _parted(self._default(default))
        return replace(column, default=value, on_update=update if says_update else column.on_update)

    def _type(self, type_: Any) -> str:
        said = str(self.dialect.type_compiler_instance.process(to_instance(type_)))
        return said.replace("%%", "%")

    def _default(self, default: Any) -> str:
        compiler = self.dialect.ddl_compiler(self.dialect, None)
        return str(format_server_default(compiler, default)).replace("%%", "%")

    def _literal(self, text: str) -> str:
        compiler = self.dialect.statement_compiler(self.dialect, None)
        return str(compiler.render_literal_value(text, String())).replace("%%", "%")

    def _column(self, schema: str | None, table: str, column: str) -> ColumnText | None:
        query = f"SHOW CREATE TABLE {self._quoted(schema, table)}".replace("%", "%%")
        try:
            created = self.connection.exec_driver_sql(query).one()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            return None  # let the server say what is wrong with the statement itself
        made = (self.made or {}).get((schema, table, column))
        return made or column_in(str(created[1]), column)

    @property
    def _renames_columns(self) -> bool:
        version = self.dialect.server_version_info or (0,)
        return bool(version >= self.abilities.renames_columns)

    def _quote(self, name: str) -> str:
        return str(self.dialect.identifier_preparer.quote(name)).replace("%%", "%")

    def _quoted(self, schema: str | None, table: str) -> str:
        return ".".join(self._quote(part) for part in (schema, table) if part)

    def _send(self, statement: str, name: str) -> None:
        """What is read of the column may be another thing when the revision is run again."""
        construct = as_ddl(statement)
        self._exec(construct, execution_options={STATEMENT_NAME: name})


def _parted(default: str) -> tuple[str, bool, str]:
    """A default, and what stands after ON UPDATE."""
    at = default.upper().find(" ON UPDATE ")
    if at < 0:
        return default, False, ""
    return default[:at], True, default[at + len(" ON UPDATE ") :]
