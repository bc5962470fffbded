"""axe finds nothing on any screen, in any state, light and dark, wide and narrow (C21, C25)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import NARROW, WIDE, Visits, small_tree, started
from tests.browser.forms import fill_things, plain_source
from tests.browser.runs import INNER, TASK, Runs
from tests.tree import Tree
from tests.web.conftest import Served

MONTHLY = f"/elements/{TASK}"
FILTER = "( Q('name','=','a') | Q('day','<',TODAY()) ) & Q('id','in',[1,2]) & Q('x','near',1)"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    tree = small_tree(tmp_path_factory.mktemp("axe") / "app")
    tree.scheduled("billing/Monthly", INNER, title="Monthly invoices")
    tree.scheduled("Changing", title="Changing")
    tree.dated("Filtered", title="Filtered", filter=FILTER)
    tree.write("services/Mail/e.json", {"type": "services.NormalType", "title": "Mail"})
    tree.write("services/Mail/service.py", "def send():\n    return 1\n")
    return tree


@pytest.fixture(scope="module")
def console(app: Tree) -> Iterator[Served]:
    """One console for all: record 1 failed, record 2 waits."""
    for served in started(app):
        fill_things(served, "anchor", "barge")
        runs = Runs(served)
        runs.fail()
        runs.ask()
        yield served


def everywhere(page: Page) -> None:
    """Check what is shown in both themes, at both widths."""
    expect(page.get_by_role("progressbar")).to_have_count(0)
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 800})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            axe.check(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def overview(page: Page) -> None:
    expect(page.get_by_role("heading", name="Coming up")).to_be_visible()
    expect(page.get_by_role("heading", name="Newest records")).to_be_visible()


def searched(page: Page) -> None:
    page.get_by_role("searchbox", name="Search elements").fill("invoice")
    expect(page.get_by_role("treeitem", name="Monthly invoices")).to_be_visible()


def found_nothing(page: Page) -> None:
    page.get_by_role("searchbox", name="Search elements").fill("zzz")
    expect(page.get_by_text("No element matches “zzz”.")).to_be_visible()


def policy(page: Page) -> None:
    page.get_by_role("button", name="Policy").click()
    page.get_by_label("Retries").fill("many")
    expect(page.get_by_label("Retries")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("region", name="Next times")).to_be_visible()


def broken(page: Page) -> None:
    expect(page.get_by_role("region", name="Preview").get_by_role("status")).to_be_visible()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Broken task")


def conditions(page: Page) -> None:
    filters = page.get_by_role("region", name="Filter", exact=True)
    expect(filters.get_by_role("button", name="Add a condition").last).to_be_visible()
    expect(page.get_by_role("region", name="Rows that fire")).to_be_visible()


def source(page: Page) -> None:
    expect(page.get_by_role("textbox", name="e.json. Tab indents")).to_be_visible()
    expect(page.get_by_text("No problems found.")).to_be_visible()


def broken_source(page: Page) -> None:
    plain_source(page, "e.json").fill('{"type": "tasks.NormalType"')
    expect(page.get_by_role("region", name="Problems").get_by_role("button")).not_to_have_count(0)


def broken_form(page: Page) -> None:
    broken_source(page)
    page.get_by_role("radio", name="Visual").click()
    expect(page.get_by_role("alert")).to_contain_text("The form cannot show this text")


def service(page: Page) -> None:
    page.get_by_role("tab", name="service.py").click()
    expect(page.get_by_role("textbox", name="service.py. Tab indents")).to_be_visible()


def pausing(page: Page) -> None:
    page.get_by_role("button", name="Pause…").click()
    expect(page.get_by_role("dialog", name="Pause Monthly invoices")).to_be_visible()


def copying(page: Page) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Duplicate…").click()
    expect(page.get_by_role("dialog", name="Duplicate Monthly invoices")).to_be_visible()


def leaving(page: Page) -> None:
    page.get_by_role("textbox", name="Title").fill("Other")
    page.get_by_role("main").get_by_role("link", name="Execution Records").click()
    expect(page.get_by_role("alertdialog", name="Leave without saving?")).to_be_visible()


def running_for_a_row(page: Page) -> None:
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_role("dialog", name="Run Contract reminder now")).to_be_visible()


def records(page: Page) -> None:
    expect(page.get_by_role("table", name="Execution records")).to_be_visible()


def no_records(page: Page) -> None:
    expect(page.get_by_text("No record passes these filters.")).to_be_visible()


def failed(page: Page) -> None:
    expect(page.get_by_role("figure", name="Where it failed")).to_be_visible()
    expect(page.get_by_role("region", name="Version")).to_be_visible()


def ending(page: Page) -> None:
    page.get_by_role("button", name="End by force").click()
    expect(page.get_by_role("alertdialog", name="End run 2 by force?")).to_be_visible()


def palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox", name="Search and actions").fill("in")
    expect(page.get_by_role("menuitem", name="Monthly invoices")).to_be_visible()


def not_found(page: Page) -> None:
    expect(page.get_by_role("heading", name="There is no element")).to_be_visible()


STATES: dict[Callable[[Page], None], str] = {
    overview: "",
    searched: "",
    found_nothing: "",
    policy: MONTHLY,
    broken: "/elements/tasks.Broken",
    conditions: "/elements/tasks.Filtered",
    source: f"{MONTHLY}?mode=source",
    broken_source: f"{MONTHLY}?mode=source",
    broken_form: f"{MONTHLY}?mode=source",
    service: "/elements/services.Mail",
    pausing: MONTHLY,
    copying: MONTHLY,
    leaving: MONTHLY,
    running_for_a_row: "/elements/tasks.Reminder",
    records: "/records?status=failed&text=ZeroDivision&from=7d",
    no_records: "/records?status=skipped&row=17",
    failed: "/records/1",
    ending: "/records/2",
    palette: "",
    not_found: "/elements/tasks.Nowhere",
}


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing(visit: Visits, state: Callable[[Page], None]) -> None:
    page = visit(STATES[state])
    state(page)
    everywhere(page)


def test_axe_finds_nothing_in_a_merge(visit: Visits, app: Tree) -> None:
    page = visit("/elements/tasks.Changing")
    page.get_by_role("textbox", name="Title").fill("Mine")
    file = app.root / "tasks/Changing/e.json"
    app.write("tasks/Changing/e.json", json.loads(file.read_text()) | {"title": "Theirs"})
    page.get_by_role("alert").get_by_role("button", name="Merge…").click()
    expect(page.get_by_role("radiogroup", name="Place 1")).to_be_visible()
    everywhere(page)


def test_axe_finds_nothing_where_one_signs_in(visit: Visits, console: Served) -> None:
    page = visit.stranger()
    page.goto(console.server.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    everywhere(page)
    visit.expect_trouble("status of 401")
