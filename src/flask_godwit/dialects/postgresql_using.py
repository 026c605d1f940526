"""What converts a column's values, given to the driver as it wants it.

Alembic doubles ``%`` everywhere but in ``postgresql_using``: psycopg takes it for a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_PERCENTS = re.compile("%+")


@contextmanager
def percents_doubled(context: Any) -> Iterator[None]:
    """Around a run. What a script doubles already, for Alembic alone, means the same as ever."""
    impl = context.impl
    if not context.dialect.identifier_preparer._double_percents:
        yield
        return
    own, plain = vars(impl).get("alter_column"), impl.alter_column

    def alter_column(*arguments: Any, **options: Any) -> Any:
        using = options.get("postgresql_using")
        if isinstance(using, str):
            options["postgresql_using"] = _PERCENTS.sub(_even, using)
        return plain(*arguments, **options)

    impl.alter_column = alter_column
    try:
        yield
    finally:
        del impl.alter_column
        if own is not None:
            impl.alter_column = own


def _even(found: re.Match[str]) -> str:
    return found[0] + "%" * (len(found[0]) % 2)
