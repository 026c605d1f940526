"""What an env.py does to the process is undone after each command."""

from __future__ import annotations

import logging
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import alembic.context
import alembic.op


@contextmanager
def left_as_it_was(options: MutableMapping[str, Any]) -> Iterator[None]:
    """Keep the application's logging and ``configure_args`` as they are.

    ``fileConfig`` disables every logger of the application and replaces the root's
    handlers; Flask-Migrate's env.py leaves a function in ``configure_args`` that makes
    the next command in the same process see an empty migration.

    :param options: the application's ``configure_args``.
    """
    before = dict(options)
    loggers = _logging_state()
    try:
        yield
    finally:
        options.clear()
        options.update(before)
        for logger, (level, disabled, propagate, handlers) in loggers.items():
            logger.setLevel(level)
            logger.disabled, logger.propagate = disabled, propagate
            logger.handlers[:] = handlers


@contextmanager
def outer_run_kept() -> Iterator[None]:
    """Give Alembic's ``op`` and ``context`` back to the run that this one is inside of.

    A revision or an env.py may run the commands of another application. Alembic then leaves
    both modules empty, as if the outer run had ended too.
    """
    modules = [vars(alembic.context), vars(alembic.op)]
    serving = [(module, dict(module)) for module in modules if module.get("_proxy") is not None]
    try:
        yield
    finally:
        for module, before in serving:
            module.update(before)


def _logging_state() -> dict[logging.Logger, tuple[int, bool, bool, list[logging.Handler]]]:
    known = logging.root.manager.loggerDict.values()
    loggers = [logging.root, *(item for item in known if isinstance(item, logging.Logger))]
    return {
        logger: (logger.level, logger.disabled, logger.propagate, list(logger.handlers))
        for logger in loggers
    }
