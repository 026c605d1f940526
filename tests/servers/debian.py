"""Programs of any Debian suite, unpacked into a folder and run from there.

apt works in a folder of its own: the machine's packages, sources and settings stay as they
are, and root is not needed. The programs run with the libraries and the loader (ld.so) that
were unpacked with them, so that a program of the newest suite runs on an older system.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.servers.processes import CommandFailed, run

KEYRINGS = Path("/usr/share/keyrings")
# Maintainer scripts want Perl; we run none.
UNUSED = ("perl", "libperl", "libgdbm", "libdb5")
OURS = ["Origin: Debian", "Label: Debian", "Component: main", "Created-By: Packages"]


@dataclass(frozen=True)
class Unpacked:
    """A folder with packages of one suite."""

    root: Path

    @property
    def loader(self) -> Path:
        """The suite's own ld.so: its name and its folder depend on the processor."""
        return next(path for each in self.libraries for path in each.glob("ld-linux-*.so.*"))

    @property
    def libraries(self) -> list[Path]:
        """Older suites have two such folders."""
        return [*self.root.glob("usr/lib/*-linux-*"), *self.root.glob("lib/*-linux-*")]

    def command(self, program: str) -> list[str]:
        """The beginning of a command that runs a program of this suite."""
        path = os.pathsep.join(map(str, self.libraries))
        return [str(self.loader), "--library-path", path, str(self.root / program)]


def obstacle() -> str | None:
    """Why packages can't be downloaded here, if they can't."""
    for program in ("apt-get", "dpkg-deb"):
        if not shutil.which(program):
            return f"it is not installed, and can't be downloaded: this is no Debian ({program})"
    if not _keyring():
        return f"it is not installed, and can't be downloaded: no keys of Debian in {KEYRINGS}"
    return None


def unpack(suite: str, package: str, root: Path) -> None:
    """Download a package of a suite with all it depends on, and unpack it under ``root``.

    :raises CommandFailed: the mirror does not answer, or has no such package.
    """
    unfinished = root.with_name(f"{root.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="godwit-apt-") as folder:
        apt = _Apt(Path(folder))
        apt.use(f"deb [signed-by={_keyring()}] {_mirror(apt)} {suite} main")
        for archive in apt.download(package):
            if not archive.name.startswith(UNUSED):
                run(["dpkg-deb", "--extract", str(archive), str(unfinished)])
    unfinished.rename(root)


class _Apt:
    """An apt that believes to be on a machine with nothing installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("state/lists/partial", "cache/archives/partial", "parts"):
            (folder / name).mkdir(parents=True)
        (folder / "state/status").touch()
        self._settings = {
            "Dir::State": folder / "state",
            "Dir::State::status": folder / "state/status",
            "Dir::Cache": folder / "cache",
            # Else apt changes to an account that can't enter a temporary folder of root.
            "APT::Sandbox::User": "root",
        }

    def use(self, source: str) -> None:
        """Forget the machine's own sources, and its preferences among versions."""
        sources = self.folder / "sources.list"
        sources.write_text(f"{source}\n")
        for kind in ("source", "preferences"):
            self._settings[f"Dir::Etc::{kind}parts"] = self.folder / "parts"
        self._settings["Dir::Etc::sourcelist"] = sources
        self._settings["Dir::Etc::preferences"] = self.folder / "preferences"

    def download(self, package: str) -> list[Path]:
        self("update")
        self("install", "--yes", "--download-only", "--no-install-recommends", package)
        return sorted(self.folder.glob("cache/archives/*.deb"))

    def __call__(self, *words: str) -> str:
        configuration = self.folder / "apt.conf"
        lines = [f'{name} "{value}";\n' for name, value in self._settings.items()]
        configuration.write_text("".join(lines))
        environment = os.environ | {"APT_CONFIG": str(configuration)}
        return run(["apt-get", "--quiet=2", *words], env=environment)


def _mirror(apt: _Apt) -> str:
    """The Debian mirror that this machine uses."""
    format_ = ["--format", "$(REPO_URI)"]
    # A fresh machine has not read its sources yet: then read them on the side.
    for read_first in (False, True):
        if read_first:
            apt("update")
        known = apt if read_first else lambda *words: run(["apt-get", *words])
        if addresses := known("indextargets", *format_, *OURS).split():
            return addresses[0]
    raise CommandFailed(["apt-get", "indextargets"], "This machine's apt has no Debian mirror.")


def _keyring() -> Path | None:
    return next(iter(sorted(KEYRINGS.glob("debian-archive-keyring.*"))), None)
