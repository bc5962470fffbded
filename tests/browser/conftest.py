"""A real browser on a console that really listens, over a small tree.

Tests find things by role and label only: what they cannot find so, nobody can who does not see.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from jittask.web.roles import Role
from tests.browser import chromium
from tests.browser.watching import Watcher
from tests.tree import Tree
from tests.web.conftest import Served, serving

WIDE, NARROW = 1280, 360
expect.set_options(
    timeout=20_000
)  # patience for a busy machine; what is fast is measured elsewhere


@dataclass
class Visits:
    """Opens browsers on a console, each with cookies and storage of its own."""

    browser: Browser
    console: Served
    watchers: list[Watcher] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self, address: str = "", **look: Any) -> Page:
        """Sign in by the newest link, and return the page at ``#ADDRESS``.

        ``look`` is that of ``stranger``.
        """
        page = self.stranger(**look)
        page.goto(self.console.links[-1])
        expect(page.get_by_role("navigation", name="Elements").or_(
            page.get_by_role("button", name="Show the elements")).or_(
            page.get_by_role("navigation", name="元素")).or_(
            page.get_by_role("button", name="显示元素")).first).to_be_visible()  # fmt: skip
        if address:
            page.goto(f"{self.console.server.url}/#{address}")
        return page

    def stranger(
        self,
        *,
        theme: Literal["light", "dark"] = "light",
        width: int = WIDE,
        height: int = 800,
        language: str = "en-GB",
        zone: str = "UTC",
        **more: Any,
    ) -> Page:
        """Return an empty page of a browser that has not signed in."""
        context = self.browser.new_context(
            color_scheme=theme,
            viewport={"width": width, "height": height},
            locale=language,
            timezone_id=zone,
            reduced_motion="reduce",
            **more,
        )
        self.contexts.append(context)
        self.watchers.append(Watcher(context))
        return context.new_page()

    def expect_trouble(self, pattern: str) -> None:
        """Let pass what the test causes on purpose in the browser's console."""
        for watcher in self.watchers:
            watcher.expect(pattern)

    def close(self) -> None:
        """Close them; fail where a page had trouble that it did not show."""
        for context in self.contexts:
            context.close()
        for watcher in self.watchers:
            watcher.check()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One process for all tests here; each has a context of its own."""
    program = chromium.program()
    chromium.check_page()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


def small_tree(root: Path) -> Tree:
    """Write an element of each kind, one of which is broken; its table is there, and empty."""
    tree = Tree(root)
    tree.things()
    with sqlite3.connect(root / "d.db") as database:
        database.execute(
            'CREATE TABLE "Thing" (id INTEGER PRIMARY KEY, name TEXT, at DATETIME, day DATE)'
        )
    database.close()
    tree.scheduled("billing/Monthly", title="Monthly invoices")
    tree.scheduled("billing/Off", title="Old report", enable=0)
    tree.scheduled("Broken", None, {"repeatType": "never"}, title="Broken task")
    tree.dated("Reminder", title="Contract reminder")
    return tree


def started(app: Tree, ceiling: Role = Role.EDIT) -> Iterator[Served]:
    """The console of a tree, in a thread; the run store is there, as after a first start."""
    for served in serving(app.root, ceiling):
        with served.server.workspace.store(create=True):
            yield served


@pytest.fixture
def app(tmp_path: Path) -> Tree:
    """A small tree that is there to be changed."""
    return small_tree(tmp_path / "app")


@pytest.fixture
def console(app: Tree) -> Iterator[Served]:
    yield from started(app)


@pytest.fixture
def visit(browser: Browser, console: Served) -> Iterator[Visits]:
    """Open the console as a browser that signs in: ``visit("/records", theme="dark")``."""
    visits = Visits(browser, console)
    yield visits
    visits.close()


@pytest.fixture
def page(visit: Visits) -> Page:
    """The overview, wide and light, signed in."""
    return visit()
