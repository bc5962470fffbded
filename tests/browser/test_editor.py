"""Editing an element in a real browser: save, conflicts, drafts, source, preview (C9, C11, C14)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import NARROW, WIDE, Visits
from tests.tree import Tree

MONTHLY = "/elements/tasks.billing.Monthly"


@pytest.fixture
def file(app: Tree) -> Path:
    return app.root / "tasks/billing/Monthly/e.json"


@pytest.fixture
def source(visit: Visits) -> Page:
    """The task's e.json as source, in a plain text field."""
    page = visit(f"{MONTHLY}?mode=source")
    expect(page.get_by_role("textbox", name="e.json. Tab indents")).to_be_visible()
    page.get_by_role("switch", name="Plain text field").check()
    expect(plain(page)).to_be_visible()
    return page


def plain(page: Page) -> Locator:
    return page.get_by_role("textbox", name="e.json, as plain text")


def retitled(file: Path, title: str) -> str:
    return file.read_text().replace("Monthly invoices", title)


def test_an_edit_is_saved_and_nothing_else_of_the_file_changes(source: Page, file: Path) -> None:
    wanted = retitled(file, "Invoices of the month")
    plain(source).fill(wanted)
    expect(source.get_by_text("Not saved: e.json")).to_be_visible()
    source.keyboard.press("Control+s")
    expect(source.get_by_text("Not saved: e.json")).to_have_count(0)
    assert file.read_text() == wanted
    expect(source.get_by_role("heading", name="Invoices of the month")).to_be_visible()
    expect(source.get_by_role("treeitem", name="Invoices of the month")).to_be_visible()


def test_what_is_undone_is_not_to_be_saved(source: Page, file: Path) -> None:
    before = plain(source).input_value()
    plain(source).fill(retitled(file, "Other"))
    plain(source).press("Control+z")
    expect(plain(source)).to_have_value(before)
    expect(source.get_by_role("button", name="Save")).to_have_count(0)
    source.get_by_role("button", name="Redo: Typing").click()
    expect(plain(source)).to_have_value(re.compile("Other"))


def test_an_open_file_follows_what_others_write(source: Page, file: Path) -> None:
    file.write_text(retitled(file, "From outside"))
    expect(plain(source)).to_have_value(re.compile("From outside"))
    expect(source.get_by_role("heading", name="From outside")).to_be_visible()


def test_two_changes_of_one_place_are_decided_and_a_second_conflict_too(
    source: Page, visit: Visits, file: Path
) -> None:
    plain(source).fill(retitled(file, "Mine"))
    file.write_text(retitled(file, "Theirs"))
    expect(source.get_by_text("e.json has changed on disk while you edited it.")).to_be_visible()
    expect(source.get_by_role("button", name="Save")).to_be_disabled()
    source.get_by_role("button", name="Merge…").click()
    dialog = source.get_by_role("dialog", name="Merge your changes of e.json")
    expect(dialog.get_by_text("1 place is to be decided.")).to_be_visible()
    axe.check(source)
    file.write_text(file.read_text().replace("Theirs", "Theirs again"))
    expect(dialog.get_by_text("Theirs again")).to_be_visible()
    dialog.get_by_role("radio", name="Both").check(force=True)
    expect(dialog.get_by_text("has the key “title” twice")).to_be_visible()
    dialog.get_by_role("radio", name="Yours").check(force=True)
    result = dialog.get_by_role("region", name="The text that results").first
    expect(result.get_by_text("Mine")).to_be_visible()
    dialog.get_by_role("button", name="Use this text").click()
    source.get_by_role("button", name="Save").click()
    expect(source.get_by_text("Not saved: e.json")).to_have_count(0)
    assert json.loads(file.read_text())["title"] == "Mine"


