"""One of several projects that differ only in the package they import."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from tests.compat.command import FLASK_MIGRATE, Finished, flask
from tests.compat.scenario import Command
from tests.compat.snapshot import Snapshot, snapshot

_CREATE_DATE = re.compile("Create Date: .+")
_TRANSACTION = ("", "BEGIN;", "COMMIT;")
_DATED = re.compile(r"/\d{4}_\d\d_\d\d_\d{4}-")
"""How the names of our files begin where no alembic.ini says otherwise."""
_IN_WORDS = re.compile(r"^ *\n(?: *[-+~] .+\n)+", re.MULTILINE)
"""What our scripts say at their head: what they change, in words."""
_OF_ENVIRONMENT = ("env.py", "alembic.ini", "script.py.mako", "README")


@dataclass(frozen=True)
class Twin:
    """A project on disk with its databases.

    :param tool: the package that its application imports.
    :param urls: its databases by bind; the main one is "".
    :param app: where Flask finds the application.
    """

    tool: str
    folder: Path
    urls: Mapping[str, URL]
    app: str = "app"

    def run(self, command: Command) -> Finished:
        """Run a command as the project's developer would."""
        rendered = {
            bind: url.render_as_string(hide_password=False) for bind, url in self.urls.items()
        }
        own = {f"DATABASE_URL_{bind}".rstrip("_").upper(): url for bind, url in rendered.items()}
        variables = {"FLASK_APP": self.app, **own, **command.variables}
        return flask(self.tool, command.arguments, self.folder, variables)

    def write(self, files: Mapping[str, str]) -> None:
        """Write files of the project."""
        for name, text in files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def change_import(self) -> None:
        """Do what a developer does who comes to us."""
        for file in self.folder.rglob("*.py"):
            text = _text(file)
            if FLASK_MIGRATE in text:
                file.write_text(text.replace(FLASK_MIGRATE, self.tool), encoding="utf-8")

    def delete_environment(self, folder: str) -> None:
        """Leave only the revisions of a migrations folder."""
        for name in _OF_ENVIRONMENT:
            (self.folder / folder / name).unlink(missing_ok=True)

    def databases(self) -> dict[str, Snapshot]:
        """What is in the databases, by bind."""
        return {bind: snapshot(url) for bind, url in self.urls.items()}

    def revisions(self) -> dict[str, str]:
        """The code of each revision, whatever its file is called and says besides."""
        trees = [ast.parse(_text(file)) for file in self.folder.rglob("*.py")]
        return {name: _functions(tree) for tree in trees if (name := _revision(tree))}

    def files(self) -> dict[str, str]:
        """What is no code: the traces of env.py and revisions, SQL that was asked for."""
        texts = {file.name: _text(file) for file in self.folder.glob("*.txt")}
        scripts = {file.name: statements(_text(file)) for file in self.folder.glob("*.sql")}
        return {name: self.neutral(text) for name, text in {**texts, **scripts}.items()}

    def neutral(self, text: str) -> str:
        """A text without the names of this twin's databases and folder."""
        for bind, url in self.urls.items():
            for name in (url.render_as_string(hide_password=False), str(url), str(url.database)):
                text = text.replace(name, f"<database {bind}>")
        text = _CREATE_DATE.sub("Create Date: <now>", _DATED.sub("/", _IN_WORDS.sub("", text)))
        return text.replace(str(self.folder), "<project>")


def statements(script: str) -> str:
    """A script of SQL without its transactions: Flask-Migrate's is one, ours one a revision."""
    return "\n".join(line for line in script.splitlines() if line not in _TRANSACTION)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _revision(tree: ast.Module) -> str | None:
    """The value of ``revision = …``, with or without an annotation."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "revision" for target in targets):
            return ast.unparse(node.value)  # type: ignore[attr-defined]
    return None


def _functions(tree: ast.Module) -> str:
    """The functions, but not those of several databases that only call the parts."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return "\n\n".join(ast.unparse(node) for node in functions if not _calls_parts(node))


def _calls_parts(function: ast.FunctionDef) -> bool:
    return "engine_name" in {argument.arg for argument in function.args.args}
