"""What is compared: the tools, and how each of them is put into a project."""

from __future__ import annotations

from dataclasses import dataclass

BASELINE = "flask_migrate"


@dataclass(frozen=True)
class Tool:
    """One column of the table."""

    key: str
    title: str
    #: The environment it runs in: nothing of the other tool is installed there.
    environment: str
    #: What the application imports ``Migrate`` from; empty for an application without any.
    package: str
    #: The tool whose ``flask db init`` makes the migrations folder.
    init_by: str


_TOOLS = [
    Tool("none", "no extension", "none", "", ""),
    Tool(BASELINE, "Flask-Migrate", BASELINE, "flask_migrate", BASELINE),
    Tool("flask_godwit", "Flask-Godwit", "flask_godwit", "flask_godwit", "flask_godwit"),
    Tool("drop_in", "Flask-Godwit, drop-in", "flask_godwit", "flask_godwit", BASELINE),
    # The baseline a second time: how far from 1.00 mere noise takes a ratio.
    Tool("noise", "Flask-Migrate again", BASELINE, "flask_migrate", BASELINE),
]

TOOLS = {tool.key: tool for tool in _TOOLS}

#: From this size on a run takes long, and the two ways to run Flask-Godwit hardly differ.
NO_DROP_IN = 1000


def default_tools(size: int) -> list[str]:
    """Who is compared when nobody says: everyone but the second baseline."""
    tools = ["none", BASELINE, "flask_godwit", "drop_in"]
    return tools if size < NO_DROP_IN else tools[:-1]
