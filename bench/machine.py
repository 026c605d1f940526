"""The machine, the versions and the day: without them a figure says nothing."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import date
from pathlib import Path

from bench.databases import Server
from bench.environments import Environment

_PACKAGES = ["Flask", "SQLAlchemy", "alembic", "Flask-Migrate", "Flask-Godwit"]
_ASK = """
import json, sys
from importlib import metadata
installed = {found.name.lower(): found.version for found in metadata.distributions()}
print(json.dumps({name: installed.get(name.lower()) for name in sys.argv[1:]}))
"""


def describe(environments: list[Environment], servers: list[Server]) -> dict[str, str]:
    """Everything about this run but its figures, as words for the page."""
    load = " ".join(f"{average:.1f}" for average in os.getloadavg())
    return {
        "Date": date.today().isoformat(),
        "Machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "Load average at the start": load,
        "Python": platform.python_version(),
        **_versions(environments),
        **{server.name: server.version() for server in servers},
    }


def _processor() -> str:
    """The kernel's name for it; `platform` knows only the architecture on Linux."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _versions(environments: list[Environment]) -> dict[str, str]:
    """What is installed where the tools run, asked of each environment's own interpreter."""
    found: dict[str, str] = {}
    for made in environments:
        command = [made.python, "-c", _ASK, *_PACKAGES]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found |= {name: version for name, version in json.loads(answer).items() if version}
    return found
