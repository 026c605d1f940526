"""Scripts for several databases: the part of each, and what runs where.

A script written for one database has ``upgrade()``. One for several has
``upgrade(engine_name)`` and an ``upgrade_<part>()`` for each bind of its day, as in
Flask-Migrate; Alembic's tokens ``<part>_upgrades`` name the same parts.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from alembic.runtime.migration import MigrationContext

from .values import DEFAULT_BIND, Target

BIND_OPTION = "godwit_bind"
"""The option of a context in which we note its bind."""


def has_parts(targets: Sequence[Target]) -> bool:
    """Whether scripts have a part for each database, not one ``upgrade()`` for the only one."""
    return len(targets) > 1 or targets[0].bind != DEFAULT_BIND


def bind_of_token(token: str) -> str:
    """The bind in a template's token: "" in ``upgrades``, ``users`` in ``users_upgrades``."""
    return token.removesuffix("upgrades").removesuffix("_")


def bind_of(context: MigrationContext) -> str:
    """The bind that a context is for. An env.py for several databases names it in its token."""
    return bind_in(context.opts)


def bind_in(options: Mapping[str, Any]) -> str:
    """The bind that options of Alembic's ``configure()`` are for."""
    if BIND_OPTION in options:
        return str(options[BIND_OPTION])
    return bind_of_token(options.get("upgrade_token") or "")


def is_same_bind(typed: str, bind: str) -> bool:
    """Whether a person who typed this means this bind."""
    return typed == bind or (typed == "default" and bind == DEFAULT_BIND)


def fitted(function: Callable[..., Any], part: str, *, plain: bool) -> Callable[..., Any]:
    """A revision's ``upgrade`` or ``downgrade``, called with the arguments that it takes.

    So that a history runs in a project that has gained or lost binds since.

    :param part: what ``engine_name`` is on this database.
    :param plain: whether a script without ``engine_name`` is about this database.
    """
    parameters = inspect.signature(function).parameters
    takes_any = any(item.kind is item.VAR_KEYWORD for item in parameters.values())
    takes_bind = takes_any or "engine_name" in parameters

    @wraps(function)
    def call(**arguments: Any) -> None:
        if "engine_name" in parameters:
            arguments.setdefault("engine_name", part)
        elif not takes_bind and "engine_name" in arguments:
            del arguments["engine_name"]
            if not plain:
                return
        _call_part(function, arguments)

    return call


def _call_part(function: Callable[..., Any], arguments: dict[str, Any]) -> None:
    """Call it; a script that has no part for a bind has nothing to do there."""
    part = f"{getattr(function, '__name__', '')}_{arguments.get('engine_name')}"
    try:
        function(**arguments)
    except KeyError as error:
        # Raised by the script's own `globals()["upgrade_" + engine_name]`.
        if error.args != (part,):
            raise
