"""What a task runs: a function of a service, and a trial that leaves nothing behind (C7, C15)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, TimeoutError, expect

from tests.browser.conftest import Visits, started
from tests.browser.forms import choose, fill_things, plain_source, save
from tests.tree import Tree
from tests.web.conftest import Served

SERVICE = """def remind(rowData):
    return rowData["name"]


def total(first, second):
    return first + second
"""
RENAMES = """from jittask import app


def customFunc(rowData):
    Thing = app.getElement("models.Thing")
    Thing.create({"name": "only tried"})
    print("there are", Thing.count())
    return rowData["name"].upper()
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    tree = Tree(tmp_path_factory.mktemp("function") / "app")
    tree.things()
    tree.write("services/Mail/e.json", {"type": "services.NormalType", "title": "Mail"})
    tree.write("services/Mail/service.py", SERVICE)
    tree.dated("Served", title="Served", timing={"startField": "day"})
    tree.dated(
        "Tried", title="Tried", timing={"startField": "day"}, filter="Q('name','=','anchor')"
    )
    return tree


@pytest.fixture(scope="module")
def console(app: Tree) -> Iterator[Served]:
    for served in started(app):
        fill_things(served, "anchor", "barge")
        yield served


def names(console: Served) -> list[str]:
    workspace = console.server.workspace
    with workspace.data.connected(workspace.app.models["models.Thing"]) as connection:
        return list(connection.execute(sa.text("SELECT name FROM Thing ORDER BY id")).scalars())


def choose_row(panel: Locator, name: str) -> None:
    """Choose by typing, once all above it has come: a list closes where the page scrolls."""
    page = panel.page
    expect(page.get_by_text("1 row matches.")).to_be_visible()
    expect(page.get_by_text("No problems found.")).to_be_visible()
    row = panel.get_by_role("combobox", name="Row")
    row.scroll_into_view_if_needed()
    row.fill(name)
    option = page.get_by_role("option", name=name)
    try:
        option.click(timeout=5_000)
    except TimeoutError:  # what came late has moved the page, which closes a list
        row.press("ArrowDown")
        option.click()


def test_a_dialog_lies_over_all_of_the_screen(visit: Visits) -> None:
    page = visit("/elements/tasks.Served")
    page.get_by_role("button", name="Run now").click()
    dialog = page.get_by_role("dialog", name="Run Served now")
    expect(dialog.get_by_role("combobox", name="Row")).to_be_visible()
    covered = dialog.evaluate("""dialog => {
        // what is inert is drawn, and not hit
        document.querySelectorAll('[inert]').forEach(each => { each.inert = false; });
        const { left, top, width, height } = dialog.getBoundingClientRect();
        const parts = Array.from({ length: 19 }, (_, index) => (index + 1) / 20);
        return parts.flatMap(x => parts.map(y => [left + x * width, top + y * height]))
            .filter(([x, y]) => !dialog.contains(document.elementFromPoint(x, y))).length;
    }""")
    assert covered == 0


def test_nothing_is_missed_before_one_could_choose(visit: Visits) -> None:
    page = visit("/elements/tasks.Tried")
    function = page.get_by_role("region", name="What it runs")
    choose(page, function, "Function", "Service function")
    expect(page.get_by_role("button", name=re.compile("1 problem")).or_(
        page.get_by_text("Not saved: e.json"))).to_be_visible()  # fmt: skip
    expect(function.get_by_text("Choose the function that it calls.")).to_be_visible()
    expect(function.get_by_text("is missing")).to_have_count(0)
    function.get_by_role("combobox", name="Service function").focus()
    page.keyboard.press("Tab")
    expect(function.get_by_text("the key 'func' is missing")).to_be_visible()


def test_a_service_function_is_chosen_among_those_that_fit(visit: Visits, app: Tree) -> None:
    page = visit("/elements/tasks.Served")
    function = page.get_by_role("region", name="What it runs")
    choose(page, function, "Function", "Service function")
    field = function.get_by_role("combobox", name="Service function")
    field.press("ArrowDown")
    unfit = page.get_by_role("option", name="services.Mail.total")
    expect(unfit).to_be_disabled()
    expect(unfit).to_contain_text("requires 'second'")
    page.get_by_role("option", name="services.Mail.remind").click()
    expect(field).to_have_value("services.Mail.remind")
    save(page)
    written = json.loads((app.root / "tasks/Served/e.json").read_text())
    assert (written["funcType"], written["func"]) == ("Global", "services.Mail.remind")


def test_unsaved_code_is_tried_on_a_row_and_rolled_back(
    visit: Visits, app: Tree, console: Served
) -> None:
    saved = (app.root / "tasks/Tried/inner.py").read_bytes()
    page = visit("/elements/tasks.Tried")
    plain_source(page, "inner.py").fill(RENAMES)
    panel = page.get_by_role("region", name="Try", exact=True)
    expect(panel.get_by_role("button", name="Try it")).to_be_disabled()
    choose_row(panel, "barge")
    panel.get_by_role("button", name="Try it").click()
    outcome = panel.get_by_role("status").filter(has_text="Completed")
    expect(outcome).to_contain_text("rolled back", timeout=90_000)
    expect(outcome).to_contain_text("The row does not pass the filter")
    expect(panel.get_by_role("region", name="Output")).to_contain_text("there are 3")
    expect(panel.get_by_role("region", name="Result")).to_contain_text("BARGE")
    expect(panel.get_by_role("table", name="What the filter read")).to_contain_text("barge")
    assert names(console) == ["anchor", "barge"]
    assert (app.root / "tasks/Tried/inner.py").read_bytes() == saved


def test_an_error_of_a_trial_is_shown_at_its_line(visit: Visits, app: Tree) -> None:
    page = visit("/elements/tasks.Tried")
    plain_source(page, "inner.py").fill("def customFunc(rowData):\n    return rowData['nme']\n")
    panel = page.get_by_role("region", name="Try", exact=True)
    choose_row(panel, "anchor")
    panel.get_by_role("button", name="Try it").click()
    error = panel.get_by_role("region", name="Error")
    expect(error).to_contain_text("inner.py, line 2", timeout=90_000)
    problem = page.get_by_role("region", name="Problems").get_by_role("button")
    expect(problem.filter(has_text="2:")).to_contain_text("KeyError")