def test_unsaved_changes_are_asked_about_and_offered_again(
    source: Page, visit: Visits, file: Path
) -> None:
    plain(source).fill(retitled(file, "Unfinished"))
    source.get_by_role("link", name="Execution Records", exact=True).click()
    question = source.get_by_role("alertdialog", name="Leave without saving?")
    question.get_by_role("button", name="Stay").click()
    expect(plain(source)).to_have_value(re.compile("Unfinished"))
    source.get_by_role("link", name="Execution Records", exact=True).click()
    question.get_by_role("button", name="Leave").click()
    source.wait_for_url(re.compile("records"))
    source.reload()
    source.goto(source.url.split("#")[0] + f"#{MONTHLY}?mode=source")
    expect(source.get_by_text("Unsaved changes of e.json")).to_be_visible()
    source.get_by_role("button", name="Restore").click()
    expect(plain(source)).to_have_value(re.compile("Unfinished"))
    source.get_by_role("button", name="Discard").click()
    expect(plain(source)).to_have_value(re.compile("Monthly invoices"))


def test_edits_of_an_element_that_others_delete_stay(visit: Visits, file: Path) -> None:
    page = visit(MONTHLY)
    visit.expect_trouble("status of 404")
    page.get_by_role("textbox", name="Title").fill("Mine")
    expect(page.get_by_text("Not saved: e.json")).to_be_visible()
    away = file.parent.rename(file.parents[3] / "away")
    expect(page.get_by_role("treeitem", name="Monthly invoices")).to_have_count(0)
    expect(page.get_by_text("e.json has been removed from disk")).to_be_visible()
    away.rename(file.parent)
    expect(page.get_by_role("treeitem", name="Monthly invoices")).to_have_count(1)
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not saved")).to_have_count(0)
    assert json.loads(file.read_text())["title"] == "Mine"
    file.parent.rename(file.parents[3] / "away")
    expect(page.get_by_role("heading", name="There is no element")).to_be_visible()


def test_going_back_while_it_asks_takes_the_question_back(visit: Visits) -> None:
    page = visit("/records")
    page.get_by_role("button", name="Search and actions").click()
    page.get_by_role("searchbox", name="Search and actions").fill("Monthly invoices")
    page.get_by_role("menuitem", name="Monthly invoices").first.click()
    page.get_by_role("switch", name="Enabled").click()
    question = page.get_by_role("alertdialog", name="Leave without saving?")
    editor = page.url
    page.go_back()
    expect(question).to_be_visible()
    expect(page).to_have_url(editor)
    page.go_back()
    expect(question).to_have_count(0)
    expect(page).to_have_url(editor)
    expect(page.get_by_role("switch", name="Enabled")).not_to_be_checked()
    page.go_back()
    question.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name="Execution records")).to_be_visible()
    expect(page).to_have_url(re.compile("#/records$"))


def test_problems_are_listed_and_lead_to_their_place(source: Page, file: Path) -> None:
    plain(source).fill(file.read_text().replace('"enable": 1', '"enable": 17'))
    problem = source.get_by_role("region", name="Problems").get_by_role("button")
    expect(problem).to_contain_text("expected 0 or 1, got 17")
    problem.click()
    expect(plain(source)).to_be_focused()
    start = plain(source).evaluate(
        "area => area.value.slice(area.selectionStart, area.selectionEnd)"
    )
    assert start == "17"


