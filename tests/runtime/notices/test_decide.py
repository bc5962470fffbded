"""What is reported to people, by what they know and what is wrong now: the table of R14, pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jittask.model import AppSettings, Notice, Notify
from jittask.runtime.notices.conditions import Condition, Recipients
from jittask.runtime.notices.decide import Changes, due, follow, reported
from jittask.runtime.notices.words import MOST_LINES, body_of, messages, title_of, type_of
from jittask.store.notices import MessageType, NoticeState, Stage

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = T0 + timedelta(minutes=5)
WRONG = Condition(Notice.FAILED, "tasks.A", T0, "run 1 failed")
ROW = replace(WRONG, mark="1", recovers=False)


def state(stage: Stage, condition: Condition = WRONG, changed: datetime = T0) -> NoticeState:
    return NoticeState(
        condition.kind, condition.subject, stage, condition.mark, condition.since, changed,
        condition.recovers, condition.text,
    )  # fmt: skip


WAITING, REPORTED, OVER = state(Stage.WAITING), state(Stage.REPORTED), state(Stage.OVER)
TABLE: dict[str, tuple[NoticeState | None, Condition | None, NoticeState | str | None]] = {
    # what people know, what is wrong now → what they know then ("gone": nothing)
    "it begins": (None, WRONG, state(Stage.WAITING, changed=NOW)),
    "nothing is wrong": (None, None, None),
    "it waits to be reported": (WAITING, WRONG, WAITING),
    "its words change before it is reported": (
        WAITING, replace(WRONG, text="run 2 failed"), replace(WAITING, text="run 2 failed"),
    ),
    "it is over before it was reported": (WAITING, None, "gone"),
    "it lasts": (REPORTED, WRONG, REPORTED),
    "it lasts, and fails once more": (REPORTED, replace(WRONG, text="run 2 failed"), REPORTED),
    "it is over": (REPORTED, None, state(Stage.OVER, changed=NOW)),
    "its end waits to be reported": (OVER, None, OVER),
    "it comes back before its end was reported": (OVER, WRONG, state(Stage.REPORTED, changed=NOW)),
    "another row fails": (
        state(Stage.REPORTED, ROW), replace(ROW, mark="2"),
        state(Stage.WAITING, replace(ROW, mark="2"), NOW),
    ),
    "another row fails before the first was reported": (
        state(Stage.WAITING, ROW), replace(ROW, mark="2"),
        state(Stage.WAITING, replace(ROW, mark="2")),
    ),
    "a row's failure is a day old": (state(Stage.REPORTED, ROW), None, "gone"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_a_change_of_state(name: str) -> None:
    before, condition, after = TABLE[name]
    known = {} if before is None else {before.key: before}
    current = {} if condition is None else {condition.key: condition}
    changes = follow(known, current, lambda _: True, NOW)
    if after == "gone":
        assert changes == Changes((), (WRONG.key,))
    elif after == before:
        assert changes.is_empty
    else:
        assert changes == Changes((after,), ())


@pytest.mark.parametrize("before", [REPORTED, OVER])
def test_an_end_that_nobody_wants_to_know_is_forgotten(before: NoticeState) -> None:
    assert follow({before.key: before}, {}, lambda _: False, NOW) == Changes((), (WRONG.key,))


def test_what_happens_within_the_group_is_one_message() -> None:
    late = state(Stage.OVER, replace(WRONG, subject="tasks.B"), T0 + timedelta(seconds=50))
    assert due([WAITING, late, REPORTED], 60, T0 + timedelta(seconds=59)) == []
    assert due([WAITING, late, REPORTED], 60, T0 + timedelta(seconds=60)) == [WAITING, late]
    assert due([WAITING], 60, T0 - timedelta(hours=1)) == [WAITING]  # the clock was set back


def test_what_has_been_reported() -> None:
    assert reported([WAITING, OVER], NOW) == Changes(
        (state(Stage.REPORTED, changed=NOW),), (OVER.key,)
    )


@given(st.lists(st.booleans(), max_size=40), st.lists(st.booleans(), max_size=40))
def test_beginnings_and_ends_are_reported_in_turn(wrong: list[bool], sends: list[bool]) -> None:
    """Whatever comes and goes, and whenever messages leave: begin, end, begin, …; none twice."""
    known: dict = {}
    said: list[str] = []
    now = T0
    for is_wrong, is_sent in zip(wrong, sends, strict=False):
        now += timedelta(seconds=1)
        changes = follow(known, {WRONG.key: WRONG} if is_wrong else {}, lambda _: True, now)
        for _ in range(2):
            known = {key: value for key, value in known.items() if key not in changes.gone}
            known |= {each.key: each for each in changes.put}
            waiting = due(known.values(), 0, now) if is_sent else []
            said += [each.stage.value for each in waiting]
            changes = reported(waiting, now)
            is_sent = False
        if sends and all(sends):
            assert (said[-1:] == ["waiting"]) == is_wrong
    assert all(a != b for a, b in pairwise(said))
    assert said[:1] in ([], ["waiting"])


def test_words() -> None:
    settings = AppSettings(title="Shop")
    over = replace(OVER, kind=Notice.OVERDUE, subject="tasks.B", changed=NOW)
    zone = ZoneInfo("Asia/Shanghai")
    assert title_of([WAITING], settings) == "Shop: tasks.A failed"
    assert title_of([WAITING, over, replace(WAITING, subject="tasks.C")], settings) == (
        "Shop: 2 failed, 1 recovered"
    )
    times = "2026-03-02 17:00:00 CST to 2026-03-02 17:05:00 CST"
    recovered = f"recovered: tasks.B is not overdue any more ({times})"
    assert body_of([over, WAITING], zone).splitlines() == [
        "failed: tasks.A since 2026-03-02 17:00:00 CST: run 1 failed",
        recovered,
    ]


@pytest.mark.parametrize(
    ("kinds", "over", "expected"),
    [
        ([], [Notice.FAILED, Notice.BLOCKED], MessageType.SUCCESS),
        ([Notice.OVERDUE], [Notice.FAILED], MessageType.WARNING),
        ([Notice.BLOCKED], [], MessageType.WARNING),
        ([Notice.NOT_RUN], [], MessageType.WARNING),
        ([Notice.BLOCKED, Notice.FAILED], [], MessageType.FAILURE),
        ([Notice.BROKEN], [Notice.FAILED], MessageType.FAILURE),
    ],
)
def test_how_grave_a_message_is(
    kinds: list[Notice], over: list[Notice], expected: MessageType
) -> None:
    states = [replace(WAITING, kind=kind) for kind in kinds]
    assert type_of([*states, *(replace(OVER, kind=kind) for kind in over)]) is expected


def test_a_message_names_some_and_counts_the_others() -> None:
    many = [replace(WAITING, subject=f"tasks.T{n}") for n in range(MOST_LINES + 7)]
    lines = body_of(many, ZoneInfo("UTC")).splitlines()
    assert (len(lines), lines[-1]) == (MOST_LINES + 1, "and 7 more: jittask status")


def test_no_message_names_more_of_its_target_than_the_scheme() -> None:
    settings = AppSettings(notify=Notify(("slack://a-secret/b/c",)))
    [message] = messages([WAITING], Recipients(settings, {}), settings, ZoneInfo("UTC"))
    assert message.label == "slack://…"
    assert len(message.target) == 64
    assert "secret" not in repr(message)
