"""The timer on each schedule that was worked out by hand."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import islice

import pytest

from jittask import Timer
from jittask.model import Occurrence
from jittask.schedule.cycle import LAST_INSTANT
from tests.schedule.cases import CASES, Case

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.name}")


def timer_of(case: Case) -> Timer:
    return Timer.from_config(case.config, case.zone, case.calendar)


def shown(case: Case, instants: list[datetime]) -> list[str]:
    return [one.astimezone(case.place).isoformat(" ") for one in instants]


def told(case: Case) -> list[tuple[str, int]]:
    counts = case.merged or (1,) * len(case.expected)
    return list(zip(shown(case, case.instants), counts, strict=True))


def as_told(case: Case, found: list[Occurrence]) -> list[tuple[str, int]]:
    times = shown(case, [one.effective for one in found])
    return list(zip(times, (len(one.nominals) for one in found), strict=True))


@each_case
def test_between(case: Case) -> None:
    coming = timer_of(case).between(case.since, LAST_INSTANT)
    found = list(islice(coming, len(case.expected)))
    assert as_told(case, found) == told(case)
    if case.ends:
        assert next(coming, None) is None


@each_case
def test_one_after_another(case: Case) -> None:
    timer, at = timer_of(case), case.since
    found = []
    for _ in case.expected:
        one = timer.after(at)
        assert one is not None
        found.append(one)
        at = one.effective
    assert as_told(case, found) == told(case)
    if case.ends:
        assert timer.after(at) is None


def test_the_tables_are_sound() -> None:
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []
    for case in CASES:
        assert case.instants == sorted(case.instants), case.name
        for text, instant in zip(case.expected, case.instants, strict=True):
            wall = datetime.fromisoformat(text).replace(tzinfo=None)
            assert instant.astimezone(case.place).replace(tzinfo=None) == wall, (case.name, text)
