"""The methods that every database answers. The base is the cautious answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from enum import Enum
from re import Pattern
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Integer,
    SmallInteger,
    Table,
    func,
    text,
)
from sqlalchemy.types import TypeEngine

from ..errors import DatabaseError, Outage
from .administration import Administered
from .object_answers import ObjectAnswers
from .running_answers import RunningAnswers
from .table_options import OptionAnswers
from .type_answers import TypeAnswers

if TYPE_CHECKING:
    from ..plans import Cost, Facts
    from ..sql.action import Action
    from .backups import Backup
    from .facts import Catalogue
    from .glance import Glance
    from .guard import Sent
    from .script import Script


Condition = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""A condition on the values of a column."""
Alteration = tuple[Condition, str]
"""Which values of a column are not the same after a change, and what happens to them, as a verb."""
Size = tuple[int, int]
"""Rows and bytes of a table."""
Columns = Collection[tuple[str, str]]
"""Tables, each with the name of a column."""


class Trouble(Enum):
    """Why a database can't be used."""

    MISSING = "missing"
    """The server answers, the database does not exist."""
    STARTING = "starting"
    """Nobody answers, or the server says that it is not ready yet."""
    NO_HOST = "no host"
    """Nobody knows the server's name."""
    DENIED = "denied"
    """Wrong user, wrong password, or rights are missing."""
    DAMAGED = "damaged"
    """What is there is no database, or can't be read as one."""
    OTHER = "other"
    """Anything else."""


