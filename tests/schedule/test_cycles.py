"""Every cycle and pattern, at every distance from its start, against brute force (F6, T1-T7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from jittask.schedule.timer import Timer
from jittask.zonedata import zone as zone_named
from tests.schedule.drawn import rounds, rules
from tests.schedule.oracle import outcomes

Rule = tuple[dict[str, Any], str, datetime, datetime]


def timer_of(cfg: dict[str, Any], zone: str) -> Timer:
    return Timer.from_config(cfg, zone=zone)


@rounds(400)
@given(rule=rules())
def test_every_cycle_fires_when_brute_force_says(rule: Rule) -> None:
    cfg, zone, a, b = rule
    expected, _ = outcomes(cfg, zone_named(zone), a, b)
    found = [one[:2] for one in timer_of(cfg, zone).between(a, b)]
    assert found == expected


@rounds(150)
@given(rule=rules())
def test_after_is_the_first_of_between(rule: Rule) -> None:
    cfg, zone, a, b = rule
    timer = timer_of(cfg, zone)
    at, found = a, []
    while (one := timer.after(at)) is not None and one.effective <= b and len(found) < 60:
        found.append(one)
        at = one.effective
    assert found == [*islice(timer.between(a, b), 60)]


@rounds(150)
@given(rule=rules(), cuts=st.lists(st.floats(0, 1), max_size=4), on_one=st.booleans())
def test_a_window_cut_anywhere_gives_the_same(rule: Rule, cuts: list[float], on_one: bool) -> None:
    """T1: the window is open at its begin and closed at its end, also on an occurrence itself."""
    cfg, zone, a, b = rule
    timer = timer_of(cfg, zone)
    whole = [*timer.between(a, b)]
    places = sorted(a + (b - a) * cut for cut in cuts)
    if on_one and whole:
        places = sorted({whole[int(cut * (len(whole) - 1))].effective for cut in cuts})
    ends = [a, *places, b]
    parts = [one for lo, hi in pairwise(ends) for one in timer.between(lo, hi)]
    assert parts == whole
    instants = [one.effective for one in whole]
    assert instants == sorted(set(instants))
    assert all(a < at <= b and at.utcoffset() == timedelta() for at in instants)


@rounds(100)
@given(rule=rules(), data=st.data())
def test_the_order_of_questions_changes_no_answer(rule: Rule, data: st.DataObject) -> None:
    """What a timer remembers of one question must not show in the next."""
    cfg, zone, a, b = rule
    timer = timer_of(cfg, zone)
    moments = [
        a + (b - a) * data.draw(st.floats(-5, 5)) for _ in range(data.draw(st.integers(2, 6)))
    ]
    moments = [at for at in moments if datetime(1970, 1, 2, tzinfo=UTC) < at]
    assume(moments)
    answers = [timer.after(at) for at in moments]
    half_read = timer.between(a, b)
    next(half_read, None)
    assert [timer.after(at) for at in reversed(moments)] == answers[::-1]
    assert [timer_of(cfg, zone).after(at) for at in moments] == answers
    assert timer == timer_of(cfg, zone)
