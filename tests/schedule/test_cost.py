"""What an answer costs, in steps and not in time: what is looked at, never the days passed (T1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jittask.model import Occurrence
from jittask.schedule import budget
from jittask.schedule.calendars import Calendar
from jittask.schedule.cycle import Cycle
from jittask.schedule.day_bits import all_days, days_of
from jittask.schedule.explain import explain
from jittask.schedule.problems import TimerBudgetExceeded
from jittask.schedule.timer import Timer, check_timer
from jittask.schedule.zones import Nominal
from jittask.zonedata import zone as zone_named
from tests.schedule.drawn import cycles, rounds, walls, zones
from tests.schedule.oracle import PlainDays, outcomes
from tests.schedule.test_custom import crons, rrule_rules

DAY = timedelta(days=1)
WEEKEND = {"skipWeekend": 1}
HOLIDAY = {"skipHoliday": 1}
MOST_STEPS = 1_500
"""Nominals and years of days for one answer: 231 years, some days of minutes near a shift."""


def custom(start: str = "2026-01-05 09:00:00", **rule: str) -> dict[str, Any]:
    return {"startTime": start, "repeat": {"repeatType": "custom", **rule}}


def every(start: str, **repeat: Any) -> dict[str, Any]:
    return {"startTime": start, "repeat": repeat}


@dataclass(frozen=True)
class Counted:
    """A cycle that counts what is asked of it."""

    cycle: Cycle
    steps: list[object] = field(default_factory=list)

    @property
    def moves(self) -> bool:
        return self.cycle.moves

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        for nominal in self.cycle.nominals(low):
            self.steps.append(nominal)
            yield nominal

    def days(self, year: int) -> int:
        self.steps.append(year)
        return self.cycle.days(year)


def asked(timer: Timer, t: datetime) -> tuple[Occurrence | None, int]:
    """Return what comes after ``t``, and in how many steps it is found."""
    counted = Counted(timer.cycle)
    return replace(timer, cycle=counted).after(t), len(counted.steps)


NEVER = {
    "every minute of weekends": custom(cron="* * * * 0,6") | WEEKEND,
    "fixed hours of weekends": custom(cron="*/5 1-22 * * 0,6") | WEEKEND,
    "New Year's Day": custom(cron="0,30 9 1 1 *") | HOLIDAY,
    "a rule by days": custom(rrule="FREQ=DAILY;BYDAY=SA,SU;BYHOUR=9,17") | WEEKEND,
    "a rule by the last of a week": custom(
        rrule="FREQ=WEEKLY;BYDAY=MO,SU;BYHOUR=9,17;BYSETPOS=-1"
    ) | WEEKEND,
    "a rule by the first of a year": custom(
        rrule="FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=1;BYHOUR=9,10"
    ) | HOLIDAY,
    "a week of hours": every("2026-01-03 09:00:00", repeatType="hour", period=168) | WEEKEND,
    "every second Saturday": every("2026-01-03 09:00:00", repeatType="week", period=2)
    | WEEKEND | {"holidayRoll": "skip"},
    "Christmas": every("2026-12-25 09:00:00", repeatType="year") | HOLIDAY
    | {"holidayRoll": "skip"},
}  # fmt: skip


@pytest.mark.parametrize("cfg", NEVER.values(), ids=NEVER)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_what_never_fires_is_found_year_by_year(cfg: dict[str, Any], zone: str) -> None:
    calendar = Calendar.from_config("US" if "holidayRoll" not in cfg else "DE")
    timer = Timer.from_config(cfg, zone, calendar)
    found, steps = asked(timer, datetime(2026, 2, 1, tzinfo=UTC))
    assert found is None or found.effective.year > calendar.computed_until
    assert steps < MOST_STEPS


@pytest.mark.parametrize("cfg", NEVER.values(), ids=NEVER)
def test_what_never_fires_is_said_and_why(cfg: dict[str, Any]) -> None:
    _, problems = check_timer(cfg, "UTC", "US" if "holidayRoll" not in cfg else "DE")
    assert [problem.code for problem in problems] == ["all-days-off"]


def test_the_days_off_of_174_years_are_jumped_over_to_the_one_day_that_is_worked() -> None:
    cfg = custom(cron="30 9,17 * * 0,6") | WEEKEND
    calendar = {"country": "US", "extraWorkdays": ["2199-06-01"]}
    assert date(2199, 6, 1).weekday() == 5
    found, steps = asked(Timer.from_config(cfg, "UTC", calendar), datetime(2026, 2, 1, tzinfo=UTC))
    assert found is not None
    assert found.effective == datetime(2199, 6, 1, 9, 30, tzinfo=UTC)
    assert steps < MOST_STEPS


def test_make_up_working_weekends_of_china_are_found() -> None:
    cfg = custom(cron="*/10 9-17 * * 0,6") | WEEKEND
    timer = Timer.from_config(cfg, "Asia/Shanghai", "CN")
    found, steps = asked(timer, datetime(2026, 1, 5, tzinfo=UTC))
    assert found is not None
    assert Calendar.from_config("CN").is_working_day(found.effective.date())
    assert found.effective.date().weekday() >= 5
    assert steps < MOST_STEPS
    assert asked(timer, datetime(2027, 1, 5, tzinfo=UTC))[0] is None


@pytest.mark.parametrize("roll", ["next", "previous", "skip"])
def test_a_barred_century_costs_no_walk(roll: str) -> None:
    """Extra holidays of 100 years: nothing within 400 days of a working day can land on it."""
    begin = date(2030, 1, 1)
    off = [str(begin + n * DAY) for n in range(36_524)]
    cfg = every("2026-01-05 09:00:00", repeatType="day") | HOLIDAY | {"holidayRoll": roll}
    timer = Timer.from_config(cfg, "UTC", {"extraHolidays": off})
    found, steps = asked(timer, datetime(2032, 1, 1, tzinfo=UTC))
    assert found is not None
    assert found.effective == datetime(2130, 1, 1, 9, tzinfo=UTC)
    if roll == "next":  # a Sunday, which is open; what moves goes on to the Monday
        landed, steps = asked(timer, found.effective)
        assert landed is not None
        assert len(landed.nominals) == 400
    assert steps < MOST_STEPS


RARE = [
    (custom(cron="0 0 29 2 */7"), datetime(2032, 2, 29)),
    (custom(rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU"), datetime(2032, 2, 29, 9)),
    (custom(rrule="FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU"), datetime(2032, 2, 29, 9)),
    (custom(rrule="FREQ=MONTHLY;INTERVAL=13;BYMONTH=2;BYMONTHDAY=29"), datetime(2040, 2, 29, 9)),
    (custom(rrule="FREQ=WEEKLY;BYYEARDAY=366;BYDAY=SU"), datetime(2028, 12, 31, 9)),
]


def test_a_rule_that_no_start_of_a_row_meets_is_refused_at_once() -> None:
    """dateutil would look for the first one until the year 9999, for each row."""
    cfg = custom("2026-03-31 09:00:00", rrule="FREQ=MONTHLY;INTERVAL=12;BYMONTH=2")
    assert [problem.code for problem in check_timer(cfg, "UTC", None)[1]] == ["never-fires"]


@pytest.mark.parametrize(("cfg", "expected"), RARE)
def test_a_rare_day_is_found(cfg: dict[str, Any], expected: datetime) -> None:
    found = Timer.from_config(cfg).after(datetime(2026, 2, 1, tzinfo=UTC))
    assert found is not None
    assert found.effective == expected.replace(tzinfo=UTC)


def test_a_count_of_a_billion_is_no_loop() -> None:
    rule = "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=0,15,30,45;COUNT=1000000000"
    assert Timer.from_config(custom(rrule=rule)).after(datetime(2199, 1, 1, tzinfo=UTC)) is not None


# --- against brute force ------------------------------------------------------


@st.composite
def barred(draw: st.DrawFn) -> tuple[dict[str, Any], str, PlainDays, datetime, datetime]:
    """Draw a rule of any kind whose days are mostly off, and a window of weeks."""
    name = draw(zones)
    start = draw(walls(name, datetime(1971, 1, 1), datetime(2195, 1, 1)))
    repeat = draw(
        st.one_of(
            crons.map(lambda text: {"repeatType": "custom", "cron": text}),
            rrule_rules().map(lambda rule: rule[0]["repeat"]),
            st.sampled_from(sorted(cycles)).flatmap(lambda kind: cycles[kind]),
        )
    )
    begin = start.date() + timedelta(days=draw(st.integers(-5, 40)))
    off = {begin + n * DAY for n in range(draw(st.integers(0, 25)))}
    worked = {begin + timedelta(days=draw(st.integers(0, 40))) for _ in range(2)}
    days = PlainDays(frozenset(off - worked), frozenset(worked))
    cfg = {"startTime": start.isoformat(" "), "repeat": repeat, "skipHoliday": 1}
    cfg |= draw(st.sampled_from([{}, WEEKEND]))
    cfg["holidayRoll"] = draw(st.sampled_from(["next", "previous", "skip"]))
    a = start.replace(tzinfo=UTC) + timedelta(hours=draw(st.integers(-48, 400)))
    return cfg, name, days, a, a + timedelta(days=draw(st.integers(1, 25)))


@rounds(120)
@given(case=barred())
def test_jumps_leave_nothing_out_and_are_few(
    case: tuple[dict[str, Any], str, PlainDays, datetime, datetime],
) -> None:
    cfg, name, days, a, b = case
    timer, problems = check_timer(cfg, name, days.config())
    if timer is None:
        assert {problem.code for problem in problems if not problem.warning} <= {
            "never-fires", "bad-cron",
        }  # fmt: skip
        return
    fires, _ = outcomes(cfg, zone_named(name), a, b, days)
    assert [found[:2] for found in timer.between(a, b)] == fires
    first, steps = asked(timer, a)
    assert first is None or first.effective > b if not fires else first[:2] == fires[0]
    assert steps < MOST_STEPS


@pytest.mark.parametrize("label", ["US", "CN", "TW", "SA", "AE", "JO", "XNYS"])
def test_a_year_of_a_calendar_is_what_it_says_of_its_days(label: str) -> None:
    """Countries that changed their weekend, or rest every second Saturday, are among them."""
    calendar = Calendar.from_config(label)
    for year in (1970, 1999, 2006, 2013, 2020, 2022, 2023, 2024, 2026, 2100, 2200):
        known = calendar.year(year)
        for place, day in enumerate(days_of(all_days(year), year)):
            found = tuple(bool(bits >> place & 1) for bits in known)
            said = calendar.is_holiday(day), calendar.is_weekend(day), calendar.is_working_day(day)
            assert found == said, day


# --- the budget ---------------------------------------------------------------


def test_a_timer_over_its_budget_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MOST_STEPS", 20)
    cfg = custom(cron="* * * * 0,6") | WEEKEND
    timer, problems = check_timer(cfg, "UTC", None)
    said = "looking for the next occurrence of cron '* * * * 0,6' was stopped after 20 steps"
    assert [(problem.code, problem.message) for problem in problems] == [("no-occurrence", said)]
    assert timer is not None
    with pytest.raises(TimerBudgetExceeded) as caught:
        timer.after(datetime(2026, 1, 1, tzinfo=UTC))
    assert (caught.value.rule, caught.value.steps) == ("cron '* * * * 0,6'", 20)


def test_the_budget_is_for_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MOST_STEPS", 20)
    timer = Timer.from_config(custom(cron="0 * * * *") | WEEKEND)
    a = datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert len([*timer.between(a, a + 4 * DAY)]) == 96


@pytest.mark.parametrize(
    ("cfg", "before"),
    [
        (custom(cron="* * * 1 *"), datetime(2031, 1, 31, 23, 59)),
        (custom(cron="* * * * *") | {"endTime": "2026-03-01 12:00:30"}, datetime(2026, 3, 1, 12)),
        (custom(rrule="FREQ=HOURLY;COUNT=5"), datetime(2026, 1, 5, 13)),
        (custom(rrule="FREQ=DAILY;BYHOUR=9,17;COUNT=5"), datetime(2026, 1, 7, 9)),
        (custom(rrule="FREQ=DAILY;BYHOUR=9,17;UNTIL=20260110") | WEEKEND,
         datetime(2026, 1, 9, 17)),
        (custom(cron="0 9 1 * *") | WEEKEND | {"endTime": "2026-02-28"}, datetime(2026, 2, 2, 9)),
        (custom(cron="0 9 28 * *") | WEEKEND | {"holidayRoll": "previous",
         "endTime": "2026-02-28"}, datetime(2026, 2, 27, 9)),
    ],
)  # fmt: skip
def test_the_occurrence_before_is_found_in_few_steps(cfg: dict[str, Any], before: datetime) -> None:
    """Where the last one is years back, its day is found; the minutes between are not walked."""
    timer = Timer.from_config(cfg)
    counted = Counted(timer.cycle)
    said = explain(replace(timer, cycle=counted), date(2031, 7, 2)).reasons
    assert [note.text for note in said if note.code == "previous"] == [
        f"the one before it is {before:%a %Y-%m-%d %H:%M:%S} UTC"
    ]
    assert len(counted.steps) < 3 * 1440 + MOST_STEPS
