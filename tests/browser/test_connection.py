"""The console is away, and comes back: what is shown says so, and edits stay (C3, C14)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visits, small_tree
from tests.browser.forms import save
from tests.tree import Tree
from tests.web.conftest import Served, serving

consoles = contextmanager(serving)


def test_a_page_with_edits_outlives_a_restart_of_the_console(
    browser: Browser, tmp_path: Path
) -> None:
    tree = small_tree(tmp_path / "app")
    with consoles(tree.root) as before:
        port = before.server.port
        visits = Visits(browser, before)
        page = visits("/elements/tasks.billing.Monthly")
        page.get_by_role("textbox", name="Title").fill("Invoices")
        expect(page.get_by_role("link", name="Not connected")).to_have_count(0)
    visits.expect_trouble("Failed to load resource|ERR_|EventSource|status of 401")
    expect(page.get_by_role("status").get_by_text("does not answer")).to_be_visible()
    expect(page.get_by_role("link", name="Not connected")).to_be_visible()
    with consoles(tree.root, port=port) as after:
        expect(page.get_by_text("has been restarted")).to_be_visible()
        other = page.context.new_page()
        other.goto(after.links[-1])
        expect(page.get_by_text("has been restarted")).to_have_count(0)
        expect(page.get_by_role("textbox", name="Title")).to_have_value("Invoices")
        save(page)
        text = (tree.root / "tasks/billing/Monthly/e.json").read_text(encoding="utf-8")
        assert json.loads(text)["title"] == "Invoices"
        visits.close()


def test_a_tree_that_has_never_run_asks_for_no_records(browser: Browser, tmp_path: Path) -> None:
    tree = small_tree(tmp_path / "app")
    with consoles(tree.root) as console:  # without a run store, each such question is refused
        visits = Visits(browser, console)
        page = visits()
        expect(page.get_by_text("no runtime has run yet")).to_be_visible()
        expect(page.get_by_text("Nothing has run yet.")).to_be_visible()
        page.get_by_role("treeitem", name="Old report").or_(
            page.get_by_role("treeitem", name="billing")).first.click()  # fmt: skip
        page.goto(f"{console.server.url}/#/elements/tasks.billing.Monthly")
        expect(page.get_by_role("button", name="Run now")).to_be_visible()
        page.goto(f"{console.server.url}/#/")
        expect(page.get_by_role("heading", name="Coming up")).to_be_visible()
        page.wait_for_load_state("networkidle")
        visits.close()


def test_a_store_that_is_older_than_the_console_is_said(browser: Browser, tmp_path: Path) -> None:
    tree = small_tree(tmp_path / "app")
    with consoles(tree.root) as console, console.server.workspace.store(create=True):
        pass
    store = tree.root / ".jittask/jittask.db"
    with sqlite3.connect(store) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    with consoles(tree.root) as console:
        visits = Visits(browser, console)
        page = visits("/elements/tasks.billing.Monthly")
        visits.expect_trouble("Failed to load resource")
        expect(page.get_by_text("the run store is of an older JitTask").first).to_be_visible()
        expect(page.get_by_text("jittask db upgrade").first).to_be_visible()
        expect(page.get_by_role("textbox", name="Title")).to_have_value("Monthly invoices")
        page.goto(f"{console.server.url}/#/records")
        expect(page.get_by_text("the run store is of an older JitTask").first).to_be_visible()
        visits.close()


def test_who_signs_in_anew_in_another_tab_can_save_in_the_first(
    visit: Visits, app: Tree, console: Served
) -> None:
    page = visit("/elements/tasks.billing.Monthly")
    page.get_by_role("textbox", name="Title").fill("By the first tab")
    other = page.context.new_page()
    other.goto(console.links[-1])
    expect(other.get_by_role("tree", name="Elements")).to_be_visible()
    save(page)
    saved = json.loads((app.root / "tasks/billing/Monthly/e.json").read_text())
    assert saved["title"] == "By the first tab"
    visit.expect_trouble("status of 403")
