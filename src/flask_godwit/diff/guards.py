"""Before a script is written: are the models really there?

The most repeated mistake is an application that never imports its models. To
autogenerate that looks like "every table is to be dropped".
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Select, inspect, literal_column, select

from ..errors import DropRefused, ModelsNotFound

_LOOKS_LIKE_MODELS = re.compile(
    rb"__tablename__\s*[:=]|class\s+\w+\([^)]*\b(db\.Model|Model|Base)\b|\bdb\.Table\(|= Table\("
)
_SKIPPED = {"venv", "env", "node_modules", "site-packages", "tests", "test", "build", "dist"}
_MOST_FILES = 2000


def unimported_models(root: Path, migrations: Path) -> tuple[str, ...]:
    """Files of the project that seem to define models and were never imported."""
    imported = {
        Path(file).resolve()
        for module in list(sys.modules.values())
        if (file := getattr(module, "__file__", None))
    }
    return tuple(
        str(file.relative_to(root))
        for file in _python_files(root, migrations)
        if file.resolve() not in imported and _LOOKS_LIKE_MODELS.search(file.read_bytes())
    )


def _python_files(root: Path, migrations: Path) -> Iterator[Path]:
    folders, seen = [root], 0
    while folders and seen < _MOST_FILES:
        for entry in sorted(folders.pop().iterdir()):
            if entry.is_symlink():
                continue
            if entry.is_dir():
                if _is_source(entry) and entry != migrations:
                    folders.append(entry)
            elif entry.suffix == ".py":
                seen += 1
                yield entry


def _is_source(folder: Path) -> bool:
    hidden = folder.name.startswith((".", "_"))
    return not hidden and folder.name not in _SKIPPED and not (folder / "pyvenv.cfg").exists()


def no_models(suspects: Sequence[str]) -> ModelsNotFound:
    """The error for an application that has no models, while files look like some."""
    return ModelsNotFound(
        "The application has no models: its MetaData has no table.", hint=_import_hint(suspects)
    )


def refuse_mass_drop(
    context: MigrationContext,
    operations: ops.OpContainer,
    find_suspects: Callable[[], Sequence[str]],
    *,
    rows_hidden: bool = False,
) -> None:
    """Refuse a script that drops more than half of the database's tables, by mistake or with rows.

    :param find_suspects: finds files that look like models and were not imported.
    :param rows_hidden: the database at hand has no rows, the one that counts may have.
    :raises ModelsNotFound: the dropped tables' models probably exist in a suspect.
    :raises DropRefused: the tables hold rows.
    """
    dropped = [op for op in operations.ops if isinstance(op, ops.DropTableOp)]
    if not dropped or context.connection is None:
        return
    existing = len(_own_tables(context, context.connection))
    if len(dropped) * 2 <= existing:
        return
    suspects = find_suspects()
    if suspects:
        raise ModelsNotFound(
            f"The migration would drop {len(dropped)} of {existing} tables, since the application"
            " has no models for them.",
            hint=_import_hint(suspects) + "\n--allow-drop writes the migration all the same.",
            detail=_listed(dropped),
        )
    filled = [op for op in dropped if rows_hidden or _has_rows(context, op)]
    if filled:
        raise DropRefused(
            f"The migration would drop {len(dropped)} of {existing} tables,"
            f" {'any of them perhaps' if rows_hidden else f'{len(filled)} of them'} with rows.",
            hint="If that is meant: flask db migrate --allow-drop",
            detail=_listed(filled),
        )


def _own_tables(context: MigrationContext, connection: Connection) -> list[str]:
    """The tables of the default schema that autogenerate looks at."""
    names = inspect(connection).get_table_names()
    include = context.opts.get("include_name") or (lambda *_: True)
    parents = {"schema_name": None}
    return [n for n in names if n != context.version_table and include(n, "table", parents)]


def _has_rows(context: MigrationContext, operation: ops.DropTableOp) -> bool:
    assert context.connection is not None
    rows: Select[tuple[str]] = (
        select(literal_column("1")).select_from(operation.to_table()).limit(1)
    )
    return context.connection.execute(rows).first() is not None


def _listed(dropped: Sequence[ops.DropTableOp]) -> str:
    return "\n".join(f"  - table {op.table_name}" for op in dropped)


def _import_hint(suspects: Sequence[str]) -> str:
    files = ", ".join(suspects[:5])
    return (
        f"These files look like models, but the application never imports them: {files}\n"
        f"Import them where the application is made, e.g. `{_import_of(suspects[0])}`."
    )


def _import_of(file: str) -> str:
    """A line that imports a file: of a package from within, else as what it is, a module."""
    path = PurePath(file)
    if path.stem == "__init__":
        path = path.parent
    return f"from . import {path.stem}" if len(path.parts) > 1 else f"import {path.stem}"
