"""What is typed in a form and is no value, or is one that breaks the task (C7, C14)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.tree import Tree

MONTHLY = "/elements/tasks.billing.Monthly"


@pytest.fixture
def file(app: Tree) -> Path:
    return app.root / "tasks/billing/Monthly/e.json"


@pytest.fixture
def form(visit: Visits) -> Page:
    """The task's settings as a form."""
    page = visit(MONTHLY)
    expect(page.get_by_role("group", name="Settings of the task")).to_be_visible()
    return page


def test_no_part_of_a_text_that_is_no_number_is_saved(form: Page, file: Path) -> None:
    before = file.read_text()
    every = form.get_by_role("textbox", name="Every")
    every.fill("")
    every.press_sequentially("15x")
    expect(every).to_have_accessible_description("The form expects a number here.")
    form.keyboard.press("Control+s")
    expect(form.get_by_role("alertdialog").get_by_text("cannot read what is in Every")
           ).to_be_visible()  # fmt: skip
    every.blur()
    expect(every).to_have_value("15x")
    expect(form.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert file.read_text() == before
    form.get_by_role("button", name="Discard").click()
    expect(every).not_to_have_value("15x")
    expect(form.get_by_role("region", name="Changes").get_by_text("Not saved")).to_have_count(0)


def test_a_save_that_breaks_the_task_says_so(form: Page) -> None:
    form.get_by_role("textbox", name="Every").fill("-3")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.get_by_text("Saved with 1 problem: the last good version goes on.")).to_be_visible()


def test_a_broken_text_is_explained_where_its_form_would_be(form: Page, file: Path) -> None:
    file.write_text(file.read_text().replace(",", "", 1))
    why = form.get_by_role("alert").filter(has_text="expected ','")
    expect(why).to_be_visible()
    why.get_by_role("link", name="Edit the source").click()
    expect(form.get_by_role("textbox", name="e.json. Tab indents")).to_be_visible()


def test_a_run_that_is_started_by_the_keyboard_takes_the_focus_along(form: Page) -> None:
    form.get_by_role("button", name="Run now").focus()
    form.keyboard.press("Enter")
    form.wait_for_url("**/records/*")
    expect(form.get_by_role("heading", level=1)).to_be_focused()
