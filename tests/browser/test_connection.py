"""A console that ends and begins anew while its page is open (C3, C14, C22)."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from jittask.web.roles import Role
from tests.browser.conftest import Visits
from tests.tree import Tree
from tests.web.conftest import Served, serving

MONTHLY = "/elements/tasks.billing.Monthly"


def test_a_console_that_is_gone_is_said_and_its_successor_asks_to_sign_in(
    visit: Visits, app: Tree, console: Served
) -> None:
    page = visit(MONTHLY)
    title = page.get_by_role("textbox", name="Title")
    title.fill("Half done")
    expect(page.get_by_text("Not saved: e.json")).to_be_visible()
    console.server.stop()
    expect(page.get_by_text("No connection; trying again")).to_be_visible()
    expect(title).to_have_value("Half done")
    for again in serving(app.root, Role.EDIT, console.server.port):
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.on("dialog", lambda question: question.accept())
        page.goto(again.links[-1])
        page.goto(f"{again.server.url}/#{MONTHLY}")
        offer = page.get_by_role("status").filter(has_text="Unsaved changes of e.json")
        offer.get_by_role("button", name="Restore").click()
        expect(title).to_have_value("Half done")
        expect(page.get_by_text("No connection; trying again")).to_have_count(0)
    visit.expect_trouble("ERR_|status of 401|MIME type")


def test_who_signs_in_anew_in_another_tab_can_save_in_the_first(
    visit: Visits, app: Tree, console: Served
) -> None:
    page = visit(MONTHLY)
    page.get_by_role("textbox", name="Title").fill("By the first tab")
    other = page.context.new_page()
    other.goto(console.links[-1])
    expect(other.get_by_role("tree", name="Elements")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Not saved")).to_have_count(0)
    saved = json.loads((app.root / "tasks/billing/Monthly/e.json").read_text())
    assert saved["title"] == "By the first tab"
    visit.expect_trouble("status of 403")
