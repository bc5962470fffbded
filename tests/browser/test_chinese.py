"""The page in Chinese: what the server says by a code is worded by the page (C21)."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from jittask.rules import RULES
from tests.browser.conftest import Visits
from tests.tree import Tree

ZH = "zh-CN"
CATALOGUE = Path(__file__).parents[2] / "web/src/words/compiler.ts"


def test_what_happens_to_times_is_said_in_chinese(visit: Visits, app: Tree) -> None:
    calendar = {"extraHolidays": ["2027-01-04"], "country": "CN"}
    app.scheduled(
        "Moved", repeat={"repeatType": "year"}, title="移动",
        timing={"startTime": "2027-01-04 09:00:00", "skipHoliday": 1, "calendar": calendar},
    )  # fmt: skip
    page = visit("/elements/tasks.Moved", language=ZH)
    first = page.get_by_role("region", name="接下来的执行时间").get_by_role("listitem").first
    expect(first).to_contain_text(re.compile("已顺延.*2027年1月04日.*自定义假日"))
    expect(first).not_to_contain_text("moved")


def test_a_mistake_has_a_chinese_name_before_its_message(visit: Visits) -> None:
    page = visit("/elements/tasks.Broken", language=ZH)
    expect(page.get_by_text(re.compile("重复周期有误|值不在允许的范围内")).first).to_be_visible()


def test_a_console_that_does_not_answer_is_said_in_chinese(visit: Visits) -> None:
    page = visit("/elements/tasks.billing.Monthly", language=ZH)
    resume = page.get_by_role("button", name="停用")
    expect(resume).to_be_visible()
    visit.expect_trouble("Failed to load resource")
    page.route("**/api/tasks/*/disable", lambda route: route.abort())
    resume.click()
    expect(page.get_by_text("控制台没有响应。它还在运行吗？")).to_be_visible()


def test_a_date_is_read_out_where_the_browser_writes_it_its_own_way(visit: Visits) -> None:
    page = visit("/elements/tasks.billing.Monthly", language="de-DE")
    expect(page.get_by_label("Start time")).to_have_accessible_description(
        "Mon, 05 Jan 2026, 09:00"
    )
    page = visit("/elements/tasks.billing.Monthly")
    expect(page.get_by_label("Start time")).to_have_accessible_description("")


def test_only_codes_that_there_are_have_a_name() -> None:
    named = set(
        re.findall(r"^  '?([a-z-]+)'?: '", CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert named
    assert named <= RULES.keys()
