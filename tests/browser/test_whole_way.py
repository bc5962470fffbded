"""From the `+` to the record of a run, beside a runtime that really runs (C5-C9, C16, C17)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits, small_tree, started
from tests.browser.forms import choose, fill_things, open_dialog, plain_source, save
from tests.running import PATIENCE, Program
from tests.tree import Tree
from tests.web.conftest import Served

FAILS = "def customFunc():\n    print('adding up')\n    raise ValueError('no total')\n"
READS = "def customFunc(rowData):\n    print('reminded of', rowData['name'])\n    return 1\n"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return small_tree(tmp_path_factory.mktemp("whole") / "app")


@pytest.fixture(scope="module")
def console(app: Tree) -> Iterator[Served]:
    for served in started(app):
        fill_things(served, "anchor", "barge")
        yield served


@pytest.fixture(scope="module")
def runtime(app: Tree, console: Served) -> Iterator[Program]:
    with Program(app.root, more=("--no-console",)) as program:
        program.wait("ready")
        yield program


def ended(page: Page, status: str) -> None:
    """Wait until the run whose record is open has ended so; its process has to start first."""
    words = page.get_by_role("main").get_by_role("status").get_by_text(status)
    expect(words).to_be_visible(timeout=PATIENCE * 1000)


def test_a_scheduled_task_is_made_previewed_run_and_rerun(
    visit: Visits, app: Tree, runtime: Program
) -> None:
    first = date.today() + timedelta(days=1)
    off = first + timedelta(days=1)
    page = visit()
    dialog = open_dialog(page, "Background Task", "Scheduled Task")
    dialog.get_by_label("Title").fill("每月账单")
    expect(dialog.get_by_label("English name")).to_have_value("MeiYueZhangDan")
    dialog.get_by_label("Start time").fill(f"{first}T09:00:00")
    dialog.get_by_role("switch", name="Skip holidays").press(" ")
    choose(page, dialog, "On a day off", "not at all")
    dialog.get_by_label("Calendar").fill("CN")
    dialog.get_by_role("button", name="Calendar with days of its own").click()
    dialog.get_by_label("Extra holidays").fill(off.isoformat())
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_have_count(0)
    runtime.wait("reloaded", added=["tasks.MeiYueZhangDan"])
    expect(page.get_by_role("heading", name="每月账单")).to_be_visible()

    coming = page.get_by_role("region", name="Next times").get_by_role("listitem")
    skipped = coming.filter(has_text=off.strftime("%d %b %Y"))
    expect(skipped.locator("s")).to_contain_text("09:00")
    expect(skipped).to_contain_text("Skipped")
    expect(coming.first.locator("s")).to_have_count(0)

    plain_source(page, "inner.py").fill(FAILS)
    save(page)
    assert (app.root / "tasks/MeiYueZhangDan/inner.py").read_text() == FAILS
    page.get_by_role("button", name="Run now").click()
    expect(page).to_have_url(re.compile(r"#/records/\d+$"))
    ended(page, "Failed")
    expect(page.get_by_role("log", name="Log")).to_contain_text("adding up")
    expect(page.get_by_role("region", name="Error")).to_contain_text("ValueError: no total")
    failed = int(page.url.rpartition("/")[2])
    page.get_by_role("button", name="Rerun").click()
    expect(page).to_have_url(re.compile(rf"#/records/{failed + 1}$"))
    expect(page.get_by_role("link", name=f"run {failed}")).to_be_visible()
    ended(page, "Failed")


def test_a_date_field_task_is_made_previewed_and_run_for_a_row(
    visit: Visits, app: Tree, runtime: Program
) -> None:
    fires = date.today() + timedelta(days=23)
    page = visit()
    dialog = open_dialog(page, "Background Task", "Date Field Task")
    dialog.get_by_label("Title").fill("合同到期提醒")
    expect(dialog.get_by_label("English name")).to_have_value("HeTongDaoQiTiXing")
    choose(page, dialog, "Model", "Things")
    choose(page, dialog, "Date field", "day")
    choose(page, dialog, "When", "before")
    dialog.get_by_label("Amount").fill("7")
    dialog.get_by_label("At", exact=True).fill("08:15")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_have_count(0)
    runtime.wait("reloaded", added=["tasks.HeTongDaoQiTiXing"])

    rows = page.get_by_role("region", name="Rows that fire").get_by_role("listitem")
    barge = rows.filter(has_text="barge")
    expect(barge).to_contain_text(fires.strftime("%d %b %Y"))
    expect(barge).to_contain_text("08:15")

    plain_source(page, "inner.py").fill(READS)
    save(page)
    page.get_by_role("button", name="Run now").click()
    dialog = page.get_by_role("dialog", name="Run 合同到期提醒 now")
    dialog.get_by_role("combobox", name="Row").fill("barge")
    page.get_by_role("option", name="barge").click()
    dialog.get_by_role("button", name="Run now").click()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile(r"#/records/\d+$"))
    ended(page, "Completed")
    expect(page.get_by_role("log", name="Log")).to_contain_text("reminded of barge")
