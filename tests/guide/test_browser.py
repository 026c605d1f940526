"""The example application in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.servers.session import on_ci

from .blog import copy_blog

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def no_browser(reason: str) -> None:
    """Skip on a developer's machine; on CI a browser belongs to the set-up."""
    if on_ci():
        pytest.fail(f"{reason}, and CI must have it.")
    pytest.skip(f"{reason}.")


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A tab in a browser without history."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        no_browser("Playwright is not installed (pip install playwright)")
    if CHROMIUM is None:
        no_browser("Chromium is not installed (on Debian: apt install chromium)")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, headless=True, args=QUIET
        )
        context.set_default_timeout(15_000)
        yield context.new_page()
        context.close()


def test_a_visitor_with_a_browser_writes_a_post_and_sees_the_schema(
    page: Page, tmp_path: Path
) -> None:
    """By labels and link texts only, as somebody who listens to the page would use it."""
    blog = copy_blog(tmp_path / "blog", make_url("sqlite://"))
    blog.must("db", "upgrade")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with blog.serving() as address:
        page.goto(address)
        page.get_by_role("link", name="Write the first post").click()
        page.get_by_label("Your name").fill("ada")
        page.get_by_label("Your e-mail address").fill("ada@example.org")
        page.get_by_label("Title").fill("A godwit at low tide")
        page.get_by_label("Text").fill("Its bill in the mud up to the eyes.")
        page.get_by_label("Tags").fill("birds")
        page.get_by_role("button", name="Publish").click()
        page.get_by_role("heading", name="A godwit at low tide").wait_for()

        page.get_by_role("link", name="Schema").click()
        page.get_by_text("Up to date").wait_for()
        page.get_by_text("Posts, comments and tags").wait_for()
    assert complaints == []
