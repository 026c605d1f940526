"""The migrations folder is found from the application, from whatever folder a command is run."""

from __future__ import annotations

import pytest

from .apps import APP, Folder

LAYOUTS = {
    "module": ("app", "app"),
    "package": ("shop/__init__", "shop"),
    "src package": ("src/shop/__init__", "shop"),
    "module in a package": ("shop/web/factory", "shop.web.factory"),
}


def make(folder: Folder, layout: str) -> tuple[str, dict[str, str]]:
    """Write an application; returns FLASK_APP and what the environment needs."""
    path, name = LAYOUTS[layout]
    folder.write(**{path: APP})
    parts = path.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        inner = folder.root.joinpath(*parts[:depth])
        if inner.name != "src" and not (inner / "__init__.py").exists():
            (inner / "__init__.py").touch()
    places = [str(folder.root), str(folder.root / "src")]
    return name, {"PYTHONPATH": ":".join(places), "FLASK_APP": name}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_made_beside_the_project(folder, layout, tmp_path_factory):
    """From the project's folder and from elsewhere, `migrations` is the project's."""
    _, environment = make(folder, layout)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    made = folder.flask("db", "migrate", cwd=elsewhere, **environment)
    assert made.exit_code == 0, made.stderr
    assert (folder.root / "migrations" / "versions").is_dir()
    assert not (elsewhere / "migrations").exists()
    assert "1 revision" in folder.flask("db", **environment).stdout
    inner = folder.root / "deep" / "inside"
    inner.mkdir(parents=True)
    assert "1 revision" in folder.flask("db", cwd=inner, **environment).stdout


def test_folder_inside_the_package(folder):
    """A folder that exists inside the package is used, where Flask-Migrate was run there."""
    _, environment = make(folder, "package")
    (folder.root / "shop" / "migrations" / "versions").mkdir(parents=True)
    made = folder.flask("db", "migrate", **environment)
    assert "Wrote shop/migrations/versions/" in made.stdout, made.stderr


def test_another_projects_folder_is_not_found(folder, tmp_path_factory):
    """A migrations folder that happens to be in the working directory belongs to someone else."""
    _, environment = make(folder, "package")
    foreign = tmp_path_factory.mktemp("foreign")
    (foreign / "migrations" / "versions").mkdir(parents=True)
    answer = folder.flask("db", cwd=foreign, **environment)
    assert "no migrations folder" in answer.stdout


def test_typed_directory_is_relative_to_the_working_directory(folder, tmp_path_factory):
    """What is typed with `-d` is meant from where one stands."""
    _, environment = make(folder, "package")
    here = tmp_path_factory.mktemp("here")
    folder.flask("db", "init", "-d", "mine", cwd=here, **environment)
    assert (here / "mine" / "versions").is_dir()


def test_typed_directory_of_the_project(folder):
    """`-d migrations` from a subfolder finds the project's folder, as without `-d`."""
    _, environment = make(folder, "package")
    folder.flask("db", "migrate", **environment)
    inner = folder.root / "templates"
    inner.mkdir()
    answer = folder.flask("db", "heads", "-d", "migrations", cwd=inner, **environment)
    assert "(head)" in answer.stdout, answer.stderr


def test_absolute(shop, tmp_path_factory):
    """An absolute directory is that directory."""
    place = tmp_path_factory.mktemp("absolute") / "history"
    made = shop(directory=place)
    made.ok("migrate")
    assert len(list((place / "versions").glob("*.py"))) == 1


def test_nested_directory(shop, tmp_path):
    """`directory="db/migrations"` is made with its parents."""
    made = shop(directory="db/migrations")
    made.ok("migrate")
    assert len(list((tmp_path / "db" / "migrations" / "versions").glob("*.py"))) == 1


def test_directory_with_spaces(shop, tmp_path):
    """A folder's name may have spaces and letters of any language."""
    made = shop(directory="meine Änderungen")
    made.ok("migrate")
    made.ok("upgrade")
    assert made.tables() == {"user"}


def test_wrong_folder(shop, tmp_path):
    """`-d` at a folder that has no revisions is not the project's history."""
    made = shop()
    made.ok("migrate")
    made.ok("upgrade")
    (tmp_path / "empty").mkdir()
    answer = made.run("upgrade", "-d", "empty")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: ")
