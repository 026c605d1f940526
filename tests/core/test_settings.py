"""Settings come from `Migrate(…)` or from `app.config["GODWIT_…"]`, and are checked once."""

from __future__ import annotations

import pytest

from flask_godwit import SettingsError
from flask_godwit.settings import DATED_FILE_TEMPLATE, NAMES, Settings, read_settings


def test_defaults():
    """Without any setting the defaults hold."""
    assert read_settings({}, {}) == Settings()
    assert Settings().file_template == DATED_FILE_TEMPLATE


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("version_locations", ["a", "b"], ("a", "b")),
        ("version_locations", (), ()),
        ("file_template", "%(rev)s", "%(rev)s"),
        ("file_template", "%(year)d_%(rev)s", "%(year)d_%(rev)s"),
        ("timezone", "UTC", "UTC"),
        ("wait_seconds", 30, 30.0),
        ("wait_seconds", "1.5", 1.5),
        ("wait_seconds", 0, 0.0),
    ],
)
def test_both_ways(name, value, expected):
    """Each setting can be a keyword or a key of the configuration."""
    assert getattr(read_settings({}, {name: value}), name) == expected
    assert getattr(read_settings({f"GODWIT_{name.upper()}": value}, {}), name) == expected


def test_configuration_wins():
    """The configuration differs between machines, so it wins over the code."""
    found = read_settings({"GODWIT_WAIT_SECONDS": 5}, {"wait_seconds": 1})
    assert found.wait_seconds == 5.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version_locations", "a b"),
        ("version_locations", 3),
        ("version_locations", [1]),
        ("file_template", "no revision in it"),
        ("file_template", "%(rev)s %(nonsense)s"),
        ("file_template", "%(rev)s %"),
        ("file_template", None),
        ("timezone", 3),
        ("wait_seconds", -1),
        ("wait_seconds", "soon"),
        ("wait_seconds", True),
        ("wait_seconds", float("inf")),
        ("wait_seconds", float("nan")),
        ("wait_seconds", None),
    ],
)
def test_wrong_value(name, value):
    """A wrong value: the error names the key, says what it must be, and shows what it was."""
    with pytest.raises(SettingsError) as caught:
        read_settings({f"GODWIT_{name.upper()}": value}, {})
    assert f"GODWIT_{name.upper()} must be" in caught.value.message
    assert repr(value) in caught.value.message
    with pytest.raises(SettingsError, match=rf"Migrate\({name}=…\) must be"):
        read_settings({}, {name: value})


def test_unknown_key():
    """A misspelled key: the one that was meant."""
    with pytest.raises(SettingsError) as caught:
        read_settings({"GODWIT_FILE_TEMPLTE": "x"}, {})
    assert "GODWIT_FILE_TEMPLTE" in caught.value.message
    assert "GODWIT_FILE_TEMPLATE" in caught.value.hint


def test_nonsense_key():
    """A key that resembles nothing: all there are."""
    with pytest.raises(SettingsError) as caught:
        read_settings({"GODWIT_XYZZY_PLUGH": 1}, {})
    assert all(f"GODWIT_{name.upper()}" in caught.value.hint for name in NAMES)


def test_other_keys_are_not_looked_at():
    """Only keys that begin with GODWIT_ are ours."""
    assert read_settings({"SQLALCHEMY_ECHO": 1, "GODWIT": 2, "godwit_x": 3}, {}) == Settings()


@pytest.mark.parametrize("command", ["", "migrate", "upgrade", "heads", "create", "init"])
def test_command_says_it(shop, command):
    """Every command refuses a wrong setting with exit code 1 and makes nothing."""
    made = shop(config={"GODWIT_WAIT_SECONDS": "soon"})
    answer = made.run(*command.split())
    assert answer.exit_code == 1
    assert "GODWIT_WAIT_SECONDS must be a number of seconds" in answer.stderr
    assert not (made.root / "migrations").exists()


def test_application_without_commands_starts(shop):
    """The settings are checked by commands; the web application starts without."""
    assert (
        shop(config={"GODWIT_WAIT_SECONDS": "soon"}).app.test_client().get("/").status_code == 404
    )


def test_timezone(shop):
    """The time zone of dates in revision files."""
    made = shop(config={"GODWIT_TIMEZONE": "UTC"})
    made.ok("migrate")
    assert "+00:00" in made.files[0].read_text()


def test_wrong_timezone(shop):
    """A time zone that does not exist is an error message."""
    answer = shop(config={"GODWIT_TIMEZONE": "Atlantis/Center"}).run("migrate")
    assert answer.exit_code == 1
    assert "Atlantis/Center" in answer.stderr


def test_file_template(shop):
    """The name of new files, `%` and all."""
    made = shop(config={"GODWIT_FILE_TEMPLATE": "%(epoch)d-%(rev)s"})
    made.ok("migrate", "--rev-id", "abc")
    assert made.files[0].name.endswith("-abc.py")


class TestVersionLocations:
    def test_several(self, shop, tmp_path):
        """Several folders hold one history; new files go where `--version-path` says."""
        from .apps import write_revision

        places = ["migrations/versions", "blueprints/cart/migrations"]
        made = shop(config={"GODWIT_VERSION_LOCATIONS": places})
        write_revision(tmp_path / places[0], "a", None)
        write_revision(tmp_path / places[1], "b", "a")
        assert [item["revision"] for item in made.ok("history", "--json").json] == ["b", "a"]
        made.ok("revision", "-m", "c", "--version-path", str(tmp_path / places[1]))
        assert len(list((tmp_path / places[1]).glob("*.py"))) == 2

    def test_package(self, shop, tmp_path, monkeypatch):
        """`package:folder` is a folder of an installed package."""
        from .apps import write_revision

        package = tmp_path / "installed" / "godwit_test_package"
        write_revision(package / "versions", "p", None)
        (package / "__init__.py").touch()
        monkeypatch.syspath_prepend(str(package.parent))
        made = shop(version_locations=["migrations/versions", "godwit_test_package:versions"])
        made.ok("init")
        assert made.ok("heads").stdout == "p (head)\n"
        made.ok("upgrade")

    def test_with_spaces_and_percent(self, shop, tmp_path):
        """Folder names may hold what other separators would break on."""
        from .apps import write_revision

        place = "my own %(x)s, versions"
        made = shop(version_locations=[place])
        made.ok("init")
        write_revision(tmp_path / place, "a", None)
        assert made.ok("heads").stdout == "a (head)\n"

    def test_missing_package(self, shop):
        """A package that is not installed is named."""
        made = shop(version_locations=["not_installed_anywhere:versions"])
        made.ok("init")
        answer = made.run("heads")
        assert answer.exit_code == 1
        assert "not_installed_anywhere" in answer.stderr
