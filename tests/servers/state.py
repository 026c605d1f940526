"""What is known of a server between two processes: a small JSON file in its folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import psutil


@dataclass
class State:
    """The process, its port, and who wants it to run."""

    pid: int = 0
    created: float = 0.0
    port: int = 0
    kept: bool = False
    users: list[int] = field(default_factory=list)

    def remember(self, process: psutil.Process) -> None:
        self.pid, self.created = process.pid, process.create_time()

    def process(self) -> psutil.Process | None:
        """The running server. A process that only has its number is not it."""
        try:
            found = psutil.Process(self.pid) if self.pid else None
            if found and found.status() != psutil.STATUS_ZOMBIE:
                return found if abs(found.create_time() - self.created) < 2 else None
        except psutil.NoSuchProcess:
            pass
        return None

    def wanted(self) -> bool:
        """Whether somebody still needs the server; a session that was killed does not."""
        return self.kept or any(psutil.pid_exists(user) for user in self.users)


def load(file: Path) -> State:
    """Read the state; what another version of this program has added is left out."""
    found = json.loads(file.read_text()) if file.exists() else {}
    known = {each.name for each in fields(State)}
    return State(**{name: value for name, value in found.items() if name in known})


def save(file: Path, state: State) -> None:
    """Write the state in one step, for readers that hold no lock."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state)))
    fresh.replace(file)
