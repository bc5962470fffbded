"""Making elements in dialogs: names, focus, what is written, and who cannot see (C5, C6, C21)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import NARROW, Visits
from tests.browser.forms import choose, open_dialog
from tests.tree import Tree


def written(app: Tree, name: str) -> Any:
    return json.loads((app.root / name / "e.json").read_text(encoding="utf-8"))


def test_a_scheduled_task_is_made_by_the_keyboard_alone(page: Page, app: Tree) -> None:
    opening = page.get_by_role("button", name="New element")
    expect(opening).to_be_enabled()
    opening.focus()
    for key in ("Enter", "Enter", "Enter"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="New Scheduled Task")
    expect(dialog.get_by_label("Title")).to_be_focused()
    page.keyboard.type("每日报表")
    expect(dialog.get_by_label("English name")).to_have_value("MeiRiBaoBiao")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", level=1, name="每日报表")).to_be_focused()
    assert page.url.endswith("/elements/tasks.MeiRiBaoBiao")
    made = written(app, "tasks/MeiRiBaoBiao")
    assert made["title"] == "每日报表"
    assert made["timerCfg"]["repeat"] == {"repeatType": "day"}


def test_a_week_is_composed_of_its_days(page: Page, app: Tree) -> None:
    dialog = open_dialog(page, "Background Task", "Scheduled Task")
    dialog.get_by_label("Title").fill("Stand-up")
    dialog.get_by_label("Start time").fill("2030-01-07T09:30:00")
    choose(page, dialog, "Repeat", "Weekly")
    days = dialog.get_by_role("toolbar", name="Weekdays")
    for day in ("Friday", "Monday"):
        days.get_by_role("button", name=day).click()
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_have_count(0)
    assert written(app, "tasks/StandUp")["timerCfg"] == {
        "startTime": "2030-01-07 09:30:00",
        "repeat": {"repeatType": "week", "weekday": [1, 5]},
    }


def test_a_date_field_task_fires_days_before_a_field_of_a_model(page: Page, app: Tree) -> None:
    dialog = open_dialog(page, "Background Task", "Date Field Task")
    dialog.get_by_label("Title").fill("Due soon")
    choose(page, dialog, "Model", "Things")
    choose(page, dialog, "Date field", "day")
    choose(page, dialog, "When", "before")
    dialog.get_by_label("Amount").fill("7")
    dialog.get_by_label("At", exact=True).fill("08:15")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_have_count(0)
    made = written(app, "tasks/DueSoon")
    assert made["modelPath"] == "models.Thing"
    assert made["timerCfg"]["startField"] == "day"
    assert made["timerCfg"]["startOffset"] == {
        "offsetType": -1, "offset": 7, "offsetUnit": "day", "time": "08:15",
    }  # fmt: skip


def test_a_title_that_is_too_long_is_said_at_its_field(page: Page, app: Tree) -> None:
    dialog = open_dialog(page, "Background Task", "Scheduled Task")
    title = dialog.get_by_label("Title")
    title.fill("a" * 201)
    expect(title).to_have_accessible_description("A title has at most 200 characters.")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_be_visible()
    title.fill("a" * 200)
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_have_count(0)


def test_a_narrow_window_shows_the_whole_menu_and_then_the_new_task(visit: Visits) -> None:
    page = visit(width=NARROW)
    page.get_by_role("button", name="Show the elements").click()
    page.get_by_role("button", name="New element").click()
    page.get_by_role("menuitem", name="Background Task").click()
    box = page.get_by_role("menuitem", name="Scheduled Task").bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= NARROW
    page.get_by_role("menuitem", name="Scheduled Task").click()
    dialog = page.get_by_role("dialog", name="New Scheduled Task")
    dialog.get_by_label("Title").fill("Small")
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1, name="Small")).to_be_visible()


def test_a_name_that_is_taken_is_said_before_it_is_sent(page: Page, app: Tree) -> None:
    dialog = open_dialog(page, "Background Task", "Scheduled Task")
    dialog.get_by_label("Title").fill("Broken")
    expect(dialog.get_by_text("Broken is taken; Broken2 is free.")).to_be_visible()
    dialog.get_by_role("button", name="Use Broken2").click()
    expect(dialog.get_by_text("It becomes tasks.Broken2.")).to_be_visible()
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_have_count(0)
    assert written(app, "tasks/Broken2")["title"] == "Broken"


def test_what_is_missing_is_asked_for_at_its_control_and_not_sent(page: Page) -> None:
    dialog = open_dialog(page, "Background Task", "Date Field Task")
    expect(dialog.get_by_role("button", name="Add a condition")).to_be_disabled()
    dialog.get_by_label("Title").fill("No model")
    dialog.get_by_role("button", name="Create").click()
    model = dialog.get_by_role("button", name="Model")
    expect(model).to_be_focused()
    expect(dialog.get_by_text("Choose a model.")).to_be_visible()
    expect(dialog.get_by_text("Choose a date field.")).to_be_visible()
    choose(page, dialog, "Model", "Thing")
    expect(dialog.get_by_text("Choose a")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (NARROW, 640)])
def test_what_the_server_refuses_stays_in_the_dialog_and_in_view(
    visit: Visits, width: int, height: int
) -> None:
    page = visit(width=width, height=height)
    if width == NARROW:
        page.get_by_role("button", name="Show the elements").click()
    dialog = open_dialog(page, "Background Task", "Scheduled Task")
    dialog.get_by_label("Title").fill("Nowhere")
    dialog.get_by_text("Skip holidays").click()
    dialog.get_by_label("Calendar").fill("XX")
    create = dialog.get_by_role("button", name="Create")
    create.click()
    expect(dialog.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(create).to_be_in_viewport(ratio=1)
    expect(dialog.get_by_label("Title")).to_have_value("Nowhere")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    visit.expect_trouble("status of 422")
    visit.expect_trouble("status of 400")


def test_a_model_is_made_of_fields(page: Page, app: Tree) -> None:
    dialog = open_dialog(page, "Model")
    dialog.get_by_label("Title").fill("Orders")
    dialog.get_by_label("Field name").fill("due")
    choose(page, dialog, "Type", "Date")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_have_count(0)
    code = (app.root / "models/Orders/model.py").read_text(encoding="utf-8")
    assert "due = datatypes.Date(" in code


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "items",
    [
        ("Background Task", "Scheduled Task"),
        ("Background Task", "Date Field Task"),
        ("Service",),
        ("Model",),
        ("Database",),
    ],
    ids=lambda items: items[-1],
)
def test_the_dialogs_are_for_everyone(visit: Visits, theme: Any, items: tuple[str, ...]) -> None:
    page = visit(theme=theme, width=NARROW)
    page.get_by_role("button", name="Show the elements").click()
    dialog = open_dialog(page, *items)
    dialog.get_by_label("Title").fill("A")
    if items[-1] == "Date Field Task":
        choose(page, dialog, "Model", "Things")
    axe.check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
