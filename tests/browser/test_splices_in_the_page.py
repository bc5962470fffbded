"""The form changes what was changed and no other byte of the file (C12, C14)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visits, started
from tests.browser.forms import save
from tests.tree import Tree
from tests.web.conftest import Served

# A byte order mark, the line ends of Windows, a tab, keys that nobody knows, 1.0 and escapes
ODD = (
    '\ufeff{ "type" :"tasks.NormalType",\r\n'
    '\t"title": "Caf\\u00e9",   "enable":1 ,\r\n'
    '  "x-owner" : {"team":[ "a","b" ] , "weight":1.0e1},\r\n\r\n'
    '  "funcType":"Inner", "backendBundleEntry": ".",\r\n'
    '  "timerCfg":{"startTime":"2030-01-07 09:00:00",\r\n'
    '      "repeat": {"repeatType":"week" ,"period":  2, "weekday":[ 1,5 ]}},\r\n'
    '  "policy": { "retry":{"max":3,"delaySeconds": 60} }\r\n'
    "}\r\n\r\n"
).encode()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(tmp_path_factory.mktemp("splices") / "app")


@pytest.fixture(scope="module")
def console(app: Tree) -> Iterator[Served]:
    yield from started(app)


@pytest.fixture
def file(app: Tree, request: pytest.FixtureRequest) -> Path:
    """The odd file, of a task of its own."""
    name = request.node.name.removeprefix("test_")
    app.scheduled(name)
    file = app.root / "tasks" / name / "e.json"
    file.write_bytes(ODD)
    return file


@pytest.fixture
def form(visit: Visits, file: Path) -> Locator:
    page = visit(f"/elements/tasks.{file.parent.name}")
    form = page.get_by_role("group", name="Settings of the task")
    expect(form.get_by_label("Title")).to_have_value("Café")
    return form


def test_one_number_of_the_form_is_one_number_of_the_file(form: Locator, file: Path) -> None:
    form.get_by_label("Every (weeks)").fill("4")
    save(form.page)
    assert file.read_bytes() == ODD.replace(b'"period":  2', b'"period":  4')


def test_settings_of_several_sections_change_their_bytes_alone(form: Locator, file: Path) -> None:
    form.get_by_role("button", name="Policy").click()
    form.get_by_label("Retries").fill("7")
    form.get_by_label("Title").fill("Tea")
    save(form.page)
    expected = ODD.replace(b'"max":3', b'"max":7').replace(b'"Caf\\u00e9"', b'"Tea"')
    assert file.read_bytes() == expected


def test_what_is_set_back_is_nothing_to_save(form: Locator, file: Path) -> None:
    period = form.get_by_label("Every (weeks)")
    period.fill("4")
    expect(form.page.get_by_text("Not saved: e.json")).to_be_visible()
    period.fill("2")
    expect(form.page.get_by_text("Not saved")).to_have_count(0)
    assert file.read_bytes() == ODD


def test_a_setting_that_is_added_stands_as_its_neighbours_do(form: Locator, file: Path) -> None:
    form.get_by_role("switch", name="Skip holidays").press(" ")
    save(form.page)
    written = file.read_bytes()
    assert written.count(b"\r\n") == written.count(b"\n")
    [at] = [at for at in range(len(ODD)) if ODD[:at] == written[:at] and ODD[at] != written[at]]
    added = written[at : at + len(written) - len(ODD)]
    assert ODD[:at] + added + ODD[at:] == written
    assert b'"skipHoliday"' in added
