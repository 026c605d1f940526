"""CHECKs of domains that speak of something that changes: away meanwhile."""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from ..names import quoted
from ..steps import Sql, flat
from .sides import sides_of
from .spoken import Spoken


def domains_aside(
    context: AutogenContext, upgrade: ops.UpgradeOps, spoken: Spoken
) -> list[ops.MigrateOperation]:
    """What drops CHECKs and defaults of domains, and brings them back; what changes is let be."""
    assert context.connection is not None
    assert context.dialect is not None
    said = [op.statement for op in flat(upgrade) if isinstance(op, Sql)]
    found: list[ops.MigrateOperation] = []
    for key, type_ in sides_of(context).database.domain_types(context.connection).items():
        alter = f"ALTER DOMAIN {quoted(context.dialect, *key)}"
        if any(statement.startswith(alter) for statement in said):
            continue
        if type_.default and spoken.is_used_in(type_.default):
            found.append(Sql(f"{alter} DROP DEFAULT", f"{alter} SET DEFAULT {type_.default}"))
        for name, text in type_.checks:
            label = quoted(context.dialect, name)
            if spoken.is_used_in(text):
                drop = f"{alter} DROP CONSTRAINT {label}"
                found.append(Sql(drop, f"{alter} ADD CONSTRAINT {label} {text}"))
    return found
