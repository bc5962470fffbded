"""What people do in many places: choose, open a dialog, edit a file, save."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import Served


def open_dialog(page: Page, *items: str) -> Locator:
    """Choose in the menu of the `+`, and return the dialog that opens."""
    page.get_by_role("button", name="New element").click()
    for item in items:
        page.get_by_role("menuitem", name=item).click()
    dialog = page.get_by_role("dialog", name=f"New {items[-1]}")
    expect(dialog).to_be_visible()
    return dialog


def choose(page: Page, inside: Locator, control: str, option: str) -> None:
    """Choose in a list that a button opens."""
    inside.get_by_role("button", name=control).click()
    page.get_by_role("option", name=option).first.click()


def plain_source(page: Page, file: str) -> Locator:
    """Turn the editor of a file that is in view into a plain text field, and return that."""
    field = page.get_by_role("textbox", name=f"{file}, as plain text")
    switch = page.get_by_role("switch", name="Plain text field")
    switch.press(" ")
    expect(field).to_be_visible()
    return field


def save(page: Page) -> None:
    """Save, and wait until nothing is unsaved."""
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Not saved")).to_have_count(0)


def fill_things(console: Served, *names: str) -> None:
    """Make the table of models.Thing, with a row of each name whose day is 30 days off."""
    workspace = console.server.workspace
    model = workspace.app.models["models.Thing"]
    workspace.data.add_missing(model)
    day = date.today() + timedelta(days=30)
    with workspace.data.connected(model) as connection:
        for name in names:
            connection.execute(
                sa.text("INSERT INTO Thing (name, day) VALUES (:name, :day)"),
                {"name": name, "day": day.isoformat()},
            )
        connection.commit()