class Database(Administered, RunningAnswers, ObjectAnswers, OptionAnswers, TypeAnswers):
    """A database by its URL. Subclasses differ in their answers, not in their methods."""

    name: str = "database"
    extra: ClassVar[str] = ""
    """The extra of Flask-Godwit that installs a driver."""

    @property
    def short_name(self) -> str:
        """What a person calls it, and types to have it dropped."""
        return self.url.database or ""

    @property
    def identity(self) -> tuple[object, ...]:
        """Two URLs with the same identity are the same database."""
        url = self.url
        return (url.get_backend_name(), url.host, url.port, url.database)

    def trouble(self, error: BaseException) -> Trouble:
        """Why connecting failed, from the driver's error."""
        return Trouble.OTHER

    def outage(self, error: BaseException) -> type[Outage] | None:
        """Why a statement failed that another day would have succeeded, from the driver's error."""
        return None

    denied_hint: ClassVar[str] = "Check user, password and rights in SQLALCHEMY_DATABASE_URI."

    user_query: ClassVar[str] = ""
    """What asks the server who we are."""

    def user(self, connection: Connection) -> str:
        """Whose rights the connection has, as the server says; "" where nobody has any."""
        return str(connection.scalar(text(self.user_query))) if self.user_query else ""

    checks_in_columns: ClassVar[bool] = False
    """Whether a CHECK that is written into a column stays a part of that."""

    reflects_collations: ClassVar[bool] = True
    """Whether each SQLAlchemy reads how the texts of a column are compared."""

    readers_block_renames: ClassVar[bool] = False
    """Whether a column can't be renamed that a CHECK, an index or a generated column reads."""

    def default_name(self, kind: str, table: str, columns: Sequence[str]) -> str | None:
        """What the database calls a constraint or index that was given no name.

        :param kind: ``pk``, ``uq``, ``ix``, ``fk``, or ``nn`` for NOT NULL.
        """
        return None

    def can_default(self, kind: TypeEngine[Any]) -> bool:
        """Whether a column of this type can have a server default that is a literal."""
        return True

    def forbids_null(self, kind: TypeEngine[Any], dialect: Dialect) -> bool:
        """Whether a type itself forbids NULL, and has no default, whatever a column says."""
        return False

    bytes_literal: ClassVar[str] = "X'{}'"
    """Bytes in a statement, of which the hexadecimal digits are given."""

    enforces_limits: ClassVar[bool] = True
    """Whether a value that is too long or too large for its type is refused."""

    takes_using: ClassVar[bool] = False
    """Whether a change of type can be given an expression that converts the values."""

    stores_positions: ClassVar[bool] = False
    """Whether a value of an enumeration is a number for it, which it takes for the value."""

    def text_length(self, column: ColumnElement[Any]) -> ColumnElement[int]:
        """How many characters a text has."""
        return func.char_length(column)

    def unreadable(self, old: Any, new: Any) -> Iterator[Condition]:
        """Which values of one type can't become a value of another; nothing where that is not
        known. What is too long or too large is not looked at.
        """
        yield from ()

    def altered(self, old: Any, new: Any) -> Iterator[Alteration]:
        """Which values of one type become another value of the new one, besides what is rounded
        on each database.
        """
        yield from ()

    def whole_numbers(self, kind: Any) -> tuple[int, int] | None:
        """The smallest and the largest number of a type that has whole numbers only."""
        if not isinstance(kind, Integer):
            return None
        bits = 16 if isinstance(kind, SmallInteger) else 64 if isinstance(kind, BigInteger) else 32
        return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def rounded(self, number: ColumnElement[Any], scale: int) -> ColumnElement[Any]:
        """A number as it is stored with so many digits behind the point."""
        return func.round(number, scale)

    def keeps_foreign_keys(
        self, connection: Connection, old: TypeEngine[Any], new: TypeEngine[Any]
    ) -> bool:
        """Whether a foreign key may stay while one of its ends gets another type."""
        return True

    def rename_column(self, table: str, old: str, new: str) -> str:
        """The statement that renames a column and keeps all it has; "" where Alembic's does.

        :param table: quoted, as the columns are.
        """
        return ""

    def rename_constraint(self, kind: str, table: str, old: str, new: str) -> str:
        """The statement that renames a constraint or index; "" where there is none.

        :param table: quoted and with its schema; the other names are quoted.
        """
        return ""

    def foreign_tables(self, connection: Connection) -> Collection[tuple[str | None, str]]:
        """Schema and name of tables that are made by something else than a migration."""
        return ()

    has_safe_forms: ClassVar[bool] = False
    """Whether there are other ways to do some operations, which keep nobody waiting."""

    algorithms: ClassVar[Sequence[str]] = ()
    """The clauses with which ALTER TABLE is told how to do it, the cheapest first."""

    shares_rows_at_once: ClassVar[str] = ""
    """What ends a SELECT whose rows nobody changes meanwhile, and that waits for no row."""

    def fills_rows(self, default: str) -> bool:
        """Whether a column with this server default can't be added without writing each row."""
        return True

    indexes_foreign_keys: ClassVar[bool] = False
    """Whether the server makes an index for a foreign key that has none."""
    folds_columns: ClassVar[bool] = False
    """Whether the case of a column's letters does not tell it apart from another one."""
    names_primary_keys: ClassVar[bool] = True
    """Whether a primary key has a name of its own."""
    shared_names: ClassVar[Collection[str]] = ("table", "ix", "uq", "pk", "fk", "ck")
    """What has a name that nothing else in its schema may have; other names are a table's own."""

    def replace_primary_key(self, table: str, old: Sequence[str], new: Sequence[str]) -> str:
        """One statement for a new primary key; "" where dropping and creating does.

        :param table: quoted, as the columns are.
        """
        return ""

    def drop_expression(self, table: str, column: str) -> str:
        """The statement that makes a generated column a plain one; "" where there is none."""
        return ""

    def steady(self, expression: str) -> str:
        """An expression that the database says, in words that make the same one again."""
        return expression

    def mend_reflection(self, dialect: Dialect) -> None:
        """Have SQLAlchemy read what it leaves out, where that would be found changed."""

    restrict_goes_unsaid: ClassVar[bool] = True
    """Whether a foreign key that is to RESTRICT is the same as one of which nothing is said."""

    keeps_match: ClassVar[bool] = False
    """Whether a foreign key says how it takes rows that are NULL in part."""

    no_action_goes_unsaid: ClassVar[bool] = True
    """Whether NO ACTION of a foreign key is the same as nothing said."""

    spells_defaults: ClassVar[bool] = False
    """Whether the default of a number or a time is spelled by its type, whatever was said."""

    counts_in_columns: ClassVar[bool] = True
    """Whether an altered column has to be told again that it counts."""

    makes_schemas: ClassVar[bool] = False
    """Whether a schema is made by a statement of its own, inside the database."""

    retypes_what_is_read: ClassVar[bool] = True
    """Whether a column that a generated one reads can get another type."""

    kinds_of_tables: ClassVar[Mapping[str, bool]] = {}
    """Keywords of a model's table that only a copy can change, with what they usually are.

    In the facts of a table those are named that are not as usual.
    """

    def names_key_of(self, table: Table) -> bool:
        """Whether it keeps the name of a table's primary key."""
        return self.names_primary_keys

    keeps_what_it_generated: ClassVar[bool] = False
    """Whether a generated column that gets another default, or none, keeps its values."""

    def catalogue(self) -> Catalogue:
        """What reads the facts of tables, for one comparison."""
        from .facts import Catalogue

        return Catalogue()

    def glance(self) -> Glance:
        """What tells, in a few queries, which tables are obviously unchanged."""
        from .glance import Glance

        return Glance()

    def refuses_orphans(self, connection: Connection) -> bool:
        """Whether a new foreign key fails on rows that refer to nothing."""
        return True

    def inline(self, sent: Sent, parameters: Any) -> str:
        """A statement with its values as the driver writes them; "" where it does not say."""
        return ""

    def script(self, connection: Connection) -> Script:
        """How a script is written that somebody else runs on the database of a connection."""
        from .script import Script

        return Script(connection)

    carries_out_rehearsals: ClassVar[bool] = False
    """Whether statements of a rehearsal are sent: it is made on a copy."""

    @contextmanager
    def rehearsal(self, connection: Connection) -> Iterator[Connection]:
        """A connection to plan on, through which nothing can be changed in the database."""
        yield connection

    def cost(self, action: Action, facts: Facts) -> Cost:
        """What a statement takes that does this."""
        from .costs import looked_up

        return looked_up({}, action, facts)

    def may_hold_nulls(self, connection: Connection, tables: Collection[str]) -> Columns:
        """Table and column where NOT NULL holds for new rows only."""
        return ()

    def with_default_partition(
        self, connection: Connection, tables: Collection[str]
    ) -> Collection[str]:
        """Those of some tables that have a partition for whatever fits into no other."""
        return ()

    def sizes(self, connection: Connection, tables: Collection[str]) -> Mapping[str, Size]:
        """Rows and bytes of tables, as quickly as the server knows them."""
        return {}

    orders_tuples: ClassVar[bool] = False
    """Whether an index finds the rows of ``(a, b) > (1, 2)``."""

    def backup(self, connection: Connection) -> Backup:
        """How the database of a connection is written into a file."""
        from .backups import Backup

        return Backup(connection)

    def inventory(self, connection: Connection) -> Mapping[str, str]:
        """All that the database holds but rows, as facts by what they are about."""
        raise self._no_scratch()

    def has_schemas(self, engine: Engine, names: Collection[str]) -> None:
        """Have a scratch database hold schemas that no statement of a migration makes."""

    def scratch(self, real: Engine) -> AbstractContextManager[Engine]:
        """An empty database like this one, gone afterwards.

        :param real: the engine of this database.
        """
        raise self._no_scratch()

    def neighbours(self, real: Engine) -> Pattern[str] | None:
        """What names another database of the server in a statement; None where none can."""
        return None

    def _no_scratch(self) -> DatabaseError:
        return DatabaseError(f"Flask-Godwit makes no scratch database for {self.name}.")
