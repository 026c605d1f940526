"""``python -m tests.servers install|start|stop|status|env [names…]``."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable

from tests.servers import NAMES, Server, Unavailable, create
from tests.servers.session import on_ci, variable


def install(server: Server) -> None:
    """fetch what is needed to run them"""
    server.install()
    print(f"{server.name}: {server.version()}")


def start(server: Server) -> None:
    """start them; they run until they are stopped"""
    server.start()
    status(server)


def stop(server: Server) -> None:
    """stop them"""
    server.stop()
    status(server)


def status(server: Server) -> None:
    """say which of them run"""
    told = f"running on port {server.port}" if server.running else "not running"
    print(f"{server.name}: {told}")


def env(server: Server) -> None:
    """print their URLs as lines for a shell: eval "$(python -m tests.servers env)\""""
    if server.running:
        print(f"export {variable(server.name)}={shlex.quote(server.url)}")


COMMANDS: dict[str, Callable[[Server], None]] = {
    each.__name__: each for each in (install, start, stop, status, env)
}


def main() -> int:
    parser = _parser()
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"there is no server {', '.join(unknown)}: choose from {', '.join(NAMES)}")
    missing = []
    for name in options.names or NAMES:
        try:
            COMMANDS[options.command](create(name))
        except Unavailable as reason:
            print(f"{name}: NOT AVAILABLE: {reason}", file=sys.stderr)
            missing.append(name)
    # Who asked for one wants that one; a developer takes what there is.
    return int(bool(missing) and (on_ci() or bool(options.names)))


def _parser() -> argparse.ArgumentParser:
    commands = "\n".join(f"  {name:8} {each.__doc__}" for name, each in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.servers",
        description="The database servers that the tests run against.",
        epilog=f"commands:\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    return parser


if __name__ == "__main__":
    sys.exit(main())
