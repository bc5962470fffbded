"""`app.json` and shared modules have a screen of their own: their source (C11, C14)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import Visits
from tests.browser.forms import plain_source, save
from tests.tree import Tree


@pytest.fixture
def app(app: Tree) -> Tree:
    app.write("commons/money.py", "RATE = 1\n")
    return app


def test_app_json_is_found_checked_and_saved(visit: Visits, app: Tree) -> None:
    page = visit()
    page.get_by_role("treeitem", name="App and shared code").click()
    page.get_by_role("treeitem", name="app.json").click()
    expect(page.get_by_role("heading", name="app.json")).to_be_visible()
    text = plain_source(page, "app.json")
    manifest = json.loads(text.input_value())
    manifest["settings"]["timezone"] = "Nowhere/At_All"
    text.fill(json.dumps(manifest, indent=2))
    expect(page.get_by_role("region", name="Problems")).to_contain_text("Nowhere/At_All")
    axe.check(page)
    manifest["settings"]["timezone"] = "Asia/Shanghai"
    text.fill(json.dumps(manifest, indent=2))
    expect(page.get_by_text("No problems found.")).to_be_visible()
    save(page)
    assert (
        json.loads((app.root / "app.json").read_text())["settings"]["timezone"] == "Asia/Shanghai"
    )
    expect(page.get_by_role("button", name="More actions")).to_have_count(0)


def test_a_shared_module_is_edited(visit: Visits, app: Tree) -> None:
    page = visit("/elements/commons.money")
    expect(page.get_by_role("heading", name="commons/money.py")).to_be_visible()
    text = plain_source(page, "module.py")
    text.fill("RATE = (\n")
    expect(page.get_by_role("region", name="Problems").get_by_role("button")).to_have_count(1)
    text.fill("RATE = 2\n")
    save(page)
    assert Path(app.root / "commons/money.py").read_text() == "RATE = 2\n"


def test_names_of_the_tree_are_completed(visit: Visits, app: Tree) -> None:
    page = visit("/elements/tasks.Reminder?mode=source")
    editor = page.get_by_role("textbox", name="e.json. Tab indents")
    expect(editor).to_contain_text("models.Thing")
    editor.get_by_text('"models.Thing"').dblclick()
    for key in ("Home", "End", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    for _ in "Thing":
        page.keyboard.press("Backspace")
    page.keyboard.press("Control+Space")
    page.get_by_role("option", name=re.compile("models.Thing")).click()
    expect(editor).to_contain_text(re.compile('"modelPath": "models.Thing"'))