def test_the_editor_completes_keys_and_values_and_lets_tab_out(visit: Visits) -> None:
    page = visit(f"{MONTHLY}?mode=source")
    editor = page.get_by_role("textbox", name="e.json. Tab indents")
    editor.click()
    for key in ("Control+Home", "ArrowRight", "Enter", "Enter", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.type('"pol')
    page.get_by_role("option", name=re.compile("policy")).click()
    page.keyboard.type('"misf')
    page.get_by_role("option", name=re.compile("misfire")).click()
    expect(editor).to_contain_text('"policy": {"misfire": "latest"},')
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(editor).not_to_be_focused()


def test_lines_are_typed_over_without_a_style_that_the_policy_blocks(visit: Visits) -> None:
    page = visit(f"{MONTHLY}?mode=source")
    editor = page.get_by_role("textbox", name="e.json. Tab indents")
    editor.click()
    for key in ("Control+Home", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.type("x")
    expect(editor).not_to_contain_text("tasks.NormalType")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('{"title":\n "New"}')
    expect(editor).to_have_text('{"title": "New"}')  # `visit` fails for what was blocked


def test_brackets_are_put_around_a_selection(visit: Visits) -> None:
    page = visit(f"{MONTHLY}?mode=source")
    editor = page.get_by_role("textbox", name="e.json. Tab indents")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("[")
    expect(editor).to_have_text(re.compile(r"^\[\{.*\}\s*\]$", re.DOTALL))


def test_the_preview_follows_what_is_typed(source: Page, file: Path) -> None:
    preview = source.get_by_role("region", name="Preview")
    before = preview.get_by_role("status").inner_text()
    plain(source).fill(re.sub(r"(\d\d):\d\d:\d\d", "23:45:00", file.read_text(), count=1))
    expect(preview.get_by_role("status")).to_contain_text("23:45")
    assert "23:45" not in before
    expect(preview.get_by_role("listitem").first).to_contain_text("23:45")
    expect(preview.get_by_role("img", name=re.compile("fires on"))).to_be_visible()


def test_form_and_source_are_one_text_with_one_history(visit: Visits) -> None:
    page = visit(MONTHLY)
    page.get_by_role("textbox", name="Title").fill("By the form")
    page.get_by_role("textbox", name="Title").press("Tab")
    page.get_by_role("radio", name="Source").click()
    editor = page.get_by_role("textbox", name="e.json. Tab indents")
    expect(editor).to_contain_text("By the form")
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(editor).to_contain_text("Monthly invoices")


def test_a_task_is_paused_with_a_reason_and_resumed(visit: Visits) -> None:
    page = visit(MONTHLY)
    page.get_by_role("button", name="Pause…").click()
    dialog = page.get_by_role("dialog", name="Pause Monthly invoices")
    dialog.get_by_role("textbox", name="Reason").fill("stock-taking")
    dialog.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("stock-taking")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("stock-taking")).to_have_count(0)


def test_the_preview_of_a_paused_task_marks_what_does_not_fire(visit: Visits) -> None:
    page = visit(MONTHLY)
    preview = page.get_by_role("region", name="Preview")
    first = preview.get_by_role("list").first.get_by_role("listitem").first
    expect(first.get_by_text("Paused")).to_have_count(0)
    page.get_by_role("button", name="Pause…").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(preview.get_by_text("The task is paused")).to_be_visible()
    expect(first.get_by_text("Paused")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(first.get_by_text("Paused")).to_have_count(0)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_what_is_not_saved_stays_in_view(visit: Visits, width: int) -> None:
    page = visit(MONTHLY, width=width)
    page.get_by_role("switch", name="Enabled").click()
    page.get_by_role("button", name="Try it").scroll_into_view_if_needed()
    expect(page.get_by_text("Not saved: e.json")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Save")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_role("switch", name="Enabled")).to_be_checked()


def test_a_deleted_task_comes_back(visit: Visits, file: Path) -> None:
    page = visit(MONTHLY)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("treeitem", name="Monthly invoices")).to_have_count(0)
    assert not file.exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Monthly invoices")).to_be_visible()
    assert file.exists()


def test_a_deleted_task_is_listed_and_restored_later(visit: Visits, file: Path) -> None:
    page = visit(MONTHLY)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.get_by_role("button", name="New element").click()
    page.get_by_role("menuitem", name="Deleted elements…").click()
    dialog = page.get_by_role("dialog", name="Deleted elements")
    expect(dialog.get_by_text("kept for 90 days")).to_be_visible()
    dialog.get_by_role("button", name="Restore Monthly invoices").click()
    expect(page.get_by_role("heading", name="Monthly invoices")).to_be_visible()
    expect(page.get_by_text("Monthly invoices is back.")).to_be_visible()
    expect(page.get_by_text("was moved to the trash")).to_have_count(0)
    assert file.exists()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("address", [MONTHLY, f"{MONTHLY}?mode=source", "/elements/tasks.Reminder"])
def test_anyone_can_use_the_page(visit: Visits, theme: str, width: int, address: str) -> None:
    page = visit(address, theme=theme, width=width)
    expect(page.get_by_role("region", name="Preview").get_by_role("status").first).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    axe.check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
