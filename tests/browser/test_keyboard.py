"""The whole way by the keyboard alone, and where the focus is after each dialog (C21, C25)."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits
from tests.tree import Tree

MANY = 120


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press a key until the focus is there."""
    expect(target).to_be_visible()
    for _ in range(MANY):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} does not lead to {target}")


def press(page: Page, target: Locator, key: str = "Tab") -> None:
    tab_to(page, target, key)
    page.keyboard.press("Enter")


def test_the_focus_stays_where_a_button_has_done_its_work(visit: Visits) -> None:
    page = visit("/elements/tasks.billing.Monthly")
    bar = page.get_by_role("region", name="Changes")
    title = page.get_by_role("textbox", name="Title")
    title.fill("Renamed")
    title.press("Tab")
    bar.get_by_role("button", name="Undo").press("Enter")
    expect(title).to_have_value("Monthly invoices")
    expect(bar).to_be_focused()
    bar.get_by_role("button", name="Redo").press("Enter")
    expect(bar).to_be_focused()
    bar.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Not saved")).to_have_count(0)
    expect(bar).to_be_focused()
    pause = page.get_by_role("button", name="Disable")
    pause.press("Enter")
    expect(page.get_by_role("button", name="Enable")).to_be_focused()


def test_a_task_is_made_edited_run_and_its_record_read(page: Page, app: Tree) -> None:
    press(page, page.get_by_role("button", name="New element"))
    expect(page.get_by_role("menuitem", name="Background Task")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Scheduled Task")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="New Scheduled Task")
    expect(dialog.get_by_label("Title")).to_be_focused()
    page.keyboard.type("Weekly letter")
    expect(dialog.get_by_label("English name")).to_have_value("WeeklyLetter")
    repeat = dialog.get_by_role("button", name="Repeat")
    press(page, repeat)
    expect(page.get_by_role("option", name="Daily")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(repeat).to_be_focused()
    press(page, dialog.get_by_role("button", name="Create"))
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", name="Weekly letter")).to_be_focused()

    period = page.get_by_role("textbox", name="Every (weeks)")
    tab_to(page, period)
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    expect(page.get_by_text("Not saved: e.json")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Not saved")).to_have_count(0)
    expect(period).to_be_focused()
    written = json.loads((app.root / "tasks/WeeklyLetter/e.json").read_text())
    assert written["timerCfg"]["repeat"] == {"repeatType": "week", "period": 2}

    press(page, page.get_by_role("button", name="Run now"), "Shift+Tab")
    expect(page).to_have_url(re.compile(r"#/records/1$"))
    expect(page.get_by_role("heading", name="Weekly letter Run 1")).to_be_visible()
    end = page.get_by_role("button", name="End by force")
    press(page, end)
    dialog = page.get_by_role("alertdialog", name="End run 1 by force?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(end).to_be_focused()


def test_the_focus_is_where_it_was_after_each_dialog(visit: Visits) -> None:
    page = visit("/elements/tasks.billing.Monthly")
    pause = page.get_by_role("button", name="Pause…")
    press(page, pause)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(pause).to_be_focused()

    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="Search and actions")).to_be_focused()
    page.keyboard.press("Escape")
    expect(pause).to_be_focused()

    more = page.get_by_role("button", name="More actions")
    press(page, more)
    expect(page.get_by_role("menuitem", name="Duplicate…")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Title of the copy")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(more).to_be_focused()


def test_who_stays_goes_on_where_they_were(visit: Visits) -> None:
    page = visit("/elements/tasks.billing.Monthly")
    title = page.get_by_role("textbox", name="Title")
    tab_to(page, title)
    page.keyboard.type("Other")
    link = page.get_by_role("main").get_by_role("link", name="Execution Records")
    press(page, link, "Shift+Tab")
    question = page.get_by_role("alertdialog", name="Leave without saving?")
    expect(question.get_by_role("button", name="Stay")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question).to_have_count(0)
    expect(link).to_be_focused()
    expect(title).to_have_value("Other")
