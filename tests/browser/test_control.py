"""Pausing, ending, copying, deleting; and what who may only read sees of it (C17, C20, C23)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from jittask.model import RunStatus
from jittask.web.roles import Role
from tests.browser import axe
from tests.browser.conftest import Visits, small_tree, started
from tests.browser.runs import INNER, TASK, Runs
from tests.tree import Tree
from tests.web.conftest import Served

MONTHLY = f"/elements/{TASK}"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    tree = small_tree(tmp_path_factory.mktemp("control") / "app")
    tree.scheduled("billing/Monthly", INNER, title="Monthly invoices")
    return tree


@pytest.fixture(scope="module")
def console(app: Tree) -> Iterator[Served]:
    yield from started(app)


@pytest.fixture(scope="module")
def runs(console: Served) -> Runs:
    return Runs(console)


def more(page: Page, item: str) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=item).click()


def test_a_task_is_paused_with_a_note_and_resumed(visit: Visits, app: Tree) -> None:
    page = visit(MONTHLY)
    page.get_by_role("button", name="Pause…").click()
    dialog = page.get_by_role("dialog", name="Pause Monthly invoices")
    dialog.get_by_label("Reason").fill("stock-taking")
    dialog.get_by_role("button", name="Pause", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("main").get_by_text("stock-taking")).to_be_visible()
    item = page.get_by_role("treeitem", name="Monthly invoices")
    expect(item.get_by_role("img", name="Paused")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("main").get_by_text("stock-taking")).to_have_count(0)
    expect(item.get_by_role("img", name="Paused")).to_have_count(0)
    expect(page.get_by_role("button", name="Pause…")).to_be_visible()


def test_two_quick_clicks_run_a_task_once(visit: Visits, console: Served) -> None:
    page = visit(MONTHLY)
    page.get_by_role("button", name="Run now").dblclick()
    expect(page.get_by_role("heading", name="Run 1")).to_be_visible()
    counts = console.get("/api/records/counts")
    assert counts["pending"]["count"] == 1


def test_a_task_is_disabled_and_enabled(visit: Visits, app: Tree) -> None:
    file = app.root / "tasks/billing/Monthly/e.json"
    before = file.read_bytes()
    page = visit(MONTHLY)
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("switch", name="Enabled")).not_to_be_checked()
    expect(page.get_by_role("button", name="Pause…")).to_have_count(0)
    assert json.loads(file.read_text())["enable"] == 0
    page.get_by_role("button", name="Enable", exact=True).click()
    expect(page.get_by_role("switch", name="Enabled")).to_be_checked()
    assert file.read_bytes() == before


def test_a_run_that_waits_is_ended_by_force(visit: Visits, runs: Runs) -> None:
    run = runs.ask()
    page = visit(f"/records/{run}")
    page.get_by_role("button", name="End by force").click()
    dialog = page.get_by_role("alertdialog", name=f"End run {run} by force?")
    dialog.get_by_role("textbox", name="Note").fill("asked for by mistake")
    dialog.get_by_role("button", name="End by force").click()
    status = page.get_by_role("status").filter(has_text="asked for by mistake")
    expect(status).to_contain_text("Cancelled")
    expect(page.get_by_role("button", name="End by force")).to_have_count(0)


def test_a_task_is_copied_and_the_copy_deleted_and_brought_back(visit: Visits, app: Tree) -> None:
    page = visit(MONTHLY)
    more(page, "Duplicate")
    dialog = page.get_by_role("dialog", name="Duplicate Monthly invoices")
    dialog.get_by_label("Title of the copy").fill("Weekly invoices")
    dialog.get_by_role("button", name="Duplicate").click()
    expect(page.get_by_role("heading", name="Weekly invoices")).to_be_visible()
    copy = app.root / "tasks/billing/WeeklyInvoices/e.json"
    before = copy.read_bytes()
    more(page, "Delete")
    expect(page).to_have_url(re.compile(r"/#?/?$"))
    assert not copy.exists()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("heading", name="Weekly invoices")).to_be_visible()
    assert copy.read_bytes() == before
    visit.expect_trouble("status of 404")  # the page may ask for the copy while it is deleted


@pytest.fixture(scope="module")
def only_read(app: Tree) -> Iterator[Served]:
    """The console of those who may only read, over the same tree."""
    yield from started(app, Role.READ)


CHANGES = re.compile(
    "New element|Run now|Pause|Resume|Enable|Disable|More actions|Save|Undo|Redo|Rerun"
    "|End by force|Try it|Add|Remove|Discard"
)


def controls(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("button", name=CHANGES)


def test_who_may_only_read_sees_no_control_that_changes(
    browser: Browser, only_read: Served, app: Tree, runs: Runs
) -> None:
    run = runs.begin()
    runs.end(run, RunStatus.FAILED, error="ValueError: no\n")
    visit = Visits(browser, only_read)
    page = visit(MONTHLY)
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Monthly invoices")
    expect(page.get_by_role("button", name="New element")).to_have_count(0)
    expect(controls(page)).to_have_count(0)
    expect(page.get_by_role("textbox", name="Title")).not_to_be_editable()
    axe.check(page)
    page.get_by_role("radio", name="Source").click()
    expect(page.get_by_role("tab", name="e.json")).to_be_visible()
    expect(controls(page)).to_have_count(0)
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox", name="Search and actions").fill("new scheduled")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(f"{only_read.server.url}/#/records/{run}")
    expect(page.get_by_text("Your session may only read.")).to_be_visible()
    expect(controls(page)).to_have_count(0)
    visit.close()
