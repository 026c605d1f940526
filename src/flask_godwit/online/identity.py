"""PostgreSQL: a column that counts, without writing the table anew under its lock.

A sequence of ours counts while rows get their numbers; at the end the column's own goes on from it.
"""

from __future__ import annotations

from copy import copy

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Identity, MetaData, Sequence, Table

from ..frozen import frozen
from .names import own_name

_COUNTED = ("SMALLINT", "INTEGER", "BIGINT")


def counter_of(operation: ops.AddColumnOp, context: MigrationContext) -> Counter | None:
    """What counts for a new column; None where it is added as the script says."""
    column, dialect = operation.column, context.dialect
    identity = column.identity
    if identity is None or not dialect.supports_identity_columns or column.nullable:
        return None
    type_ = dialect.type_compiler_instance.process(column.type)
    return Counter(operation, context, identity, type_) if type_ in _COUNTED else None


@frozen
class Counter:
    """The sequence of one new column."""

    operation: ops.AddColumnOp
    context: MigrationContext
    identity: Identity
    type: str

    @property
    def default(self) -> str:
        """What gives a row the next number."""
        return f"nextval({_literal(self._ours)})"

    def made(self) -> list[ops.ExecuteSQLOp]:
        """It is there, for everybody: whoever inserts a row needs no right on an identity."""
        return [
            _sql(f"CREATE SEQUENCE {self._ours} AS {self.type} {self._options}"),
            _sql(f"GRANT USAGE ON SEQUENCE {self._ours} TO PUBLIC"),
            _sql(
                f"ALTER TABLE {self._table} ALTER COLUMN {self._column} SET DEFAULT {self.default}"
            ),
        ]

    def handed_over(self) -> list[ops.ExecuteSQLOp]:
        """In one transaction, the revision's own: nobody gets a number twice."""
        alter = f"ALTER COLUMN {self._column}"
        way = "ALWAYS" if self.identity.always else "BY DEFAULT"
        place = f"{_literal(self._table)}, {_literal(self.operation.column.name)}"
        own = f"pg_get_serial_sequence({place})"
        return [
            _sql(
                f"ALTER TABLE {self._table} {alter} DROP DEFAULT,"
                f" {alter} ADD GENERATED {way} AS IDENTITY ({self._options})"
            ),
            _sql(
                f"DO $godwit$ BEGIN PERFORM setval({own}, last_value, is_called)"
                f" FROM {self._ours}; END $godwit$"
            ),
            _sql(f"DROP SEQUENCE {self._ours}"),
        ]

    @property
    def _options(self) -> str:
        """As the script says; where it begins is said in any case."""
        identity = copy(self.identity)
        if identity.start is None:
            falls = (identity.increment or 1) < 0
            bound = identity.maxvalue if falls else identity.minvalue
            identity.start = bound if bound is not None else -1 if falls else 1
        compiler = self.context.dialect.ddl_compiler(self.context.dialect, None)  # type: ignore[arg-type]
        return compiler.get_identity_options(identity)

    @property
    def _column(self) -> str:
        return self.context.dialect.identifier_preparer.quote(self.operation.column.name)

    @property
    def _table(self) -> str:
        table = Table(self.operation.table_name, MetaData(), schema=self.operation.schema)
        return str(self.context.dialect.identifier_preparer.format_table(table))

    @property
    def _ours(self) -> str:
        """The quoted name of the sequence that counts meanwhile."""
        name = own_name(f"{self.operation.table_name}_{self.operation.column.name}", "godwit_seq")
        sequence = Sequence(name, schema=self.operation.schema)
        return str(self.context.dialect.identifier_preparer.format_sequence(sequence))


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _sql(statement: str) -> ops.ExecuteSQLOp:
    """A statement for Alembic, which takes a colon for a parameter."""
    return ops.ExecuteSQLOp(statement.replace(":", "\\:"))
