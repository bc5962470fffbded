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
    expect(form.get_by_role("alertdialog").get_by_text("cannot read what stands in Every")
           ).to_be_visible()  # fmt: skip
    every.blur()
    expect(every).to_have_value("15x")
    expect(form.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert file.read_text() == before
    form.get_by_role("button", name="Discard").click()
    expect(every).not_to_have_value("15x")
    expect(form.get_by_role("region", name="Changes").get_by_text("Not saved")).to_have_count(0)
