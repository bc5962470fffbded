"""The command palette, in a real browser (C21)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import NARROW, WIDE, Visits


def enter(page: Page) -> None:
    """Take the first entry, which is chosen a moment after it has come."""
    search = page.get_by_role("searchbox", name="Search and actions")
    expect(search).to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("Enter")


def test_an_element_is_found_by_a_few_letters(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="Search and actions")).to_be_focused()
    page.keyboard.type("inv")
    expect(page.get_by_role("menuitem", name="Monthly invoices")).to_be_visible()
    enter(page)
    expect(page).to_have_url(re.compile(r"#/elements/tasks\.billing\.Monthly"))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_actions_are_done_from_anywhere(page: Page) -> None:
    page.get_by_role("button", name="Search and actions").click()
    page.get_by_role("searchbox", name="Search and actions").fill("dark")
    expect(page.get_by_role("menuitem", name="Dark appearance")).to_be_visible()
    enter(page)
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox", name="Search and actions").fill("new scheduled")
    expect(page.get_by_role("menuitem", name="New: Scheduled Task")).to_be_visible()
    enter(page)
    expect(page.get_by_role("dialog")).to_be_visible()


def test_escape_leaves_it_and_the_focus_is_where_it_was(page: Page) -> None:
    button = page.get_by_role("button", name="Search and actions")
    button.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_axe_finds_nothing_in_the_palette(visit: Visits, theme: str, width: int) -> None:
    page = visit(theme=theme, width=width)
    page.get_by_role("button", name="Search and actions").click()
    page.keyboard.type("t")
    expect(page.get_by_role("menuitem").first).to_be_visible()
    axe.check(page, without=("landmark-one-main", "page-has-heading-one", "region"))
