"""A file that changes on disk while it is edited, and edits that outlive the page (C14)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits, started
from tests.browser.forms import save
from tests.tree import Tree
from tests.web.conftest import Served


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(tmp_path_factory.mktemp("merge") / "app")


@pytest.fixture(scope="module")
def console(app: Tree) -> Iterator[Served]:
    yield from started(app)


@pytest.fixture
def file(app: Tree, request: pytest.FixtureRequest) -> Path:
    """The e.json of a task of the test's own."""
    name = request.node.name.removeprefix("test_")
    app.scheduled(name, title="Stock", description="as it was")
    return app.root / "tasks" / name / "e.json"


@pytest.fixture
def page(visit: Visits, file: Path) -> Page:
    page = visit(f"/elements/tasks.{file.parent.name}")
    expect(title(page)).to_have_value("Stock")
    return page


def title(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Title")


def change(file: Path, before: str, after: str) -> None:
    """Edit the file as another program would."""
    text = file.read_text(encoding="utf-8")
    assert before in text
    draft = file.with_name("e.json~")
    draft.write_text(text.replace(before, after), encoding="utf-8")
    draft.replace(file)


def test_a_form_without_edits_follows_the_file(page: Page, file: Path) -> None:
    change(file, "Stock", "Stock-taking")
    expect(title(page)).to_have_value("Stock-taking")
    expect(page.get_by_role("heading", name="Stock-taking")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_changes_of_different_places_are_both_kept(page: Page, file: Path) -> None:
    title(page).fill("Mine")
    change(file, "as it was", "as others want it")
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("e.json has changed on disk while you edited it.")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    notice.get_by_role("button", name="Merge…").click()
    dialog = page.get_by_role("dialog", name="Merge your changes of e.json")
    expect(dialog.get_by_role("status")).to_contain_text("Both changes fit together")
    dialog.get_by_role("button", name="Use this text").click()
    expect(page.get_by_label("Description")).to_have_value("as others want it")
    save(page)
    kept = json.loads(file.read_text())
    assert (kept["title"], kept["description"]) == ("Mine", "as others want it")


def test_a_conflict_is_decided_though_the_file_changes_once_more(page: Page, file: Path) -> None:
    title(page).fill("Mine")
    change(file, "Stock", "Theirs")
    page.get_by_role("alert").get_by_role("button", name="Merge…").click()
    dialog = page.get_by_role("dialog", name="Merge your changes of e.json")
    place = dialog.get_by_role("radiogroup", name="Place 1")
    expect(place.get_by_role("figure", name="On disk")).to_contain_text("Theirs")
    expect(dialog.get_by_role("button", name="Use this text")).to_be_disabled()
    change(file, "Theirs", "Theirs again")
    expect(place.get_by_role("figure", name="On disk")).to_contain_text("Theirs again")
    expect(dialog.get_by_role("status")).to_contain_text("1 place is to be decided.")
    place.get_by_role("radio", name="Yours").press(" ")
    dialog.get_by_role("button", name="Use this text").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    save(page)
    assert json.loads(file.read_text())["title"] == "Mine"


def test_the_version_on_disk_is_taken_and_mine_comes_back_by_undo(page: Page, file: Path) -> None:
    title(page).fill("Mine")
    change(file, "Stock", "Theirs")
    page.get_by_role("button", name="Take the version on disk").click()
    expect(title(page)).to_have_value("Theirs")
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(title(page)).to_have_value("Mine")


def test_an_unsaved_edit_is_offered_after_a_reload(page: Page, file: Path) -> None:
    before = file.read_bytes()
    title(page).fill("Half done")
    expect(page.get_by_text("Not saved: e.json")).to_be_visible()
    page.on("dialog", lambda question: question.accept())
    page.reload()
    offer = page.get_by_role("status").filter(has_text="Unsaved changes of e.json")
    expect(title(page)).to_have_value("Stock")
    offer.get_by_role("button", name="Restore").click()
    expect(title(page)).to_have_value("Half done")
    assert file.read_bytes() == before
    save(page)
    assert json.loads(file.read_text())["title"] == "Half done"
