"""The example application does its work on every database, seen through its pages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.databases import Database

from . import web
from .blog import Blog, copy_blog

POST = {
    "username": "Åsa",
    "email": "asa@example.org",
    "title": "Über <b>Möwen</b> & 🐦",
    "body": "First line.\n\nSecond line.",
    "tags": "Birds, a/b, birds",
}
COMMENT = {"name": "Grace", "body": "“Well seen!” — 👏"}


@pytest.fixture
def blog(database: Database, tmp_path: Path) -> Blog:
    """The blog on each database in turn, before any migration has run."""
    return copy_blog(tmp_path / "blog", database.address)


@pytest.fixture
def sqlite_blog(tmp_path: Path) -> Blog:
    """The blog on SQLite with its tables, for what does not depend on the database."""
    blog = copy_blog(tmp_path / "blog", make_url("sqlite://"))
    blog.must("db", "upgrade")
    return blog


def test_a_visitor_writes_a_post_and_everybody_can_read_it(blog: Blog) -> None:
    """From missing tables to a post with tags and a comment, in any script and with emoji."""
    with blog.serving() as address:
        missing = web.fetch(f"{address}/")
        assert missing.status == 503
        assert "2 migrations pending" in missing.text
        assert "flask db upgrade" in missing.text

        blog.must("db", "upgrade")
        assert "Nobody has written anything yet." in web.fetch(f"{address}/").text

        post = web.fetch(f"{address}/posts/new", form=POST)
        assert post.status == 200
        title = escape(POST["title"])
        for path in ("/", "/authors/%C3%85sa", "/tags/birds", "/tags/a/b"):
            assert title in web.fetch(address + path).text, path
        assert "<b>Möwen</b>" not in post.text

        commented = web.fetch(f"{post.url}/comments", form=COMMENT)
        assert COMMENT["body"] in commented.text
        assert "1 comment<" in web.fetch(f"{address}/").text

        schema = web.fetch(f"{address}/schema").text
        assert "Up to date" in schema
        assert schema.count('"mark good"') == 2


def test_the_models_and_the_migrations_of_the_example_agree(blog: Blog) -> None:
    """The migrations make what the models say, leave nothing behind, and can be run again."""
    blog.must("db", "upgrade")
    blog.must("db", "check")
    blog.must("db", "downgrade", "base")
    blog.must("db", "upgrade")
    blog.must("samples")
    assert "nothing was added" in blog.must("samples")


def test_the_samples_need_their_tables(sqlite_blog: Blog) -> None:
    """The command says what to type instead of showing a traceback."""
    sqlite_blog.must("db", "downgrade")
    result = sqlite_blog.flask("samples")
    assert result.returncode == 1
    assert result.stderr == "Error: The tables are not up to date. Type: flask db upgrade\n"


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong(sqlite_blog: Blog) -> None:
    """Nothing that the database would refuse reaches it."""
    with sqlite_blog.serving() as address:
        new = f"{address}/posts/new"
        empty = web.fetch(new, form={})
        assert (empty.status, empty.text.count("Please fill this in.")) == (422, 4)

        long = web.fetch(new, form={**POST, "title": "x" * 201, "tags": "y" * 51})
        assert long.status == 422
        assert "At most 200 characters." in long.text
        assert "A tag has at most 50 characters." in long.text
        assert 'value="asa@example.org"' in long.text

        assert web.fetch(new, form=POST).status == 200
        stranger = web.fetch(new, form={**POST, "username": "Bo"})
        assert (stranger.status, "This address belongs to Åsa." in stranger.text) == (422, True)
        moved = web.fetch(new, form={**POST, "email": "new@example.org"})
        assert (moved.status, "Åsa writes here with another" in moved.text) == (422, True)

        silent = web.fetch(f"{address}/posts/1/comments", form={"name": "Bo"})
        assert (silent.status, silent.text.count("Please fill this in.")) == (422, 1)


def test_many_posts_are_shown_page_by_page(sqlite_blog: Blog) -> None:
    """Twenty a page, and a page that does not exist is not found."""
    with sqlite_blog.serving() as address:
        for number in range(21):
            web.fetch(f"{address}/posts/new", form={**POST, "title": f"Number {number}."})
        first = web.fetch(f"{address}/").text
        assert ("Number 20." in first, "Number 0." in first) == (True, False)
        assert "Number 0." in web.fetch(f"{address}/?page=2").text
        assert web.fetch(f"{address}/?page=3").status == 404


def test_visitors_may_ask_for_the_schema_at_the_same_time(sqlite_blog: Blog) -> None:
    """A server has many threads, and Alembic has global state: nobody gets another's answer."""
    with sqlite_blog.serving() as address, ThreadPoolExecutor(8) as visitors:
        pages = list(visitors.map(web.fetch, [f"{address}/schema"] * 24))
    assert {page.status for page in pages} == {200}
    assert all("Up to date" in page.text for page in pages)


def test_a_fault_that_no_migration_cures_stays_a_fault(sqlite_blog: Blog) -> None:
    """The page about pending migrations does not hide other failures."""
    with sqlite_blog.serving() as address:
        sqlite_blog.must("db", "downgrade")
        sqlite_blog.must("db", "stamp", "head")
        assert web.fetch(f"{address}/").status == 500


def test_a_wrong_choice_of_database_is_explained(tmp_path: Path) -> None:
    """The message lists what there is to choose from."""
    blog = copy_blog(tmp_path / "blog", make_url("sqlite://"), BLOG_DATABASE="oracle")
    result = blog.flask("db", "upgrade")
    assert result.returncode != 0
    assert "choose one of: sqlite, postgresql, mysql, mariadb" in result.stderr


def test_no_page_shows_the_password(tmp_path: Path) -> None:
    """Not even when the server can't be reached."""
    url = make_url("postgresql+psycopg://blog:tr%40wler@127.0.0.1/blog").set(port=web.free_port())
    blog = copy_blog(tmp_path / "blog", url)
    with blog.serving() as address:
        pages = [web.fetch(address + path) for path in ("/", "/schema")]
    assert [page.status for page in pages] == [503, 200]
    for page in pages:
        assert "The database can&#39;t be asked" in page.text or "can't be asked" in page.text
        assert "tr@wler" not in page.text
        assert "tr%40wler" not in page.text
