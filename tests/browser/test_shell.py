"""Signing in, the element tree, languages and themes, in a real browser (C3, C5, C21, C22)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import NARROW, WIDE, Visits
from tests.tree import Tree
from tests.web.conftest import Served


def test_a_link_signs_a_browser_in_and_is_gone_from_the_address(
    visit: Visits, console: Served
) -> None:
    page = visit()
    assert page.url.rstrip("/#") == console.server.url
    [cookie] = page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""


def test_a_used_link_signs_no_other_browser_in(visit: Visits, console: Served) -> None:
    used = console.links[0]
    first = visit()
    other = visit.stranger()
    other.goto(used)
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(other.get_by_role("tree")).to_have_count(0)
    first.goto(used)
    expect(first.get_by_role("tree", name="Elements")).to_be_visible()
    visit.expect_trouble("status of 401")


def test_without_a_session_no_data_is_shown(visit: Visits, console: Served) -> None:
    page = visit.stranger()
    answers: list[tuple[str, int]] = []
    page.on("response", lambda answer: answers.append((answer.url, answer.status)))
    page.goto(f"{console.server.url}/#/elements/tasks.Broken")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("Broken")).to_have_count(0)
    asked = [status for url, status in answers if "/api/" in url]
    assert set(asked) == {401}
    visit.expect_trouble("status of 401")


def test_the_tree_shows_elements_and_their_states(page: Page) -> None:
    tree = page.get_by_role("tree", name="Elements")
    broken = tree.get_by_role("treeitem", name="Broken task")
    expect(broken.get_by_role("img", name="Broken")).to_be_visible()
    tree.get_by_role("treeitem", name="billing").click()
    off = tree.get_by_role("treeitem", name="Old report")
    expect(off.get_by_role("img", name="Off")).to_be_visible()
    expect(tree.get_by_role("treeitem", name="Monthly invoices")).to_be_visible()


def test_a_search_finds_titles_and_says_where_nothing_matches(page: Page) -> None:
    search = page.get_by_role("searchbox", name="Search elements")
    search.fill("invoice")
    expect(page.get_by_role("treeitem", name="Monthly invoices")).to_be_visible()
    expect(page.get_by_role("treeitem", name="Broken task")).to_have_count(0)
    search.fill("zzz")
    expect(page.get_by_text("No element matches “zzz”.")).to_be_visible()
    search.press("Escape")
    expect(page.get_by_role("treeitem", name="Broken task")).to_be_visible()


def test_the_tree_is_used_by_the_keyboard_alone(page: Page) -> None:
    tree = page.get_by_role("tree", name="Elements")
    search = page.get_by_role("searchbox", name="Search elements")
    expect(page.get_by_role("button", name="New element")).to_be_enabled()
    search.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="New element")).to_be_focused()
    page.keyboard.press("Tab")
    expect(tree.get_by_role("treeitem", name="Tasks")).to_be_focused()
    page.keyboard.press("ArrowDown")
    billing = tree.get_by_role("treeitem", name="billing")
    expect(billing).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(billing).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    monthly = tree.get_by_role("treeitem", name="Monthly invoices")
    expect(monthly).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#/elements/tasks\.billing\.Monthly"))
    expect(monthly).to_have_attribute("aria-current", "page")
    page.keyboard.press("ArrowLeft")
    expect(billing).to_be_focused()
    page.keyboard.press("End")
    expect(tree.get_by_role("treeitem", name="App and shared code")).to_be_focused()
    page.keyboard.press("Home")
    expect(tree.get_by_role("treeitem", name="Tasks")).to_be_focused()


def test_language_and_theme_are_chosen_and_kept(page: Page) -> None:
    html = page.locator("html")
    page.get_by_role("button", name="Preferences").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(html).to_have_css("color-scheme", "dark")
    page.get_by_role("menuitemradio", name="中文").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="元素")).to_be_visible()
    page.reload()
    expect(page.get_by_role("tree", name="元素")).to_be_visible()
    expect(html).to_have_attribute("lang", "zh")
    expect(html).to_have_css("color-scheme", "dark")


def test_a_browser_in_chinese_gets_chinese(visit: Visits) -> None:
    page = visit(language="zh-CN")
    expect(page.get_by_role("link", name="执行记录")).to_be_visible()


def test_a_change_on_disk_is_shown_without_being_asked_for(page: Page, app: Tree) -> None:
    tree = page.get_by_role("tree", name="Elements")
    expect(tree.get_by_role("treeitem", name="Broken task")).to_be_visible()
    app.scheduled("Fresh", title="Fresh from disk")
    expect(tree.get_by_role("treeitem", name="Fresh from disk")).to_be_visible()


def test_a_change_does_not_move_the_focus(page: Page, app: Tree) -> None:
    tree = page.get_by_role("tree", name="Elements")
    reminder = tree.get_by_role("treeitem", name="Contract reminder")
    reminder.focus()
    app.scheduled("Aaa", title="Above")
    expect(tree.get_by_role("treeitem", name="Above")).to_be_visible()
    expect(reminder).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_axe_finds_nothing_on_the_overview(visit: Visits, theme: str, width: int) -> None:
    page = visit(theme=theme, width=width)
    expect(page.get_by_role("heading", name="Runtimes")).to_be_visible()
    expect(page.get_by_role("heading", name="Coming up")).to_be_visible()
    axe.check(page)
    if width == NARROW:
        page.get_by_role("button", name="Show the elements").click()
        expect(page.get_by_role("tree", name="Elements")).to_be_visible()
        # the tree stands in for the screen, which has the heading
        axe.check(page, without=("landmark-one-main", "page-has-heading-one"))


def test_a_narrow_window_does_not_scroll_sideways(visit: Visits) -> None:
    page = visit(width=NARROW)
    expect(page.get_by_role("heading", name="Coming up")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_where_one_signs_in(visit: Visits, console: Served, theme: str) -> None:
    page = visit.stranger(theme=theme)
    page.goto(console.server.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    axe.check(page)
    visit.expect_trouble("status of 401")
