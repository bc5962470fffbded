"""Source mode: what is wrong and where, and one history with the form (C11, C12)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits, small_tree, started
from tests.browser.forms import plain_source
from tests.tree import Tree
from tests.web.conftest import Served

MONTHLY = "/elements/tasks.billing.Monthly"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return small_tree(tmp_path_factory.mktemp("source") / "app")


@pytest.fixture(scope="module")
def console(app: Tree) -> Iterator[Served]:
    yield from started(app)


def show(page: Page, mode: str) -> None:
    page.get_by_role("radiogroup", name="Editor").get_by_role("radio", name=mode).click()


def test_broken_json_is_shown_at_its_place_and_mended(visit: Visits) -> None:
    page = visit(MONTHLY)
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Monthly invoices")
    show(page, "Source")
    source = plain_source(page, "e.json")
    sound = source.input_value()
    # the comma of the second line is gone: a string follows where none can
    lines = sound.split("\n")
    broken = "\n".join([lines[0], lines[1].removesuffix(","), *lines[2:]])
    source.fill(broken)
    problems = page.get_by_role("region", name="Problems")
    problem = problems.get_by_role("button")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text("2:")
    problem.click()
    expect(source).to_be_focused()
    cursor = source.evaluate("area => area.selectionStart")
    assert broken[:cursor].count("\n") == 1

    show(page, "Visual")
    expect(page.get_by_role("alert")).to_contain_text("The form cannot show this text")
    expect(page.get_by_role("textbox", name="Title")).to_have_count(0)
    show(page, "Source")
    source.fill(sound)
    expect(problems.get_by_text("No problems found.")).to_be_visible()
    expect(page.get_by_text("Not saved")).to_have_count(0)
    show(page, "Visual")
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Monthly invoices")


def test_form_and_source_have_one_history(visit: Visits) -> None:
    page = visit(MONTHLY)
    title = page.get_by_role("textbox", name="Title")
    title.fill("By the form")
    show(page, "Source")
    source = plain_source(page, "e.json")
    source.fill(source.input_value().replace('"enable": 1', '"enable": 0'))
    show(page, "Visual")
    enabled = page.get_by_role("switch", name="Enabled")
    expect(enabled).not_to_be_checked()
    page.get_by_role("button", name="Undo: Typing").click()
    expect(enabled).to_be_checked()
    expect(title).to_have_value("By the form")
    page.get_by_role("button", name="Undo: Title").click()
    expect(title).to_have_value("Monthly invoices")
    expect(page.get_by_role("button", name="Nothing to undo")).to_be_disabled()
    page.get_by_role("button", name="Redo: Title").click()
    show(page, "Source")
    page.get_by_role("button", name="Redo: Typing").click()
    text = source.input_value()
    assert '"title": "By the form"' in text
    assert '"enable": 0' in text
