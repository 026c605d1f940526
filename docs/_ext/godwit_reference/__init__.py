"""Directives that write the reference from the code, so that it can't differ from it.

``godwit-commands`` and ``godwit-environment`` read the click group, ``godwit-settings`` the
table of settings, ``godwit-json-commands`` and ``godwit-json-values`` the dataclasses that
commands return, ``godwit-functions`` the public names,
``godwit-hazards`` the rules, ``godwit-operations`` what operations take.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import catalogue, commands, functions, hazards, settings, shapes


class Generated(SphinxDirective):
    """Parses the MyST text that :meth:`text` returns, in the place of the directive."""

    def text(self) -> str:
        """The generated text."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """The nodes of the text. Its headings become sections of the page."""
        self.env.note_reread()  # the code may have changed where the page has not
        return self.parse_text_to_nodes(self.text(), allow_section_headings=True)


def _directive(name: str, text: Any) -> type[Generated]:
    return type(name, (Generated,), {"text": lambda self: text()})


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, text in {
        "godwit-common-options": commands.common_options,
        "godwit-commands": commands.reference,
        "godwit-environment": commands.environment,
        "godwit-functions": functions.reference,
        "godwit-hazards": hazards.reference,
        "godwit-operations": catalogue.reference,
        "godwit-settings": settings.reference,
        "godwit-json-commands": shapes.by_command,
        "godwit-json-values": shapes.values_text,
    }.items():
        app.add_directive(name, _directive(name.replace("-", "_"), text))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
