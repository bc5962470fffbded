"""The execution records and one of them, in a real browser (C16, C17)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import NARROW, WIDE, Visits
from tests.browser.forms import fill_things
from tests.browser.runs import INNER, Runs
from tests.tree import Tree
from tests.web.conftest import Served


@pytest.fixture
def runs(console: Served, app: Tree) -> Runs:
    app.scheduled("billing/Monthly", INNER, title="Monthly invoices")
    return Runs(console)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_records_can_be_used_by_all(visit: Visits, runs: Runs, theme: str, width: int) -> None:
    runs.fail()
    runs.end(runs.begin())
    page = visit("/records", theme=theme, width=width)
    table = page.get_by_role("table", name="Execution records")
    expect(table.get_by_role("link", name="Monthly invoices")).to_have_count(2)
    axe.check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(re.sub("#.*", "#/records?status=skipped&row=17", page.url))
    expect(page.get_by_text("No record passes these filters.")).to_be_visible()
    axe.check(page, without=("skip-link",))  # a status that is scrolled out is none
    page.goto(re.sub("#.*", "#/records/1", page.url))
    expect(page.get_by_role("heading", name="Version")).to_be_visible()
    expect(page.get_by_text("inner.py, line 3")).to_be_visible()
    axe.check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_row_has_its_name_beside_its_key(visit: Visits, console: Served, runs: Runs) -> None:
    fill_things(console, "Anchor", "")
    for row in ("1", "2"):
        runs.ask("tasks.Reminder", row)
    page = visit("/records?status=pending")
    cells = page.get_by_role("table", name="Execution records").get_by_role("row")
    expect(cells.filter(has_text="1 Anchor")).to_have_count(1)
    expect(cells).to_have_count(3)
    page.get_by_role("link", name="Contract reminder").last.click()
    expect(page.get_by_role("link", name="1 Anchor")).to_be_visible()


def test_filters_are_chips_and_stand_in_the_address(visit: Visits, runs: Runs) -> None:
    runs.fail()
    runs.end(runs.begin())
    page = visit("/records")
    tabs = page.get_by_role("navigation", name="Status")
    expect(tabs.get_by_role("link", name="All but pending 2")).to_be_visible()
    tabs.get_by_role("link", name="Failed 1").click()
    expect(page).to_have_url(re.compile(r"#/records\?status=failed$"))
    page.get_by_role("button", name="Add filter").click()
    page.get_by_role("menuitem", name="Text").click()
    page.get_by_role("textbox", name="Text").fill("zerodivision")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"status=failed&text=zerodivision$"))
    table = page.get_by_role("table", name="Execution records")
    expect(table.get_by_role("link")).to_have_count(1)
    page.get_by_role("button", name="Any time").click()
    page.get_by_role("button", name="Last 7 days").click()
    expect(page).to_have_url(re.compile(r"from=7d"))
    page.get_by_role("button", name="Remove Status: Failed").click()
    expect(page.get_by_role("button", name="Add filter")).to_be_focused()
    page.get_by_role("button", name="Remove Text: zerodivision").click()
    expect(page).to_have_url(re.compile(r"#/records\?from=7d$"))
    page.go_back()
    expect(page.get_by_role("button", name="Remove Text: zerodivision")).to_be_visible()


def test_an_empty_list_says_which_filter_hides_the_rest(visit: Visits, runs: Runs) -> None:
    runs.fail()
    page = visit("/records?status=failed&late=true")
    expect(page.get_by_role("button", name="Without “Status: Failed”: 0")).to_be_disabled()
    page.get_by_role("button", name="Without “Late: late only”: 1").click()
    expect(page).to_have_url(re.compile(r"#/records\?status=failed$"))
    expect(page.get_by_role("table", name="Execution records")).to_be_visible()


def test_what_comes_into_an_empty_list_is_shown_at_once(visit: Visits, runs: Runs) -> None:
    page = visit("/records")
    expect(page.get_by_text("Nothing has run yet").or_(
        page.get_by_text("There is no record yet"))).to_be_visible()  # fmt: skip
    runs.end(runs.begin())
    table = page.get_by_role("table", name="Execution records")
    expect(table.get_by_role("link", name="Monthly invoices")).to_have_count(1)
    expect(page.get_by_role("button", name=re.compile("new"))).to_have_count(0)


def test_the_chosen_status_is_in_view_on_a_narrow_screen(visit: Visits, runs: Runs) -> None:
    page = visit("/records?status=cancelled", width=NARROW)
    expect(page.get_by_role("link", name=re.compile("^Cancelled"))).to_be_in_viewport(ratio=1)


def test_new_records_wait_while_one_reads(visit: Visits, runs: Runs) -> None:
    runs.end(runs.begin())
    page = visit("/records")
    table = page.get_by_role("table", name="Execution records")
    link = table.get_by_role("link", name="Monthly invoices")
    expect(link).to_have_count(1)
    link.focus()
    runs.begin()
    runs.begin()
    new = page.get_by_role("button", name="2 new")
    expect(new).to_be_visible()
    expect(link).to_have_count(1)
    expect(link).to_be_focused()
    new.click()
    expect(link).to_have_count(3)


def test_a_view_is_saved(visit: Visits, runs: Runs) -> None:
    runs.fail()
    page = visit("/records?status=failed")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this view").click()
    page.get_by_role("textbox", name="Name of the view").fill("What failed")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove Status: Failed").click()
    expect(page).to_have_url(re.compile(r"#/records$"))
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="What failed", exact=True).click()
    expect(page).to_have_url(re.compile(r"#/records\?status=failed$"))


def test_the_keyboard_moves_through_the_records_and_opens_one(visit: Visits, runs: Runs) -> None:
    first = runs.fail()
    runs.end(runs.begin())
    page = visit("/records")
    link = page.get_by_role("table", name="Execution records").get_by_role("link")
    expect(link).to_have_count(2)
    link.first.focus()
    page.keyboard.press("ArrowDown")
    expect(link.last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"#/records/{first}$"))
    expect(page.get_by_role("heading", name=f"Monthly invoices Run {first}")).to_be_visible()


def test_a_failure_is_shown_at_its_line_and_beside_the_code_now(
    visit: Visits, runs: Runs, app: Tree
) -> None:
    run = runs.fail()
    app.scheduled("billing/Monthly", INNER.replace("0", "2"), title="Monthly invoices")
    runs.workspace.refresh()
    page = visit(f"/records/{run}")
    source = page.get_by_role("figure", name="Where it failed")
    expect(source.get_by_role("mark")).to_have_text("    return 1 / total")
    expect(page.get_by_text("The code has changed since.")).to_be_visible()
    expect(page.get_by_text("total = 2")).to_be_visible()


def test_a_log_is_followed_until_one_scrolls(visit: Visits, runs: Runs) -> None:
    run = runs.begin()
    runs.write(run, "\x1b[31mred <b>text</b>\x1b[0m\n")
    page = visit(f"/records/{run}")
    log = page.get_by_role("log", name="Log")
    expect(log.get_by_text("red <b>text</b>")).to_be_visible()
    runs.write(run, "".join(f"line {n}\n" for n in range(100)))
    expect(log.get_by_text("line 99", exact=True)).to_be_in_viewport()
    log.focus()
    page.keyboard.press("Home")
    follow = page.get_by_role("button", name="Follow")
    expect(follow).to_be_visible()
    runs.write(run, "the last one\n")
    last = log.get_by_text("the last one")
    expect(last).to_have_count(1)
    expect(last).not_to_be_in_viewport()
    follow.click()
    expect(last).to_be_in_viewport()
    page.get_by_role("searchbox", name="Search the log").fill("LINE 4")
    expect(page.get_by_text("11 lines have it")).to_be_visible()
    page.get_by_role("button", name="Go to line 6", exact=True).click()
    expect(log.get_by_text("line 4", exact=True)).to_be_in_viewport()
    runs.end(run)
    expect(page.get_by_role("status").get_by_text("Completed")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == f"run-{run}.log"


def test_a_run_is_rerun_and_ended(visit: Visits, runs: Runs) -> None:
    run = runs.fail()
    page = visit(f"/records/{run}")
    page.get_by_role("button", name="Rerun").click()
    expect(page).to_have_url(re.compile(rf"#/records/{run + 1}$"))
    expect(page.get_by_role("link", name=f"run {run}")).to_be_visible()
    page.get_by_role("button", name="End by force").click()
    dialog = page.get_by_role("alertdialog", name=f"End run {run + 1} by force?")
    axe.check(page)
    dialog.get_by_role("textbox", name="Note").fill("no need")
    dialog.get_by_role("button", name="End by force").click()
    expect(page.get_by_role("status").get_by_text("no need")).to_be_visible()
    page.get_by_role("button", name="Run now").click()
    expect(page).to_have_url(re.compile(rf"#/records/{run + 2}$"))
    expect(page.get_by_role("log", name="Log")).to_be_visible()


def test_a_change_is_shown_within_a_second(visit: Visits, runs: Runs) -> None:
    runs.end(runs.begin())
    page = visit("/records?status=pending")
    expect(page.get_by_text("No record passes these filters.")).to_be_visible()
    started = runs.workspace.now()
    runs.ask()
    tab = page.get_by_role("navigation", name="Status").get_by_role("link", name="Pending 1")
    expect(tab).to_be_visible()
    assert runs.workspace.now() - started < timedelta(seconds=5)
