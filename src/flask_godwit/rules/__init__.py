"""Hazards, one a file. A rule knows one action and the facts; no connection, no other rule.

The file's name is the rule's name. What each file holds is said in README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ..frozen import frozen
from .case import Case, Hazard


@frozen
class Rule:
    """A rule as its file has it."""

    id: str
    level: str
    kinds: tuple[str, ...]
    dialects: tuple[str, ...]
    spares_small: bool
    spares_new: bool
    hazard: Callable[[Case], Hazard | None]
    text: str

    @property
    def title(self) -> str:
        """What happens, in one sentence."""
        return self.text.partition("\n")[0]

    def applies(self, case: Case) -> bool:
        """Whether the rule looks at a case at all."""
        if case.action.kind not in self.kinds:
            return False
        if self.dialects and case.facts.dialect not in self.dialects:
            return False
        if self.spares_new and case.table in case.facts.new:
            return False
        return not (self.spares_small and case.facts.is_harmless(case.table))


_NO_RULES = ("case", "spelling")


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its name: the files of this folder."""
    names = [found.name for found in iter_modules(__path__) if found.name not in _NO_RULES]
    return {rule.id: rule for rule in map(_rule, sorted(names))}


def _rule(name: str) -> Rule:
    module = import_module(f"{__name__}.{name}")
    return Rule(
        name.replace("_", "-"),
        module.LEVEL,
        module.KINDS,
        getattr(module, "DIALECTS", ()),
        getattr(module, "SPARES_SMALL", True),
        getattr(module, "SPARES_NEW", True),
        module.hazard,
        (module.__doc__ or "").strip(),
    )
