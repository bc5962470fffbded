"""The filter of a date-field task as a tree of groups and rows, in a real browser (C8)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import NARROW, WIDE, Visits
from tests.tree import Tree
from tests.web.conftest import Served

ODD = "( Q('name','=','a')&(Q('day','<', TODAY())  |  Q(id=1)) )"
"""Spaces and forms that the page would not write itself."""

AROUND = ("heading-order",)
"""What is not of the conditions, but of the page around them."""


@pytest.fixture
def things(console: Served) -> None:
    """Three things in the table, the last without a day."""
    workspace = console.server.workspace
    model = workspace.app.models["models.Thing"]
    workspace.data.add_missing(model)
    with workspace.data.connected(model) as connection:
        connection.execute(
            sa.text(
                "INSERT INTO Thing (id, name, day) VALUES "
                "(1, 'anchor', '2026-03-02'), (2, 'barge', '2026-03-03'), (3, 'crane', NULL)"
            )
        )
        connection.commit()


def opened(visit: Visits, app: Tree, text: str, **look: Any) -> tuple[Page, Locator]:
    """Return the page of a task with that filter, and the part of it that is the filter."""
    app.dated("Filtered", title="Filtered", filter=text)
    page = visit("/elements/tasks.Filtered", **look)
    conditions = page.get_by_role("region", name="Filter", exact=True)
    expect(conditions.get_by_role("button", name="Add a condition").last).to_be_visible()
    return page, conditions


def save(page: Page, app: Tree) -> str:
    """Save, and return the file's text."""
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Not saved")).to_have_count(0)
    return (app.root / "tasks/Filtered/e.json").read_text(encoding="utf-8")


def choose(page: Page, words: str) -> None:
    """Type what an option of the open list begins with, and take it."""
    page.keyboard.type(words)
    expect(page.get_by_role("option", name=words)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_a_filter_is_built_by_the_keyboard_alone(visit: Visits, app: Tree, things: None) -> None:
    page, conditions = opened(visit, app, "")
    expect(conditions.get_by_text("3 rows match.")).to_be_visible()
    conditions.get_by_role("button", name="Add a condition").press("Enter")
    expect(conditions.get_by_role("combobox", name="Field")).to_be_focused()
    expect(conditions.get_by_text("Not in the filter until")).to_be_visible()
    choose(page, "name")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type("contains")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(conditions.get_by_role("textbox", name="Value")).to_be_focused()
    page.keyboard.type("r's")
    expect(conditions.get_by_text("0 rows match.")).to_be_visible()
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(conditions.get_by_text("3 rows match.")).to_be_visible()
    conditions.get_by_role("button", name="Add a condition").press("Enter")
    choose(page, "day")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type("is not empty")
    page.keyboard.press("Enter")
    expect(conditions.get_by_text("2 rows match.")).to_be_visible()
    expect(conditions.get_by_role("row", name="barge")).to_be_visible()
    saved = save(page, app)
    assert '''"filter": "Q('name','like','r') & Q('day','isnull',False)"''' in saved


def test_what_is_not_edited_stays_byte_for_byte(visit: Visits, app: Tree) -> None:
    page, conditions = opened(visit, app, ODD)
    before = (app.root / "tasks/Filtered/e.json").read_text(encoding="utf-8")
    row = conditions.get_by_role("group", name="name is a", exact=True)
    row.get_by_role("textbox", name="Value").fill("b")
    assert save(page, app) == before.replace("'name','=','a'", "'name','=','b'")


def test_rows_are_moved_grouped_and_removed_by_the_keyboard(visit: Visits, app: Tree) -> None:
    page, conditions = opened(visit, app, "Q(name='a') & Q(id=1)")

    def act(row: str, action: str) -> None:
        conditions.get_by_role("button", name=f"More for: {row}").press("Enter")
        page.get_by_role("menuitem", name=action).press("Enter")
        expect(page.get_by_role("menu")).to_have_count(0)

    act("id is 1", "Move up")
    expect(conditions.get_by_role("button", name="More for: id is 1")).to_be_focused()
    expect(conditions.get_by_text("id is 1: 1 of 2")).to_be_attached()
    act("id is 1", "Put into a group")
    group = conditions.get_by_role("group", name="One of 1 condition", exact=True)
    group.get_by_role("button", name="Add a condition").press("Enter")
    choose(page, "name")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("c")
    act("name is a", "Move up")
    act("name is c", "Remove")
    saved = save(page, app)
    assert '"filter": "Q(id=1) | Q(name=\'a\')"' in saved


def test_what_has_no_form_is_text_with_its_reason(visit: Visits, app: Tree) -> None:
    page, conditions = opened(visit, app, "Q('name','near','x') & Q(id=1)")
    text = conditions.get_by_role("textbox", name="Part of the filter as text")
    expect(text).to_have_value("Q('name','near','x')")
    expect(conditions.get_by_text("no operator 'near'").first).to_be_visible()
    text.fill("Q('name','like','x')")
    text.blur()
    expect(conditions.get_by_role("group", name="name contains x", exact=True)).to_be_visible()
    assert "Q('name','like','x') & Q(id=1)" in save(page, app)


def test_a_mistake_stands_at_its_row(visit: Visits, app: Tree) -> None:
    page, conditions = opened(visit, app, "Q(id=1) & Q('dya','=','2026-01-01')")
    row = conditions.get_by_role("listitem").filter(
        has=page.get_by_role("group", name="dya is 2026-01-01", exact=True)
    )
    expect(row.get_by_text("did you mean 'day'?")).to_be_visible()


def test_a_date_is_given_in_words(visit: Visits, app: Tree) -> None:
    page, conditions = opened(visit, app, "Q('day','<','2026-05-05')")
    conditions.get_by_role("button", name="What the date is").press("Enter")
    page.get_by_role("option", name="today").press("Enter")
    expect(conditions.get_by_role("group", name="day is before today", exact=True)).to_be_visible()
    assert "Q('day','<',TODAY())" in save(page, app)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_axe_finds_nothing_in_conditions(
    visit: Visits, app: Tree, things: None, theme: str, width: int
) -> None:
    text = f"{ODD} & Q('id','range',[1,None]) & Q('name','in',['a','b']) & Q('x','near',1)"
    page, conditions = opened(visit, app, text, theme=theme, width=width)
    axe.check(page, without=AROUND)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    conditions.get_by_role("button", name="More for: name is a").press("Enter")
    expect(page.get_by_role("menuitem", name="Remove")).to_be_visible()
    axe.check(page, without=(*AROUND, "landmark-one-main", "page-has-heading-one", "region"))
