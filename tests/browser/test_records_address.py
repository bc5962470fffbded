"""A records address says all that is shown, to another browser too (C16)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from jittask.model import RunStatus
from tests.browser.conftest import Visits, small_tree, started
from tests.browser.runs import INNER, Runs
from tests.tree import Tree
from tests.web.conftest import Served


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return small_tree(tmp_path_factory.mktemp("address") / "app")


@pytest.fixture(scope="module")
def console(app: Tree) -> Iterator[Served]:
    """Five records: two that failed, one of them with another text, two completed, one waits."""
    app.scheduled("billing/Monthly", INNER, title="Monthly invoices")
    for served in started(app):
        runs = Runs(served)
        runs.fail()
        runs.end(runs.begin(), RunStatus.FAILED, error="KeyError: 'total'\n")
        runs.end(runs.begin())
        runs.end(runs.begin())
        runs.ask()
        yield served


def shown(page: Page, count: int) -> list[str]:
    """Wait for so many records, and return their rows as text without what ticks."""
    table = page.get_by_role("table", name="Execution records")
    expect(table.get_by_role("link")).to_have_count(count)
    return [link.get_attribute("href") or "" for link in table.get_by_role("link").all()]


def test_filters_that_were_clicked_are_those_of_the_address(visit: Visits) -> None:
    page = visit("/records")
    page.get_by_role("navigation", name="Status").get_by_role("link", name="Failed 2").click()
    page.get_by_role("button", name="Add filter").click()
    page.get_by_role("menuitem", name="Text").click()
    page.get_by_role("textbox", name="Text").fill("KeyError")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Any time").click()
    page.get_by_role("button", name="Last 24 hours").click()
    expect(page).to_have_url(re.compile(r"from=1d"))
    first = shown(page, 1)

    other = visit(page.url.partition("#")[2])
    assert shown(other, 1) == first
    filters = other.get_by_role("region", name="Filters")
    expect(filters.get_by_role("button", name="Remove Status: Failed")).to_be_visible()
    expect(filters.get_by_role("button", name="Remove Text: KeyError")).to_be_visible()
    expect(other).to_have_url(re.compile(r"from=1d"))


def test_an_address_is_enough(visit: Visits) -> None:
    for address, count in (
        ("/records?status=failed", 2),
        ("/records?status=completed&from=1d", 2),
    ):
        page, other = visit(address), visit(address, language="zh-CN")
        expect(other.get_by_role("table", name="执行记录")).to_be_visible()
        links = other.get_by_role("table", name="执行记录").get_by_role("link")
        expect(links).to_have_count(count)
        assert [link.get_attribute("href") for link in links.all()] == shown(page, count)
